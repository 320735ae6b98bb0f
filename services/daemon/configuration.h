// Rules, policy and keys that the server decides with, exchanged as a whole.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_CONFIGURATION_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_CONFIGURATION_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/approval/trust.h"
#include "services/auditor/auditor.h"
#include "services/crypto/signing.h"
#include "services/daemon/options.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::daemon {

// Never changes after it is made. A request takes one at its start and keeps it to its end: it never sees a mix of two.
struct Configuration {
  std::shared_ptr<const rulebook::Rulebook> rules;
  std::optional<auditor::ConfigFile> policy;  // nullopt: the built-in policy
  std::string policy_digest;
  std::shared_ptr<const approval::TrustedKeys> trusted;
  std::shared_ptr<const Signer> signer;  // null: this server signs nothing
};

// Thread-safe.
class ConfigurationHolder {
 public:
  // Loads for the first time; errors name file, line and column.
  static absl::StatusOr<std::unique_ptr<ConfigurationHolder>> Load(const ServerOptions& options);

  std::shared_ptr<const Configuration> Current() const;

  // Reads all files again, checks them, certificates included, and exchanges the configuration. On an error everything
  // stays as it was. Files that change while they are read are read again, so that what comes in was there at one
  // moment: Unavailable if they do not rest.
  absl::Status Reload();

  // True if a file that the configuration rests on is not what it was at the last load, whether that succeeded or not,
  // and all are as they were at the last call of this: what is still being written is left alone.
  bool ChangedFilesRest();

  // Message of the last Reload() that failed; empty if the last one succeeded.
  std::string last_error() const;

 private:
  explicit ConfigurationHolder(const ServerOptions& options) : options_(options) {}
  absl::StatusOr<std::shared_ptr<const Configuration>> Read() const;
  // Names, sizes and times of all files.
  std::string Signature() const;

  const ServerOptions options_;
  absl::Mutex reload_mutex_;  // one reload at a time
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Configuration> current_ ABSL_GUARDED_BY(mutex_);
  std::string signature_ ABSL_GUARDED_BY(mutex_);  // at the last load
  std::string looked_at_ ABSL_GUARDED_BY(mutex_);  // at the last ChangedFilesRest()
  std::string last_error_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_CONFIGURATION_H_
