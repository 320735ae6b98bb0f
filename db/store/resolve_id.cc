#include "db/store/resolve_id.h"

#include <vector>

#include "absl/strings/str_format.h"
#include "db/sqlite/statement.h"
#include "db/store/store.h"
#include "services/base/status_macros.h"

namespace weighbridge::db {
namespace {

constexpr int kIdsListedMax = 10;

}  // namespace

absl::StatusOr<std::string> ResolveId(Database* database, const IdTable& table, std::string_view prefix) {
  if (prefix.size() < kIdPrefixMinDigits || prefix.size() > 64 ||
      prefix.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrFormat("\"%s\" is no %s id: give %d to 64 lower-case hexadecimal digits",
                                                      prefix.substr(0, 80), table.noun, kIdPrefixMinDigits));
  }
  WB_ASSIGN_OR_RETURN(Statement select, database->Prepare(table.sql));
  select.BindText(1, prefix);
  select.BindText(2, std::string(prefix) + "g");
  select.BindInt64(3, kIdsListedMax + 1);
  std::vector<std::string> ids;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) break;
    ids.push_back(select.ColumnText(0));
  }
  if (ids.empty()) {
    return absl::NotFoundError(database->Message(absl::StrFormat("holds no %s %s", table.noun, prefix)));
  }
  if (ids.size() == 1) return ids.front();
  std::string list;
  for (int i = 0; i < kIdsListedMax && i < static_cast<int>(ids.size()); ++i) list += "\n  " + ids[i];
  if (ids.size() > kIdsListedMax) list += "\n  ...";
  return absl::InvalidArgumentError(
      absl::StrFormat("%s id %s is ambiguous; give more digits of one of%s", table.noun, prefix, list));
}

}  // namespace weighbridge::db
