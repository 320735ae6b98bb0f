#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/str_format.h"
#include "services/auditor/official_texts.h"
#include "services/base/utf8.h"
#include "services/base/version.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/cli/remote.h"
#include "services/crypto/sha256.h"
#include "services/source/root.h"

namespace weighbridge::cli {
namespace {

// One line a check; anything that is not as it should be makes the whole run fail.
class Checkup {
 public:
  void Good(std::string_view what, std::string_view detail) { Line("ok  ", what, detail); }
  void Bad(std::string_view what, std::string_view detail) {
    Line("BAD ", what, detail);
    healthy_ = false;
  }
  void Note(std::string_view what, std::string_view detail) { Line("note", what, detail); }
  bool healthy() const { return healthy_; }
  const std::string& lines() const { return lines_; }

 private:
  void Line(std::string_view mark, std::string_view what, std::string_view detail) {
    lines_ += absl::StrFormat("%s  %-14s %s\n", mark, what, detail);
  }
  std::string lines_;
  bool healthy_ = true;
};

void CheckRules(const CommonOptions& options, Checkup& checkup) {
  std::string index;
  const auto rules = LoadRules(options, &index);
  if (!rules.ok()) {
    checkup.Bad("rules", MessageOf(rules.status()));
    return;
  }
  checkup.Good("rules", absl::StrFormat("%d licences and policies, %d families, digest %s", (*rules)->licenses().size(),
                                        (*rules)->families().size(), (*rules)->digest()));
  (*rules)->CategoryLicenses() != 0 ? checkup.Good("licence index", index) : checkup.Note("licence index", index);
}

void CheckCrypto(Checkup& checkup) {
  const bool good = Sha256Hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  good ? checkup.Good("sha-256", "the published test vector holds")
       : checkup.Bad("sha-256", "the published test vector fails");
}

void CheckDatabase(const CommonOptions& options, Checkup& checkup) {
  if (options.no_record) return checkup.Note("database", "not looked at (--no-record)");
  const auto store = OpenStore(options);
  if (!store.ok()) return checkup.Bad("database", MessageOf(store.status()));
  if (const absl::Status sound = (*store)->VerifyAll(); !sound.ok()) return checkup.Bad("database", MessageOf(sound));
  checkup.Good("database", "opens; every stored byte matches its digest");
  const auto texts = (*store)->ListOfficialTexts("");
  if (!texts.ok()) return checkup.Bad("texts", MessageOf(texts.status()));
  if (texts->empty()) {
    checkup.Note(
        "texts",
        "no official texts: run deploy/licence-pack.sh and weighbridge rules import-texts for two-sided diffs");
  } else {
    checkup.Good("texts", absl::StrFormat("%d official texts in the store", texts->size()));
  }
}

void CheckKernel(Checkup& checkup) {
  const auto root = source::Root::Open("/", source::OpenMethod::kOpenat2);
  if (root.ok()) {
    checkup.Good("containment", "openat2 with RESOLVE_BENEATH");
  } else {
    checkup.Note("containment", "openat2 is not available here: files are opened by walking each component");
  }
}

int RunServerDoctor(const CommonOptions& options, const RemoteOptions& remote) {
  if (const absl::Status sound = CheckServerOptions(remote, options, ""); !sound.ok()) return Fail(sound);
  if (const absl::Status became = BecomeRemote(); !became.ok()) return Fail(became);
  const absl::StatusOr<std::vector<ServerCheck>> checks = CheckServer(remote);
  if (!checks.ok()) return Fail(checks.status());
  Checkup checkup;
  for (const ServerCheck& check : *checks)
    check.healthy ? checkup.Good("server", check.summary) : checkup.Bad("server", check.summary);
  const absl::Status written = WriteResult(options, checkup.lines());
  if (!written.ok()) return Fail(written);
  return checkup.healthy() ? kExitOk : kExitUnmeasured;
}

int RunDoctor(const CommonOptions& options) {
  Checkup checkup;
  checkup.Note("version", kVersion);
  CheckRules(options, checkup);
  CheckCrypto(checkup);
  CheckKernel(checkup);
  CheckDatabase(options, checkup);
  const absl::Status written = WriteResult(options, checkup.lines());
  if (!written.ok()) return Fail(written);
  return checkup.healthy() ? kExitOk : kExitUnmeasured;
}

}  // namespace

void AddDoctorCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<CommonOptions>();
  auto remote = std::make_shared<RemoteOptions>();
  CLI::App* doctor =
      app.add_subcommand("doctor", "Check that this installation works: rules, digests, containment, database");
  AddOutputOptions(*doctor, *options, {"text"});
  AddRulesOption(*doctor, *options);
  AddStoreOptions(*doctor, *options);
  AddServerOptions(*doctor, *remote, /*with_path=*/false);
  doctor->callback([options, remote, &run] {
    run = [options, remote] {
      return remote->server.empty() ? RunDoctor(*options) : RunServerDoctor(*options, *remote);
    };
  });
}

}  // namespace weighbridge::cli
