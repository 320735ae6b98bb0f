// Events of the log as the store keeps them: exact bytes, numbered without gaps.
#ifndef WEIGHBRIDGE_DB_STORE_EVENT_RECORD_H_
#define WEIGHBRIDGE_DB_STORE_EVENT_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace weighbridge::db {

inline constexpr size_t kLeafMaxBytes = size_t{16} << 10;
inline constexpr size_t kEventBodyMaxBytes = size_t{64} << 10;

// One event to be appended: exact bytes, written once. The store looks into neither.
struct EventInput {
  std::string kind;  // word of v1::EventKind
  std::string leaf;  // never empty
  std::string body;  // may be empty
};

// One event as stored.
struct EventRecord {
  int64_t sequence = 0;  // from 0, without gaps
  std::string kind;
  std::string leaf;
  std::string body;
};

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_EVENT_RECORD_H_
