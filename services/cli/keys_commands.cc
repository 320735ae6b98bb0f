#include <memory>
#include <string>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/cli/approval_options.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/report/json.h"

namespace weighbridge::cli {
namespace {

constexpr size_t kPemFileMax = kPemMaxBytes;

struct KeysOptions {
  CommonOptions common;
  std::string name;
  std::string key;  // id or prefix
  std::string file;
  std::string reason;
};

std::string Line(const v1::KeyRecord& key) {
  return absl::StrFormat("%s  %-10s  %s%s\n", key.key_id(), key.trust(),
                         key.name().empty() ? std::string("(no name)") : Printable(key.name()),
                         key.is_default() ? "  (default)" : "");
}

int Print(const KeysOptions& options, const std::vector<v1::KeyRecord>& keys) {
  std::string out;
  for (const v1::KeyRecord& key : keys) out += options.common.format == "json" ? report::ToJson(key) + "\n" : Line(key);
  const absl::Status written = WriteResult(options.common, out);
  return written.ok() ? kExitOk : Fail(written);
}

absl::StatusOr<keyring::Keyring> OpenKeyring(bool create) {
  const absl::StatusOr<std::string> folder = keyring::Keyring::DefaultFolder();
  if (!folder.ok()) return folder.status();
  return create ? keyring::Keyring::OpenOrCreate(*folder) : keyring::Keyring::Open(*folder);
}

// A change of the folder, and then the record of it.
template <typename Change>
int RunChange(const KeysOptions& options, std::string_view word, bool create, Change change) {
  auto store = OpenStore(options.common);
  if (!store.ok()) return Fail(store.status());
  absl::StatusOr<keyring::Keyring> keyring = OpenKeyring(create);
  if (!keyring.ok()) return FailVerb(keyring.status());
  const absl::StatusOr<v1::KeyRecord> key = change(*keyring);
  if (!key.ok()) return FailVerb(key.status());
  if (const absl::Status recorded = RecordKeyChange(*key, word, options.reason, store->get()); !recorded.ok())
    return Fail(recorded);
  return Print(options, {*key});
}

int RunInit(const KeysOptions& options) {
  return RunChange(options, "init", true, [&](keyring::Keyring& keyring) { return keyring.Init(options.name); });
}

int RunTrust(const KeysOptions& options) {
  const absl::StatusOr<std::string> pem = ReadInput(options.file, "public key", kPemFileMax);
  if (!pem.ok()) return Fail(pem.status());
  return RunChange(options, "trust", true,
                   [&](keyring::Keyring& keyring) { return keyring.Trust(*pem, options.name); });
}

int RunDistrust(const KeysOptions& options) {
  return RunChange(options, "distrust", true,
                   [&](keyring::Keyring& keyring) { return keyring.Distrust(options.key, options.reason); });
}

int RunList(const KeysOptions& options) {
  const absl::StatusOr<keyring::Keyring> keyring = OpenKeyring(false);
  if (absl::IsNotFound(keyring.status())) return Print(options, {});
  if (!keyring.ok()) return FailVerb(keyring.status());
  const absl::StatusOr<std::vector<v1::KeyRecord>> keys = keyring->List();
  return keys.ok() ? Print(options, *keys) : FailVerb(keys.status());
}

int RunExport(const KeysOptions& options) {
  const absl::StatusOr<keyring::Keyring> keyring = OpenKeyring(false);
  if (absl::IsNotFound(keyring.status())) return Fail(kExitUsage, "there is no key yet: weighbridge keys init");
  if (!keyring.ok()) return FailVerb(keyring.status());
  const absl::StatusOr<std::unique_ptr<Signer>> signer = keyring->OpenSigner(options.key);
  if (!signer.ok()) return FailVerb(signer.status());
  const absl::Status written = WriteResult(options.common, (*signer)->public_key().ToPem());
  return written.ok() ? kExitOk : Fail(written);
}

}  // namespace

void AddKeysCommands(CLI::App& app, Run& run) {
  CLI::App* keys = app.add_subcommand("keys", "Signing keys, and whose signatures to trust");
  keys->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*work)(const KeysOptions&), bool records) {
    auto options = std::make_shared<KeysOptions>();
    CLI::App* verb = keys->add_subcommand(name, help);
    AddOutputOptions(*verb, options->common, {"text", "json"});
    if (records) AddStoreOptions(*verb, options->common);
    verb->callback([options, work, &run] { run = [options, work] { return work(*options); }; });
    return std::make_pair(verb, options);
  };
  const auto [init, init_options] =
      add("init", "Make a key of your own (Ed25519); the first one becomes the default", RunInit, true);
  init->add_option("--name", init_options->name, "What people call it");
  add("list", "Your own keys, those you trust and those you distrust", RunList, false);
  const auto [exported, export_options] =
      add("export-public", "Print the public half as PEM, for others to trust", RunExport, false);
  exported->add_option("KEY", export_options->key, "Key id, or at least 8 digits of it (default: the default key)")
      ->check(NotEmpty());
  const auto [trust, trust_options] = add("trust", "Trust the key of somebody else", RunTrust, true);
  trust->add_option("FILE", trust_options->file, "Public key (PEM)")->required()->check(NotEmpty());
  trust->add_option("--name", trust_options->name, "What people call it");
  const auto [distrust, distrust_options] = add("distrust", "Trust a key no more, for good", RunDistrust, true);
  distrust->add_option("KEY", distrust_options->key, "Key id, or at least 8 digits of a known one")
      ->required()
      ->check(NotEmpty());
  distrust->add_option("--reason", distrust_options->reason, "Why")->required()->check(NotEmpty());
}

}  // namespace weighbridge::cli
