#include "tests/fault/workload.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "db/store/records.h"
#include "db/store/sample_records.h"
#include "db/store/store.h"
#include "tests/fault/fault_vfs.h"

namespace weighbridge::fault {
namespace {

using db::AuditFilter;
using db::AuditKey;
using db::AuditRecord;
using db::DecisionRecord;
using db::Store;
using db::StoreMode;

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& path, StoreMode mode) {
  RegisterFaultVfs();
  db::StoreOptions options;
  options.path = path;
  options.mode = mode;
  options.busy_timeout_ms = 0;
  options.vfs_name = kFaultVfsName;
  return Store::Open(options);
}

std::vector<db::OfficialTextInput> Texts() {
  return {{{"LicenseRef-a", "a.tokens", "", "operator", ""}, "text a"},
          {{"LicenseRef-b", "", "", "pack", "1"}, "text b"}};
}

AuditKey KeyOf(const AuditRecord& audit) {
  return {audit.model_digest, audit.rules_digest, audit.classifier_version, audit.context_digest};
}

// How the store answers for one seed.
enum class Answer { kWhole, kAbsent, kWrong, kError };

Answer Ask(Store* store, int seed, absl::Status* error) {
  const AuditRecord audit = db::SampleAudit(seed);
  DecisionRecord decision = db::SampleDecision(seed);
  decision.audit_id = db::AuditIdOf(audit);
  const auto found = store->FindAudit(KeyOf(audit));
  if (!found.ok()) return *error = found.status(), Answer::kError;
  const auto decided = store->GetDecision(db::DecisionIdOf(decision));
  if (!found->has_value()) {
    // Half of a transaction would show here.
    if (absl::IsNotFound(decided.status())) return Answer::kAbsent;
    if (!decided.ok()) return *error = decided.status(), Answer::kError;
    return Answer::kWrong;
  }
  if (!decided.ok()) return *error = decided.status(), absl::IsNotFound(*error) ? Answer::kWrong : Answer::kError;
  if (db::AuditIdOf(**found) != decision.audit_id || (*found)->audit_id != decision.audit_id) return Answer::kWrong;
  if (db::DecisionIdOf(*decided) != db::DecisionIdOf(decision)) return Answer::kWrong;
  const auto answers = store->LookupDigests({audit.model_digest, audit.artifacts[0].sha256});
  if (!answers.ok()) return *error = answers.status(), Answer::kError;
  for (const std::optional<db::DigestAnswer>& answer : *answers) {
    if (!answer.has_value() || answer->audit_id != decision.audit_id) return Answer::kWrong;
    if (answer->latest_decision != decision.decision || answer->governing.size() != 2) return Answer::kWrong;
  }
  for (const std::vector<db::BlobInput>* blobs : {&audit.blobs, &std::as_const(decision.blobs)}) {
    for (const db::BlobInput& blob : *blobs) {
      const auto bytes = store->GetBlob(db::SampleDigest(blob.bytes));
      if (!bytes.ok()) return *error = bytes.status(), absl::IsNotFound(*error) ? Answer::kWrong : Answer::kError;
      if (*bytes != blob.bytes) return Answer::kWrong;
    }
  }
  return Answer::kWhole;
}

bool Has(const std::vector<int>& seeds, int seed) { return std::find(seeds.begin(), seeds.end(), seed) != seeds.end(); }

void RecordSeed(Store* store, int seed, const std::function<void(int)>& on_acknowledged, Outcome* outcome) {
  const auto ids = store->RecordAuditAndDecision(db::SampleAudit(seed), db::SampleDecision(seed));
  if (!ids.ok()) return outcome->errors.push_back(ids.status());
  outcome->acknowledged.push_back(seed);
  if (on_acknowledged) on_acknowledged(seed);
}

void ReadBack(Store* store, Outcome* outcome) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    absl::Status error;
    const Answer answer = Ask(store, seed, &error);
    if (answer == Answer::kError) outcome->errors.push_back(error);
    const bool lost = answer == Answer::kAbsent && Has(outcome->acknowledged, seed);
    if (answer == Answer::kWrong || lost) outcome->wrong = absl::StrFormat("seed %d %s", seed, lost ? "lost" : "wrong");
  }
  const auto page = store->ListAudits(100, 0);
  if (!page.ok()) return outcome->errors.push_back(page.status());
  if (page->audits.size() < outcome->acknowledged.size()) outcome->wrong = "ListAudits lists too few";
}

}  // namespace

