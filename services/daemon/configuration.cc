#include "services/daemon/configuration.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/auditor/load_rules.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/crypto/tls_files.h"
#include "services/daemon/limits.h"
#include "services/daemon/log.h"
#include "services/keyring/keyring.h"
#include "services/policy/builtin_policy.h"
#include "services/source/document.h"
#include "services/source/fingerprint.h"
#include "services/source/root.h"
#include "services/source/walk.h"

namespace weighbridge::daemon {
namespace {

// How often a reload reads files that change meanwhile before it leaves them to the next one.
constexpr int kReadsMax = 3;
// No files have this signature: they count as changed.
constexpr char kUnsettled[] = "unsettled";

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  WB_ASSIGN_OR_RETURN(const source::Root root, source::Root::Open(path));
  if (!root.single_file()) return absl::InvalidArgumentError(absl::StrFormat("%s is no file", Printable(path)));
  WB_ASSIGN_OR_RETURN(const source::Listing listing, source::Walk(root));
  std::string bytes;
  absl::Status read = absl::OkStatus();
  const auto results =
      source::ReadAll(root, listing, [&](size_t, const source::FileEntry&, formats::ByteSource& source) {
        absl::StatusOr<std::string> document = source::ReadDocument(source, kProfileBytesMax);
        if (document.ok()) {
          bytes = *std::move(document);
        } else {
          read = document.status();
        }
      });
  for (const source::FileResult& result : results) WB_RETURN_IF_ERROR(result.status);
  WB_RETURN_IF_ERROR(read);
  return bytes;
}

absl::Status CannotRead(std::string_view what, const absl::Status& why) {
  return absl::InvalidArgumentError(absl::StrFormat("cannot read the %s: %s", what, why.message()));
}

// Trusted keys, and the key that signs, which is trusted as one's own where no file says who is.
absl::Status ReadKeys(const ServerOptions& options, Configuration& configuration) {
  absl::StatusOr<approval::TrustedKeys> trusted =
      options.trust_path.empty() ? keyring::Keyring::TrustedByDefault()
                                 : keyring::ReadTrustFile(options.trust_path, /*must_not_be_writable=*/true);
  if (!trusted.ok()) return CannotRead("trusted keys", trusted.status());
  if (!options.signing_key_path.empty()) {
    absl::StatusOr<std::unique_ptr<Signer>> signer = keyring::ReadSigningKey(options.signing_key_path);
    if (!signer.ok()) return CannotRead("signing key", signer.status());
    configuration.signer = *std::move(signer);
    const PublicKey& key = configuration.signer->public_key();
    if (options.trust_path.empty()) trusted->Trust({key, /*name=*/"", /*trust=*/"self"});
    const auto& keys = trusted->keys();
    if (std::none_of(keys.begin(), keys.end(),
                     [&key](const approval::TrustedKey& known) { return known.key.key_id() == key.key_id(); }) ||
        trusted->FindDistrust(key.key_id()) != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrFormat("the signing key %s is not among the trusted keys: what it signs would be refused",
                          key.key_id().substr(0, 16)));
    }
  }
  configuration.trusted = std::make_shared<const approval::TrustedKeys>(*std::move(trusted));
  return absl::OkStatus();
}

void AppendIdentity(const std::string& path, std::string& signature) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) {
    signature += path + ":none\n";
    return;
  }
  signature += absl::StrFormat("%s:%d:%d:%d.%09d\n", path, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                               status.st_mtim.tv_nsec);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ConfigurationHolder>> ConfigurationHolder::Load(const ServerOptions& options) {
  std::unique_ptr<ConfigurationHolder> holder(new ConfigurationHolder(options));
  WB_RETURN_IF_ERROR(holder->Reload());
  return holder;
}

