// What the verbs around approvals share: profile and policy files, trusted keys, the default key, spans of time.
#ifndef WEIGHBRIDGE_SERVICES_CLI_APPROVAL_OPTIONS_H_
#define WEIGHBRIDGE_SERVICES_CLI_APPROVAL_OPTIONS_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/approval/trust.h"
#include "services/auditor/auditor.h"
#include "services/cli/environment.h"
#include "services/crypto/signing.h"
#include "services/keyring/keyring.h"

namespace weighbridge::cli {

// A profile or policy that was named; nothing for an empty path. One that cannot be read is InvalidArgument: never
// "none".
absl::StatusOr<std::optional<auditor::ConfigFile>> ReadConfig(const std::string& path, std::string_view what);

// --trust FILE.
void AddTrustOption(CLI::App& app, std::string& trust);

// The keys that are trusted here: those of the file alone if one is given; else one's own and those trusted by hand,
// none if there is no folder yet.
absl::StatusOr<approval::TrustedKeys> TrustedHere(const std::string& trust_file);

// --waivers FILE.
void AddWaiversOption(CLI::App& app, std::string& waivers);

// Puts whom to ask for the keys that are trusted here, and the waivers of the file where one is given, into the inputs
// of a decision.
absl::Status TakeWaivers(const std::string& waivers_file, const std::string& trust_file, auditor::GateInputs& inputs);

// A key of one's own that signs. Without any, one is made, with a note and an event in `store` (which may be null).
absl::StatusOr<std::unique_ptr<Signer>> SignerHere(const std::string& key_id, const CommonOptions& common,
                                                   db::Store* store);

// How a key of one's own is trusted, as results show it.
inline constexpr std::string_view kTrustSelf = "self";

// Records a change of a key with its event; `store` may be null.
absl::Status RecordKeyChange(const v1::KeyRecord& key, std::string_view change, std::string_view reason,
                             db::Store* store);

// "90d", "12h", "30m", "5s", counted from `from`, or an instant (RFC 3339). InvalidArgument naming `option`.
absl::StatusOr<absl::Time> InstantAfter(const std::string& text, absl::Time from, std::string_view option);

// A verb about approvals, rulings or waivers: how the result is printed, --at, and a word to those who try --server.
CLI::App* AddVerb(CLI::App& app, const char* name, const char* help, CommonOptions& common);

// --by NAME --reason TEXT.
void AddBecause(CLI::App& app, std::string& by, std::string& reason);

// Writes the result; `exit_code` if that went well.
int Written(const CommonOptions& common, std::string_view bytes, int exit_code = 0);

// Exit code of a refusal, which is written to stderr: one sentence, the reason, what to do.
int FailRefused(const v1::Refusal& refusal);
// Of an error: a refusal by its reason, an unknown id 2, damage 4, all else as ExitCodeOf.
int FailVerb(const absl::Status& status);

}  // namespace weighbridge::cli

#endif  // WEIGHBRIDGE_SERVICES_CLI_APPROVAL_OPTIONS_H_
