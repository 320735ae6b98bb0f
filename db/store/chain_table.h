// Tables whose columns are all text beside their number and their event: one way to insert, read and check them.
#ifndef WEIGHBRIDGE_DB_STORE_CHAIN_TABLE_H_
#define WEIGHBRIDGE_DB_STORE_CHAIN_TABLE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/database.h"

namespace weighbridge::db {

struct ChainTable {
  const char* name;
  std::vector<const char*> columns;  // in the order of the row digest; the id, where there is one, comes first
  std::vector<const char*> blobs;    // columns that are NULL instead of empty
};

struct ChainRow {
  int64_t sequence = 0;
  int64_t event_sequence = 0;
  std::vector<std::string> values;  // in the order of `columns`
};

// Appends a row and returns its number.
absl::StatusOr<int64_t> InsertChainRow(Database* database, const ChainTable& table, int64_t event_sequence,
                                       const std::vector<std::string>& values);

// Rows for which `condition` holds ("model_digest = ? ORDER BY sequence"), with `texts` and then `numbers` bound, each
// checked against its digest.
absl::StatusOr<std::vector<ChainRow>> ReadChainRows(Database* database, const ChainTable& table,
                                                    std::string_view condition, const std::vector<std::string>& texts,
                                                    const std::vector<int64_t>& numbers = {});

// Digest check of every row, and that each names an event.
absl::Status VerifyChainTable(Database* database, const ChainTable& table);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_CHAIN_TABLE_H_