Outcome RunWorkload(const std::string& path, const std::function<void(int)>& on_acknowledged) {
  Outcome outcome;
  {
    absl::StatusOr<std::unique_ptr<Store>> store = OpenStore(path, StoreMode::kCreate);
    if (!store.ok()) {
      outcome.errors.push_back(store.status());
      return outcome;
    }
    RecordSeed(store->get(), 0, on_acknowledged, &outcome);
    RecordSeed(store->get(), 1, on_acknowledged, &outcome);
    const auto texts = (*store)->PutOfficialTexts(Texts());
    if (texts.ok()) {
      outcome.texts_acknowledged = true;
    } else {
      outcome.errors.push_back(texts.status());
    }
    ReadBack(store->get(), &outcome);
  }
  absl::StatusOr<std::unique_ptr<Store>> store = OpenStore(path, StoreMode::kMustExist);
  if (!store.ok()) {
    outcome.errors.push_back(store.status());
    return outcome;
  }
  RecordSeed(store->get(), 2, on_acknowledged, &outcome);
  ReadBack(store->get(), &outcome);
  return outcome;
}

std::string CheckAfter(const std::string& path, const std::vector<int>& acknowledged, bool texts_acknowledged,
                       int seeds) {
  const auto store = OpenStore(path, StoreMode::kCreate);
  if (!store.ok()) return absl::StrFormat("does not open: %s", store.status().ToString());
  const absl::Status verified = (*store)->VerifyAll();
  if (!verified.ok()) return absl::StrFormat("does not verify: %s", verified.ToString());
  for (int seed = 0; seed < seeds; ++seed) {
    absl::Status error;
    switch (Ask(store->get(), seed, &error)) {
      case Answer::kWhole:
        break;
      case Answer::kAbsent:
        if (Has(acknowledged, seed)) return absl::StrFormat("seed %d was acknowledged and is lost", seed);
        break;
      case Answer::kWrong:
        return absl::StrFormat("seed %d is there in part or changed", seed);
      case Answer::kError:
        return absl::StrFormat("seed %d: %s", seed, error.ToString());
    }
  }
  const auto texts = (*store)->ListOfficialTexts("");
  if (!texts.ok()) return texts.status().ToString();
  if (texts->size() == 1 || (texts->empty() && texts_acknowledged)) return "official texts are lost or there in part";
  return "";
}

bool SendNumber(int fd, int number) {
  return write(fd, &number, sizeof(number)) == static_cast<ssize_t>(sizeof(number));
}

bool ReceiveNumber(int fd, int* number) {
  ssize_t size;
  do {
    size = read(fd, number, sizeof(*number));
  } while (size < 0 && errno == EINTR);
  return size == static_cast<ssize_t>(sizeof(*number));
}

std::string NewPath() {
  static int count = 0;
  const char* folder = std::getenv("TEST_TMPDIR");
  return absl::StrFormat("%s/fault_%d_%d.db", folder != nullptr ? folder : "/tmp", getpid(), count++);
}

void RemoveDatabase(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) unlink((path + suffix).c_str());
}

int Scale() {
  const char* text = std::getenv("WEIGHBRIDGE_FAULT_SCALE");
  const int scale = text != nullptr ? std::atoi(text) : 1;
  return scale >= 1 && scale <= 10000 ? scale : 1;
}

}  // namespace weighbridge::fault
