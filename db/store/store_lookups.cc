// The calls of a Store that a registry asks: digests and models.

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "db/sqlite/database.h"
#include "db/sqlite/transaction.h"
#include "db/store/answers.h"
#include "db/store/audits.h"
#include "db/store/netstring.h"
#include "db/store/shape.h"
#include "db/store/store.h"
#include "db/store/turn.h"
#include "services/base/status_macros.h"
#include "services/crypto/sha256.h"

namespace weighbridge::db {
namespace {

constexpr size_t kQueryMarkDigits = 16;

absl::Status CheckPageSize(int page_size) {
  if (page_size >= 1 && page_size <= kPageSizeMax) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat("a page has 1 to %d entries, not %d", kPageSizeMax, page_size));
}

// Where a list of models goes on: "NEWEST.BEFORE.QUERY" in decimal digits and the mark of the filters.
struct PageToken {
  int64_t newest = 0;  // the newest sequence when the first page was made
  int64_t before = 0;
};

// A token of one query must not go on with another.
std::string MarkOf(const ModelQuery& query) {
  std::string content;
  AppendNetstring(&content, query.repository_prefix);
  AppendNetstring(&content, query.license_id);
  return Sha256Hex(content).substr(0, kQueryMarkDigits);
}

std::string WriteToken(const PageToken& token, const ModelQuery& query) {
  return absl::StrFormat("%d.%d.%s", token.newest, token.before, MarkOf(query));
}

absl::StatusOr<PageToken> ReadToken(const ModelQuery& query) {
  PageToken token;
  const char* const end = query.page_token.data() + query.page_token.size();
  const std::from_chars_result newest = std::from_chars(query.page_token.data(), end, token.newest);
  const bool has_newest = newest.ec == std::errc() && newest.ptr != end && *newest.ptr == '.';
  if (has_newest) std::from_chars(newest.ptr + 1, end, token.before);
  // Written again it must be the same: no sign, no leading zero, no other query.
  if (token.newest < 1 || token.before < 1 || token.before > token.newest ||
      WriteToken(token, query) != query.page_token) {
    return absl::InvalidArgumentError("the page token is none of this query: take next_page_token of its last page");
  }
  return token;
}

absl::StatusOr<std::vector<ModelAudit>> DescribeAll(Database* database, const std::vector<StoredAudit>& audits) {
  std::vector<ModelAudit> described;
  described.reserve(audits.size());
  for (const StoredAudit& audit : audits) {
    WB_ASSIGN_OR_RETURN(ModelAudit model, DescribeAudit(database, audit));
    described.push_back(std::move(model));
  }
  return described;
}

}  // namespace

absl::StatusOr<std::vector<std::optional<DigestAnswer>>> Store::LookupDigests(const std::vector<std::string>& digests,
                                                                              std::optional<DigestKind> kind) {
  if (digests.size() > kLookupMax) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%d digests were given; at most %d are looked up at once", digests.size(), kLookupMax));
  }
  for (size_t i = 0; i < digests.size(); ++i) {
    if (!IsDigest(digests[i])) {
      return absl::InvalidArgumentError(absl::StrFormat("digests[%d] is not 64 lower-case hexadecimal digits", i));
    }
  }
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(const Transaction view, Transaction::Begin(database_.get(), Transaction::Kind::kRead));
  return ReadAnswers(database_.get(), digests, kind);
}

absl::StatusOr<PublishedAudits> Store::PublishedAfter(int64_t position, int count) {
  if (position < 0) return absl::InvalidArgumentError("answers are numbered from 1");
  WB_RETURN_IF_ERROR(CheckPageSize(count));
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(const Transaction view, Transaction::Begin(database_.get(), Transaction::Kind::kRead));
  return ReadPublished(database_.get(), position, count);
}

absl::StatusOr<ModelPage> Store::ListModels(const ModelQuery& query) {
  WB_RETURN_IF_ERROR(CheckPageSize(query.page_size));
  const Turn turn(this);
  Database* database = database_.get();
  WB_ASSIGN_OR_RETURN(const Transaction view, Transaction::Begin(database, Transaction::Kind::kRead));
  PageToken token;
  if (query.page_token.empty()) {
    WB_ASSIGN_OR_RETURN(token.newest, database->QueryInt64("SELECT coalesce(max(sequence), 0) FROM audits"));
    token.before = token.newest + 1;
  } else {
    WB_ASSIGN_OR_RETURN(token, ReadToken(query));
  }
  ModelSelection selection;
  selection.newest = token.newest;
  selection.from = std::max<int64_t>(1, token.before - kModelScanMax);
  selection.before = token.before;
  selection.count = query.page_size;
  selection.repository_prefix = query.repository_prefix;
  selection.license_id = query.license_id;
  WB_ASSIGN_OR_RETURN(const std::vector<StoredAudit> audits, ReadNewestOfModels(database, selection));
  ModelPage page;
  WB_ASSIGN_OR_RETURN(page.models, DescribeAll(database, audits));
  const bool is_full = static_cast<int>(audits.size()) == query.page_size;
  token.before = is_full ? audits.back().sequence : selection.from;
  if (token.before > 1) page.next_page_token = WriteToken(token, query);
  return page;
}

absl::StatusOr<ModelAuditPage> Store::GetModel(std::string_view model_digest, int page_size, int64_t before) {
  if (!IsDigest(model_digest)) return absl::InvalidArgumentError("GetModel needs a model digest");
  WB_RETURN_IF_ERROR(CheckPageSize(page_size));
  if (before < 0) return absl::InvalidArgumentError("a page begins at 0 or more");
  const Turn turn(this);
  Database* database = database_.get();
  WB_ASSIGN_OR_RETURN(const Transaction view, Transaction::Begin(database, Transaction::Kind::kRead));
  WB_ASSIGN_OR_RETURN(std::vector<StoredAudit> audits,
                      ReadAuditsOfModel(database, model_digest, before, page_size + 1));
  if (audits.empty() && before == 0) {
    return absl::NotFoundError(database->Message(absl::StrFormat("holds no audit of the model %s", model_digest)));
  }
  ModelAuditPage page;
  if (static_cast<int>(audits.size()) > page_size) {
    audits.pop_back();
    page.next_before = audits.back().sequence;
  }
  WB_ASSIGN_OR_RETURN(page.audits, DescribeAll(database, audits));
  return page;
}

absl::StatusOr<int64_t> Store::DataVersion() {
  const Turn turn(this);
  return database_->QueryInt64("PRAGMA data_version");
}

// The one call without a turn: Database::Interrupt may run beside all others.
void Store::Interrupt() ABSL_NO_THREAD_SAFETY_ANALYSIS { database_->Interrupt(); }

}  // namespace weighbridge::db
