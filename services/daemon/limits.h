// What the server takes, at most. Each limit is shown by ServerService.GetServerInfo where a client can run into it.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_LIMITS_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_LIMITS_H_

#include <chrono>
#include <cstddef>

namespace weighbridge::daemon {

// A message that comes in. Inventories and documents come in parts of at most 1 MiB.
inline constexpr size_t kRequestBytesMax = size_t{4} << 20;
// A message that goes out: the result of the largest model that a walk accepts.
inline constexpr size_t kAnswerBytesMax = size_t{64} << 20;
// All headers of a call together.
inline constexpr size_t kMetadataBytesMax = size_t{16} << 10;
// Calls at once on one connection; further ones wait on the client's side.
inline constexpr int kStreamsPerConnectionMax = 128;

// Audits that a client feeds or reads, the bytes of inventories that they hold together, and how long a client may do
// nothing.
inline constexpr size_t kUploadsMax = 256;
inline constexpr size_t kUploadBytesMax = size_t{128} << 20;
inline constexpr std::chrono::seconds kUploadIdleTime{60};

// Look-ups and other reads that wait for a database thread.
inline constexpr size_t kWaitingReadsMax = 1024;
// Submissions and revocations that wait for the one thread that records them.
inline constexpr size_t kWaitingMutationsMax = 256;
// Questions of one CheckApprovals call, and bytes of each word in it.
inline constexpr int kApprovalQuestionsMax = 1000;
inline constexpr size_t kReasonBytesMax = 4096;
// Adapters and scope words of one approval that is signed here.
inline constexpr int kScopeWordsMax = 64;
// Pages of the database that each of these threads keeps, at most: the inner pages of tens of millions of known
// digests, or all of a million. A page that is not kept costs a read from the kernel, as much as the rest of a look-up.
inline constexpr int kReaderCacheKib = 64 << 10;

inline constexpr size_t kProfileBytesMax = size_t{1} << 20;
inline constexpr size_t kTextBytesMax = size_t{2} << 20;
inline constexpr size_t kPathBytesMax = 4095;
inline constexpr size_t kNameBytesMax = 512;
inline constexpr size_t kRequestIdBytesMax = 64;

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_LIMITS_H_
