// What lies on a build machine: the protected branch, the change under test, and a package to gate with.
#ifndef WEIGHBRIDGE_TESTS_DEPLOY_CHECKOUTS_H_
#define WEIGHBRIDGE_TESTS_DEPLOY_CHECKOUTS_H_

#include <map>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::deploy {

// trusted/.weighbridge/{gate.sh,profile.yaml,policy.yaml}, change/models/chat, package.tar.gz, program. With these, the
// one model is approved; a test changes what it is about.
class Checkouts {
 public:
  Checkouts();

  const testing_support::TempDir& dir() const { return dir_; }
  std::string At(const std::string& path) const { return dir_.At(path); }
  void Write(const std::string& path, std::string_view bytes) const { dir_.Write(path, bytes); }
  void WriteProgram(const std::string& path, std::string_view script) const;

  // A model that is approved with conditions under the profile here, denied where the profile says 800 million users.
  void AddModel(const std::string& name) const;
  void AddModelWithoutLicence(const std::string& name) const;
  void AddTruncatedModel(const std::string& name) const;

  // Packs `files` (of dir(), by their path in the package) as package.tar.gz.
  void Pack(const std::map<std::string, std::string>& files) const;
  std::string PackageSha256() const;

  // Runs a bash script there with PATH and `env` alone.
  testing_support::ProcessResult Bash(const std::string& script, std::map<std::string, std::string> env = {}) const;

 private:
  testing_support::TempDir dir_;
};

// Profiles: with the first the model is approved, with the second denied.
extern const char kStartup[];
extern const char kGiant[];

std::string Describe(const testing_support::ProcessResult& result);

}  // namespace weighbridge::deploy

#endif  // WEIGHBRIDGE_TESTS_DEPLOY_CHECKOUTS_H_
