#include "db/store/chain_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "db/sqlite/statement.h"
#include "db/store/netstring.h"
#include "services/base/status_macros.h"
#include "services/crypto/sha256.h"

namespace weighbridge::db {
namespace {

std::string DigestOf(const ChainTable& table, const ChainRow& row) {
  std::string encoded;
  AppendNetstring(&encoded, absl::StrFormat("weighbridge %s row 1", table.name));
  AppendNetstring(&encoded, std::to_string(row.sequence));
  AppendNetstring(&encoded, std::to_string(row.event_sequence));
  for (const std::string& value : row.values) AppendNetstring(&encoded, value);
  return Sha256Hex(encoded);
}

std::string ColumnsOf(const ChainTable& table) {
  std::string columns = "sequence";
  for (const char* column : table.columns) columns.append(", ").append(column);
  return columns + ", event_sequence, row_sha256";
}

bool IsBlob(const ChainTable& table, const char* column) {
  return std::any_of(table.blobs.begin(), table.blobs.end(),
                     [column](const char* blob) { return std::string_view(blob) == column; });
}

}  // namespace

absl::StatusOr<int64_t> InsertChainRow(Database* database, const ChainTable& table, int64_t event_sequence,
                                       const std::vector<std::string>& values) {
  WB_ASSIGN_OR_RETURN(const int64_t newest,
                      database->QueryInt64(absl::StrFormat("SELECT coalesce(max(sequence), 0) FROM %s", table.name)));
  const ChainRow row = {newest + 1, event_sequence, values};
  std::string places = "?";
  for (size_t i = 0; i < table.columns.size() + 2; ++i) places += ", ?";
  WB_ASSIGN_OR_RETURN(Statement insert, database->Prepare(absl::StrFormat("INSERT INTO %s (%s) VALUES (%s)", table.name,
                                                                          ColumnsOf(table), places)));
  int column = 1;
  insert.BindInt64(column++, row.sequence);
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (IsBlob(table, table.columns[i])) {
      insert.BindTextOrNull(column++, values[i]);
    } else {
      insert.BindText(column++, values[i]);
    }
  }
  insert.BindInt64(column++, row.event_sequence);
  insert.BindText(column, DigestOf(table, row));
  WB_RETURN_IF_ERROR(insert.Run());
  return row.sequence;
}

absl::StatusOr<std::vector<ChainRow>> ReadChainRows(Database* database, const ChainTable& table,
                                                    std::string_view condition, const std::vector<std::string>& texts,
                                                    const std::vector<int64_t>& numbers) {
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare(absl::StrFormat("SELECT %s FROM %s WHERE %s", ColumnsOf(table), table.name,
                                                        std::string(condition))));
  int parameter = 1;
  for (const std::string& text : texts) select.BindText(parameter++, text);
  for (const int64_t number : numbers) select.BindInt64(parameter++, number);
  std::vector<ChainRow> rows;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return rows;
    ChainRow row;
    row.sequence = select.ColumnInt64(0);
    int column = 1;
    for (size_t i = 0; i < table.columns.size(); ++i) row.values.push_back(select.ColumnText(column++));
    row.event_sequence = select.ColumnInt64(column++);
    if (select.ColumnText(column) != DigestOf(table, row)) {
      return absl::DataLossError(
          database->Message(absl::StrFormat("row %d of %s is damaged: it does not have the digest stored with it; "
                                            "restore a backup",
                                            row.sequence, table.name)));
    }
    rows.push_back(std::move(row));
  }
}

absl::Status VerifyChainTable(Database* database, const ChainTable& table) {
  constexpr int kPage = 1000;
  for (int64_t after = 0;;) {
    WB_ASSIGN_OR_RETURN(const std::vector<ChainRow> rows,
                        ReadChainRows(database, table, "sequence > ? ORDER BY sequence LIMIT ?", {}, {after, kPage}));
    for (const ChainRow& row : rows) {
      if (row.sequence != after + 1) {
        return absl::DataLossError(
            database->Message(absl::StrFormat("row %d of %s is missing; restore a backup", after + 1, table.name)));
      }
      after = row.sequence;
    }
    if (rows.size() < kPage) return absl::OkStatus();
  }
}

}  // namespace weighbridge::db
