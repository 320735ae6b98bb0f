// kill -9 while approvals, revocations, waivers, rulings, loads and decisions are recorded: what was acknowledged is there, with
// its event; nothing is half-written; events are numbered without gaps.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "db/store/sample_records.h"
#include "db/store/store.h"
#include "gtest/gtest.h"
#include "tests/fault/fault_vfs.h"
#include "tests/fault/workload.h"

namespace weighbridge::fault {
namespace {

// Kinds of records; each step of the workload records one of them.
enum Kind { kApproval, kRevocation, kWaiver, kLoad, kRuling, kDecision, kKinds };

struct Step {
  int kind = 0;
  int seed = 0;
};

db::EventInput EventOf(const char* kind, int seed) {
  return {kind, std::string("{\"kind\":\"") + kind + "\",\"seed\":" + std::to_string(seed) + "}", "{}"};
}

db::ApprovalRow ApprovalOf(int seed) {
  db::ApprovalRow row;
  const std::string statement = "statement " + std::to_string(seed), envelope = "envelope " + std::to_string(seed);
  row.approval_id = row.statement_blob = db::SampleDigest(statement);
  row.model_digest = db::SampleDigest("model");
  row.weights_digest = db::SampleDigest("weights");
  row.decision = "APPROVED";
  row.not_before = "2026-11-26T12:00:00Z";
  row.expires = "2027-02-24T12:00:00Z";
  row.key_id = db::SampleDigest("key");
  row.by = "Ada";
  row.reason = "test";
  row.created_at = "2026-11-26T12:00:00Z";
  row.envelope_blob = db::SampleDigest(envelope);
  row.blobs = {{db::BlobKind::kStatement, statement}, {db::BlobKind::kEnvelope, envelope}};
  return row;
}

db::WaiverRow WaiverOf(int seed) {
  db::WaiverRow row;
  const std::string envelope = "waiver " + std::to_string(seed);
  row.waiver_id = db::SampleDigest("payload " + std::to_string(seed));
  row.model_digest = db::SampleDigest("model");
  row.rule_id = "term.territory";
  row.until = "2027-01-01T00:00:00Z";
  row.key_id = db::SampleDigest("key");
  row.envelope_blob = db::SampleDigest(envelope);
  row.recorded_at = "2026-11-26T12:00:00Z";
  row.blobs = {{db::BlobKind::kEnvelope, envelope}};
  return row;
}

db::RulingRow RulingOf(int seed) {
  db::RulingRow row;
  const std::string envelope = "ruling " + std::to_string(seed), evidence = "evidence " + std::to_string(seed);
  row.ruling_id = db::SampleDigest("ruled " + std::to_string(seed));
  row.model_digest = db::SampleDigest("model");
  row.license_id = "MIT";
  row.document_blob = db::SampleDigest(envelope);
  row.evidence_blob = db::SampleDigest(evidence);
  row.recorded_at = "2026-11-26T12:00:00Z";
  row.blobs = {{db::BlobKind::kRuling, envelope}, {db::BlobKind::kEvidence, evidence}};
  return row;
}

absl::Status Record(db::Store& store, const Step& step) {
  switch (step.kind) {
    case kApproval:
      return store
          .RecordApproval(ApprovalOf(step.seed), EventOf("approval", step.seed),
                          {"request-" + std::to_string(step.seed), db::SampleDigest("r")})
          .status();
    case kRevocation:
      return store
          .RecordRevocation({ApprovalOf(step.seed).approval_id, "Bob", "", "test", "2026-12-01T00:00:00Z"},
                            EventOf("revocation", step.seed))
          .status();
    case kWaiver:
      return store.RecordWaiver(WaiverOf(step.seed), EventOf("waiver", step.seed));
    case kRuling:
      return store.RecordRuling(RulingOf(step.seed), EventOf("ruling", step.seed));
    case kLoad:
      return store.RecordAdmission({0, true, ApprovalOf(step.seed).approval_id, db::SampleDigest("model"), "",
                                    "engine-" + std::to_string(step.seed), "2026-11-26T12:00:00Z"},
                                   EventOf("engine_load", step.seed));
    default:
      return store.RecordAuditAndDecision(db::SampleAudit(step.seed), db::SampleDecision(step.seed)).status();
  }
}

// A revocation needs its approval: steps go through the kinds for one seed after the other.
Step StepOf(int number) { return {number % kKinds, number / kKinds}; }

// Everything that must hold of the file, whatever happened to who wrote it.
void Check(const std::string& path, const std::vector<int>& acknowledged) {
  db::StoreOptions options;
  options.path = path;
  auto store = db::Store::Open(options);
  ASSERT_TRUE(store.ok()) << store.status();
  // Numbers without gaps, digests of all rows, each approval found by its digests.
  ASSERT_TRUE((*store)->VerifyAll().ok()) << (*store)->VerifyAll();
  std::vector<std::string> leaves;
  for (int64_t from = 0;;) {
    const auto events = (*store)->ListEvents(from, db::kPageSizeMax);
    ASSERT_TRUE(events.ok()) << events.status();
    for (const db::EventRecord& event : *events) leaves.push_back(event.leaf);
    if (events->empty()) break;
    from += static_cast<int64_t>(events->size());
  }
  const std::set<std::string> told(leaves.begin(), leaves.end());
  ASSERT_EQ(told.size(), leaves.size()) << "an event was appended twice";
  for (const int number : acknowledged) {
    const Step step = StepOf(number);
    const char* const kNames[] = {"approval", "revocation", "waiver", "engine_load", "ruling"};
    const std::string leaf =
        step.kind == kDecision ? db::SampleDecision(step.seed).event.leaf : EventOf(kNames[step.kind], step.seed).leaf;
    ASSERT_EQ(told.count(leaf), 1u) << "step " << number << " was acknowledged, and its event is gone";
    if (step.kind == kApproval) {
      ASSERT_TRUE((*store)->GetApproval(ApprovalOf(step.seed).approval_id).ok()) << number;
    }
    if (step.kind == kRevocation) {
      ASSERT_TRUE((*store)->FindRevocation(ApprovalOf(step.seed).approval_id)->has_value()) << number;
    }
  }
  // And no event without what it tells of.
  for (int seed = 0; told.count(EventOf("approval", seed).leaf) > 0; ++seed) {
    ASSERT_TRUE((*store)->GetApproval(ApprovalOf(seed).approval_id).ok()) << seed;
    ASSERT_EQ((*store)->FindRevocation(ApprovalOf(seed).approval_id)->has_value(),
              told.count(EventOf("revocation", seed).leaf) > 0)
        << seed;
  }
}

// Ended at each write and flush of the workload: most of them lie inside a transaction.
TEST(ChainKillTest, AtEveryPoint) {
  RegisterFaultVfs();
  int kills = 0;
  for (int64_t nth = 1;; ++nth) {
    const std::string path = NewPath();
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      Arm({nth % 2 == 0 ? FaultKind::kTornKill : FaultKind::kKill, (nth + 1) / 2, /*sticky=*/false});
      db::StoreOptions options;
      options.path = path;
      options.vfs_name = kFaultVfsName;
      auto store = db::Store::Open(options);
      if (!store.ok()) _exit(4);
      for (int number = 0; number < 2 * kKinds; ++number) {
        if (!Record(**store, StepOf(number)).ok()) _exit(5);
        if (!SendNumber(pipe_ends[1], number)) _exit(6);
      }
      store->reset();
      _exit(Fired() ? 3 : 0);
    }
    close(pipe_ends[1]);
    std::vector<int> acknowledged;
    for (int number = 0; ReceiveNumber(pipe_ends[0], &number);) acknowledged.push_back(number);
    close(pipe_ends[0]);
    int result = 0;
    ASSERT_EQ(waitpid(child, &result, 0), child);
    Check(path, acknowledged);
    RemoveDatabase(path);
    if (HasFatalFailure()) return;
    if (WIFEXITED(result)) {
      ASSERT_EQ(WEXITSTATUS(result), 0) << "point " << nth;
      break;
    }
    ASSERT_EQ(WTERMSIG(result), SIGKILL);
    ++kills;
  }
  std::printf("%d kills, each at a write, flush, open or lock\n", kills);
  EXPECT_GE(kills, 50);
}

// Two writers on one file, with real flushes; one of them is killed somewhere in its next record.
TEST(ChainKillTest, UnderLoad) {
  const std::string path = NewPath();
  constexpr int kRounds = 200;
  constexpr int kStepsPerRound = 100000;  // more than a round ever makes
  std::vector<int> acknowledged;
  std::mt19937 random(7);
  for (int round = 0; round < kRounds * Scale(); ++round) {
    int pipes[2][2];
    pid_t children[2];
    for (int c = 0; c < 2; ++c) {
      ASSERT_EQ(pipe(pipes[c]), 0);
      const int first = (round * 2 + c) * kStepsPerRound;
      children[c] = fork();
      ASSERT_GE(children[c], 0);
      if (children[c] == 0) {
        close(pipes[c][0]);
        db::StoreOptions options;
        options.path = path;
        options.check = db::StoreCheck::kNever;
        auto store = db::Store::Open(options);
        if (!store.ok()) _exit(4);
        for (int number = first; number < first + kStepsPerRound; ++number) {
          if (!Record(**store, StepOf(number)).ok()) _exit(5);
          if (!SendNumber(pipes[c][1], number)) _exit(6);
        }
        _exit(0);
      }
      close(pipes[c][1]);
    }
    const int wanted = static_cast<int>(random() % 8);
    int number = 0;
    for (int i = 0; i < wanted && ReceiveNumber(pipes[0][0], &number); ++i) acknowledged.push_back(number);
    for (int c = 0; c < 2; ++c) {
      kill(children[c], SIGKILL);
      while (ReceiveNumber(pipes[c][0], &number)) acknowledged.push_back(number);
      close(pipes[c][0]);
      int result = 0;
      ASSERT_EQ(waitpid(children[c], &result, 0), children[c]);
      ASSERT_TRUE(WIFSIGNALED(result)) << "round " << round << ": it ended by itself with " << WEXITSTATUS(result);
    }
  }
  Check(path, acknowledged);
  std::printf("%d rounds of two writers killed, %zu records acknowledged\n", kRounds * Scale(), acknowledged.size());
  EXPECT_GT(acknowledged.size(), 100u);
  RemoveDatabase(path);
}

}  // namespace
}  // namespace weighbridge::fault
