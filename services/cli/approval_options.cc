#include "services/cli/approval_options.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "services/approval/refusal.h"
#include "services/auditlog/event.h"
#include "services/auditor/exceptions.h"
#include "services/base/instant.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/cli/exit_code.h"

namespace weighbridge::cli {
namespace {

constexpr size_t kConfigBytesMax = 1 << 20;

}  // namespace

absl::StatusOr<std::optional<auditor::ConfigFile>> ReadConfig(const std::string& path, std::string_view what) {
  if (path.empty()) return std::nullopt;
  absl::StatusOr<std::string> bytes = ReadInput(path, what, kConfigBytesMax);
  if (absl::IsCancelled(bytes.status())) return bytes.status();
  if (!bytes.ok()) return absl::InvalidArgumentError(bytes.status().message());
  return auditor::ConfigFile{Printable(path), *std::move(bytes)};
}

void AddTrustOption(CLI::App& app, std::string& trust) {
  app.add_option("--trust", trust,
                 "File of trusted keys (YAML or PEM): nobody else is trusted then, not even keys of one's own")
      ->check(NotEmpty());
}

absl::StatusOr<approval::TrustedKeys> TrustedHere(const std::string& trust_file) {
  if (!trust_file.empty()) {
    absl::StatusOr<approval::TrustedKeys> trusted = keyring::ReadTrustFile(trust_file, /*must_not_be_writable=*/false);
    // A file that was named and cannot be used is an error of configuration.
    if (!trusted.ok()) return absl::InvalidArgumentError(trusted.status().message());
    return trusted;
  }
  return keyring::Keyring::TrustedByDefault();
}

void AddWaiversOption(CLI::App& app, std::string& waivers) {
  app.add_option("--waivers", waivers, "Signed waivers and rulings, one envelope a line (waive -o, conclude -o)")->check(NotEmpty());
}

absl::Status TakeWaivers(const std::string& waivers_file, const std::string& trust_file, auditor::GateInputs& inputs) {
  inputs.trusted = [trust_file] { return TrustedHere(trust_file); };
  // A file that was named is read in any case: that it cannot be used is an error of configuration.
  if (!trust_file.empty()) WB_RETURN_IF_ERROR(TrustedHere(trust_file).status());
  if (waivers_file.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> bytes = ReadInput(waivers_file, "waivers", auditor::kExceptionsFileMaxBytes);
  if (absl::IsCancelled(bytes.status())) return bytes.status();
  if (!bytes.ok()) return absl::InvalidArgumentError(bytes.status().message());
  WB_ASSIGN_OR_RETURN(const approval::TrustedKeys trusted, TrustedHere(trust_file));
  WB_ASSIGN_OR_RETURN(inputs.exceptions, auditor::ReadExceptions(*bytes, waivers_file, trusted));
  return absl::OkStatus();
}

absl::Status RecordKeyChange(const v1::KeyRecord& key, std::string_view change, std::string_view reason,
                             db::Store* store) {
  if (store == nullptr) return absl::OkStatus();
  const absl::Time now = absl::Now();
  v1::EventBody body;
  body.set_detail(std::string(change));
  body.set_reason(std::string(reason));
  return store->RecordKeyChange(
      {0, key.key_id(), std::string(change), key.public_key(), key.name(), std::string(reason), FormatInstant(now)},
      auditlog::MakeEvent(v1::EventKind::key_change, now, key.key_id(), "", std::move(body)));
}

absl::StatusOr<std::unique_ptr<Signer>> SignerHere(const std::string& key_id, const CommonOptions& common,
                                                   db::Store* store) {
  WB_ASSIGN_OR_RETURN(const std::string folder, keyring::Keyring::DefaultFolder());
  WB_ASSIGN_OR_RETURN(keyring::Keyring keyring, keyring::Keyring::OpenOrCreate(folder));
  absl::StatusOr<std::unique_ptr<Signer>> signer = keyring.OpenSigner(key_id);
  if (!key_id.empty() || !absl::IsNotFound(signer.status())) return signer;
  WB_ASSIGN_OR_RETURN(const v1::KeyRecord made, keyring.Init(""));
  WB_RETURN_IF_ERROR(RecordKeyChange(made, "init", "first use", store));
  Note(common, absl::StrFormat("made the key %s in %s: your own, trusted by you alone (trust: self)",
                               made.key_id().substr(0, 12), Printable(folder)));
  return keyring.OpenSigner("");
}

absl::StatusOr<absl::Time> InstantAfter(const std::string& text, absl::Time from, std::string_view option) {
  if (const std::optional<absl::Time> time = ParseInstantOrSpan(text, from)) return *time;
  return absl::InvalidArgumentError(
      absl::StrFormat("%s %s: give a span such as 90d, 12h, 30m or 5s, or an instant such as "
                      "2027-01-31T12:00:00Z",
                      std::string(option), Printable(text)));
}

CLI::App* AddVerb(CLI::App& app, const char* name, const char* help, CommonOptions& common) {
  CLI::App* verb = app.add_subcommand(name, help);
  AddOutputOptions(*verb, common, {"text", "json"});
  verb->add_option("--at", common.at, "Instant that counts as now (RFC 3339 or YYYY-MM-DD)")->check(NotEmpty());
  // Those who work with --server elsewhere learn what this verb does, and nothing is done here in its place.
  verb->add_option_function<std::string>("--server",
                                         [](const std::string&) {
                                           throw CLI::ValidationError(
                                               "--server",
                                               "this verb works on the database of this machine; the approvals of a "
                                               "server are its own, and are not reached from the command line yet");
                                         })
      ->group("");
  return verb;
}

void AddBecause(CLI::App& app, std::string& by, std::string& reason) {
  app.add_option("--by", by, "Who decides this")->required()->check(NotEmpty());
  app.add_option("--reason", reason, "Why")->required()->check(NotEmpty());
}

int Written(const CommonOptions& common, std::string_view bytes, int exit_code) {
  const absl::Status written = WriteResult(common, bytes);
  return written.ok() ? exit_code : Fail(written);
}

int FailRefused(const v1::Refusal& refusal) {
  return Fail(approval::ExitCodeOf(refusal.reason()),
              absl::StrFormat("%s\n  reason: %s\n  what to do: %s", refusal.message(),
                              v1::RefusalReason::Value_Name(refusal.reason()), refusal.remedy()));
}

int FailVerb(const absl::Status& status) {
  if (const std::optional<v1::Refusal> refusal = approval::RefusalOf(status)) return FailRefused(*refusal);
  if (absl::IsNotFound(status)) return Fail(kExitUsage, MessageOf(status));
  if (absl::IsDataLoss(status)) return Fail(kExitIntegrity, MessageOf(status));
  return Fail(status);
}

}  // namespace weighbridge::cli