absl::StatusOr<std::shared_ptr<const Configuration>> ConfigurationHolder::Read() const {
  auto configuration = std::make_shared<Configuration>();
  WB_ASSIGN_OR_RETURN(auditor::LoadedRules loaded, auditor::LoadRules(options_.rules_dir, options_.index_path));
  Log(LogLevel::kInfo, "licences", {{"index", auditor::IndexWords(loaded)}});
  configuration->rules = std::move(loaded.rules);
  for (const std::string& path : loaded.replaced) {
    Log(LogLevel::kWarning, "rule file replaces a built-in one", {{"file", path}});
  }
  if (options_.policy_path.empty()) {
    configuration->policy_digest = Sha256Hex(policy::BuiltinPolicyYaml());
  } else {
    absl::StatusOr<std::string> bytes = ReadFile(options_.policy_path);
    if (!bytes.ok()) {
      return absl::InvalidArgumentError(absl::StrFormat("cannot read the policy: %s", bytes.status().message()));
    }
    // The built-in policy needs no file, so an empty one is a mistake, or one that is being written.
    if (bytes->find_first_not_of(" \t\r\n") == std::string::npos) {
      return absl::InvalidArgumentError(absl::StrFormat("the policy %s is empty", Printable(options_.policy_path)));
    }
    configuration->policy = auditor::ConfigFile{Printable(options_.policy_path), *std::move(bytes)};
    configuration->policy_digest = Sha256Hex(configuration->policy->bytes);
  }
  WB_RETURN_IF_ERROR(ReadKeys(options_, *configuration));
  WB_RETURN_IF_ERROR(auditor::CheckConfiguration(std::nullopt, configuration->policy, *configuration->rules));
  if (!options_.tls.cert.empty()) {
    WB_RETURN_IF_ERROR(CheckTlsFiles(options_.tls.cert, options_.tls.key, options_.tls.client_ca));
  }
  return configuration;
}

std::string ConfigurationHolder::Signature() const {
  std::string signature;
  // Where no index is named: one that comes into the cache later is taken in at the next reload that is asked for.
  for (const std::string* path :
       {&options_.index_path, &options_.policy_path, &options_.trust_path, &options_.signing_key_path,
        &options_.tls.cert, &options_.tls.key, &options_.tls.client_ca}) {
    if (!path->empty()) AppendIdentity(*path, signature);
  }
  if (options_.trust_path.empty()) {
    // Making, trusting and distrusting a key renames a file of this folder.
    if (const absl::StatusOr<std::string> keys = keyring::Keyring::DefaultFolder(); keys.ok()) {
      AppendIdentity(*keys, signature);
    }
  }
  if (options_.rules_dir.empty()) return signature;
  const absl::StatusOr<source::Root> root = source::Root::Open(options_.rules_dir);
  if (!root.ok()) return signature + "no rules\n";
  const absl::StatusOr<source::Listing> listing = source::Walk(*root);
  if (!listing.ok()) return signature + "no rules\n";
  for (const source::FileEntry& file : listing->files) {
    signature +=
        absl::StrFormat("%s:%d:%d:%d\n", file.path, file.identity.inode, file.identity.size, file.identity.mtime_ns);
  }
  return signature;
}

std::shared_ptr<const Configuration> ConfigurationHolder::Current() const {
  const absl::MutexLock lock(&mutex_);
  return current_;
}

absl::Status ConfigurationHolder::Reload() {
  const absl::MutexLock one_at_a_time(&reload_mutex_);
  absl::StatusOr<std::shared_ptr<const Configuration>> read =
      absl::UnavailableError("rules, policy, keys or certificates changed again and again while they were read");
  std::string signature = kUnsettled;
  for (int i = 0; i < kReadsMax && signature == kUnsettled; ++i) {
    // What changed while it was read may be a mix of old and new.
    std::string before = Signature();
    absl::StatusOr<std::shared_ptr<const Configuration>> now = Read();
    if (Signature() != before) continue;
    signature = std::move(before);
    read = std::move(now);
  }
  const absl::MutexLock lock(&mutex_);
  signature_ = std::move(signature);
  if (!read.ok()) {
    last_error_ = std::string(read.status().message());
    return read.status();
  }
  current_ = *std::move(read);
  last_error_.clear();
  return absl::OkStatus();
}

bool ConfigurationHolder::ChangedFilesRest() {
  std::string now = Signature();
  const absl::MutexLock lock(&mutex_);
  const bool rest = now == looked_at_;
  const bool changed = now != signature_;
  looked_at_ = std::move(now);
  return changed && rest;
}

std::string ConfigurationHolder::last_error() const {
  const absl::MutexLock lock(&mutex_);
  return last_error_;
}

}  // namespace weighbridge::daemon
