#include "tests/deploy/checkouts.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "gtest/gtest.h"
#include "services/crypto/sha256.h"
#include "tests/support/model_builder.h"

namespace weighbridge::deploy {
namespace {

namespace fs = std::filesystem;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::Runfile;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Packed instead of the real program, which is large: starts it.
std::string ProgramScript() {
  const std::string program = fs::absolute(Runfile("services/cli/weighbridge")).string();
  return "#!/bin/bash\nexec '" + program + "' \"$@\"\n";
}

}  // namespace

const char kStartup[] =
    "use: commercial\ndistribution: hosted_service\ndomicile: US\ncountries: [US]\nmonthly_active_users:\n"
    "  - {month: 2024-06, users: 8, scope: control_group}\n";
const char kGiant[] =
    "use: commercial\ndistribution: hosted_service\ndomicile: US\ncountries: [US]\nmonthly_active_users:\n"
    "  - {month: 2024-06, users: 800000000, scope: licensee_and_affiliates}\n";

Checkouts::Checkouts() {
  Write("trusted/.weighbridge/profile.yaml", kStartup);
  Write("trusted/.weighbridge/policy.yaml", "name: ours\n");
  WriteProgram("trusted/.weighbridge/gate.sh", ReadFile(Runfile("deploy/ci/gate.sh")));
  WriteProgram("program", ProgramScript());
  Pack({{"bin/weighbridge", "program"}});
  AddModel("chat");
}

void Checkouts::WriteProgram(const std::string& path, std::string_view script) const {
  Write(path, script);
  fs::permissions(At(path), fs::perms::owner_exec, fs::perm_options::add);
}

void Checkouts::AddModel(const std::string& name) const {
  Write("change/models/" + name + "/model.safetensors",
        testing_support::BuildSafetensors({{"model.embed_tokens.weight", "F32", {2, 2}}}));
  Write("change/models/" + name + "/config.json", R"({"model_type": "llama", "architectures": ["LlamaForCausalLM"]})");
  Write("change/models/" + name + "/README.md", testing_support::BuildModelCard("license: llama3.1", "# m\n"));
}

void Checkouts::AddModelWithoutLicence(const std::string& name) const {
  AddModel(name);
  Write("change/models/" + name + "/README.md", testing_support::BuildModelCard("language: en", "# m\n"));
}

void Checkouts::AddTruncatedModel(const std::string& name) const {
  AddModel(name);
  const std::string whole = testing_support::BuildSafetensors({{"model.embed_tokens.weight", "F32", {2, 2}}});
  Write("change/models/" + name + "/model.safetensors", whole.substr(0, whole.size() - 4));
}

void Checkouts::Pack(const std::map<std::string, std::string>& files) const {
  for (const auto& [path, file] : files) {
    const std::string packed = At("pack/weighbridge/" + path);
    fs::create_directories(fs::path(packed).parent_path());
    fs::copy_file(At(file), packed, fs::copy_options::overwrite_existing);
  }
  const ProcessResult tar =
      Bash("tar --create --gzip --file package.tar.gz --directory pack weighbridge && rm -r pack");
  EXPECT_EQ(tar.exit_code, 0) << Describe(tar);
}

std::string Checkouts::PackageSha256() const { return Sha256Hex(ReadFile(At("package.tar.gz"))); }

ProcessResult Checkouts::Bash(const std::string& script, std::map<std::string, std::string> env) const {
  ProcessOptions options;
  options.args = {"-c", script};
  options.env = std::move(env);
  options.env.emplace("HOME", dir_.path());
  options.cwd = dir_.path();
  return testing_support::RunProcess("/bin/bash", options);
}

std::string Describe(const ProcessResult& result) {
  return "exit " + std::to_string(result.exit_code) + "\nstderr: " + result.err + "\nstdout: " + result.out;
}

}  // namespace weighbridge::deploy
