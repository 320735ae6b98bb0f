#include "services/daemon/approval_index.h"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "services/approval/sample_approval.h"
#include "services/auditor/approve.h"
#include "services/base/hex.h"
#include "services/base/instant.h"
#include "services/crypto/signing.h"

namespace weighbridge::daemon {
namespace {

using Reason = v1::RefusalReason;

constexpr int64_t kWithin = 1798761600;  // 2027-01-01: the sample holds from 2026-11-26 to 2027-02-24

std::string Raw(const std::string& hex) {
  std::array<uint8_t, 32> bytes;
  EXPECT_TRUE(HexDecode(hex, bytes.data(), bytes.size())) << hex;
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

class ApprovalIndexTest : public testing::Test {
 protected:
  ApprovalIndexTest() {
    auto signer = Ed25519Signer::Generate();
    EXPECT_TRUE(signer.ok());
    signer_ = *std::move(signer);
    trusted_ = Trusting(*signer_);
    db::StoreOptions options;
    options.path = ":memory:";
    auto store = db::Store::Open(options);
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  static std::shared_ptr<const approval::TrustedKeys> Trusting(const Signer& signer) {
    auto keys = std::make_shared<approval::TrustedKeys>();
    keys->Trust({signer.public_key(), "", "file"});
    return keys;
  }

  // Records the sample with changes; its id.
  std::string Approve(const std::function<void(v1::ApprovalDetails&)>& change = nullptr) {
    v1::ApprovalDetails details = approval::SampleDetails();
    details.set_nonce(std::string(31, '0') + static_cast<char>('a' + approved_++));
    if (change) change(details);
    const auto response =
        auditor::SubmitApproval(approval::SignedEnvelope(details, *signer_), *Trusting(*signer_),
                                absl::FromUnixSeconds(kWithin), "Ada", "", {}, *store_);
    EXPECT_TRUE(response.ok() && !response->envelope.empty()) << response.status();
    return response.ok() ? response->result.approval_id() : "";
  }

  void Revoke(const std::string& id) {
    EXPECT_TRUE(auditor::RevokeApproval(id, "Bob", "", "test", absl::FromUnixSeconds(kWithin), *trusted_, {}, *store_)
                    .ok());
  }

  absl::Status Refresh() { return index_.Refresh(*store_, trusted_, now_); }

  // The one answer.
  v1::ApprovalAnswer Ask(const std::string& digest, const std::function<void(v1::ApprovalQuestion&)>& scope = nullptr,
                         int64_t instant = kWithin) {
    v1::CheckApprovalsRequest request;
    v1::ApprovalQuestion& question = *request.add_questions();
    question.set_digest(Raw(digest));
    if (scope) scope(question);
    v1::CheckApprovalsResponse answer;
    expired_at_ = 0;
    const absl::Status checked = index_.Check(request, instant, now_, answer, expired_at_);
    EXPECT_TRUE(checked.ok()) << checked;
    EXPECT_EQ(answer.answers_size(), 1);
    EXPECT_EQ(answer.checked_at(), instant);
    return answer.answers_size() == 1 ? answer.answers(0) : v1::ApprovalAnswer();
  }

  Reason::Value ReasonOf(const std::string& digest, const std::function<void(v1::ApprovalQuestion&)>& scope = nullptr,
                         int64_t instant = kWithin) {
    const v1::ApprovalAnswer answer = Ask(digest, scope, instant);
    EXPECT_EQ(answer.valid(), answer.reason() == Reason::refusal_reason_unspecified);
    return answer.reason();
  }

  const std::string model_ = std::string(64, 'a');
  const std::string weights_ = std::string(64, 'b');
  std::unique_ptr<Signer> signer_;
  std::shared_ptr<const approval::TrustedKeys> trusted_;
  std::unique_ptr<db::Store> store_;
  ApprovalIndex index_{100};
  ApprovalIndex::Clock::time_point now_{};
  int64_t expired_at_ = 0;
  int approved_ = 0;
};

constexpr Reason::Value kValid = Reason::refusal_reason_unspecified;

TEST_F(ApprovalIndexTest, FindsByEachDigestAndSaysWhatIsSigned) {
  const std::string id = Approve();
  ASSERT_TRUE(Refresh().ok());
  for (const std::string& digest : {id, model_, weights_}) EXPECT_EQ(ReasonOf(digest), kValid) << digest;
  const v1::ApprovalAnswer answer = Ask(model_);
  EXPECT_EQ(answer.approval_id(), Raw(id));
  EXPECT_EQ(answer.decision(), v1::APPROVED_WITH_CONDITIONS);
  EXPECT_EQ(FormatInstant(absl::FromUnixSeconds(answer.expires())), "2027-02-24T12:00:00Z");
  EXPECT_EQ(ReasonOf(std::string(64, 'f')), Reason::no_approval);
}

TEST_F(ApprovalIndexTest, TimeIsRightAtTheBoundarySeconds) {
  Approve();
  ASSERT_TRUE(Refresh().ok());
  const int64_t begin = absl::ToUnixSeconds(*ParseInstant("2026-11-26T12:00:00Z"));
  const int64_t end = absl::ToUnixSeconds(*ParseInstant("2027-02-24T12:00:00Z"));
  EXPECT_EQ(ReasonOf(model_, nullptr, begin - 1), Reason::not_yet_valid);
  EXPECT_EQ(ReasonOf(model_, nullptr, begin), kValid);
  EXPECT_EQ(ReasonOf(model_, nullptr, end), kValid);
  EXPECT_EQ(expired_at_, 0);
  EXPECT_EQ(ReasonOf(model_, nullptr, end + 1), Reason::expired);
  EXPECT_EQ(expired_at_, end) << "so that the instant is kept";
}

TEST_F(ApprovalIndexTest, ScopeThatIsNamedMustBeStated) {
  Approve([](v1::ApprovalDetails& details) {
    details.mutable_scope()->add_environments("production");
    details.mutable_scope()->add_regions("eu");
    details.mutable_scope()->add_engines("e-1");
  });
  ASSERT_TRUE(Refresh().ok());
  const auto all = [](v1::ApprovalQuestion& question) {
    question.set_use("commercial");
    question.set_environment("production");
    question.set_region("eu");
    question.set_engine("e-1");
  };
  EXPECT_EQ(ReasonOf(model_, all), kValid);
  EXPECT_EQ(ReasonOf(model_), Reason::environment_out_of_scope);
  const struct {
    void (v1::ApprovalQuestion::*set)(std::string&&);
    Reason::Value reason;
  } kOthers[] = {
      {&v1::ApprovalQuestion::set_use, Reason::use_out_of_scope},
      {&v1::ApprovalQuestion::set_environment, Reason::environment_out_of_scope},
      {&v1::ApprovalQuestion::set_region, Reason::region_out_of_scope},
      {&v1::ApprovalQuestion::set_engine, Reason::engine_out_of_scope},
  };
  for (const auto& other : kOthers) {
    EXPECT_EQ(ReasonOf(model_,
                       [&](v1::ApprovalQuestion& question) {
                         all(question);
                         (question.*other.set)("another");
                       }),
              other.reason);
  }
}

TEST_F(ApprovalIndexTest, OneThatHoldsIsEnoughAndElseTheNearestIsNamed) {
  const auto in = [](const char* environment) {
    return [environment](v1::ApprovalDetails& details) { details.mutable_scope()->add_environments(environment); };
  };
  const std::string revoked = Approve(in("production"));
  const std::string staging = Approve(in("staging"));
  Revoke(revoked);
  ASSERT_TRUE(Refresh().ok());
  const auto production = [](v1::ApprovalQuestion& question) { question.set_environment("production"); };
  v1::ApprovalAnswer answer = Ask(model_, production);
  EXPECT_EQ(answer.reason(), Reason::environment_out_of_scope) << "nearer than the revoked one";
  EXPECT_EQ(answer.approval_id(), Raw(staging));
  EXPECT_EQ(ReasonOf(revoked, production), Reason::revoked);
  const std::string again = Approve(in("production"));
  Approve(in("elsewhere"));
  ASSERT_TRUE(Refresh().ok());
  answer = Ask(model_, production);
  EXPECT_TRUE(answer.valid());
  EXPECT_EQ(answer.approval_id(), Raw(again));
}

TEST_F(ApprovalIndexTest, RevocationAndLaterApprovalsComeWithTheNextRefresh) {
  const std::string id = Approve();
  ASSERT_TRUE(Refresh().ok());
  Revoke(id);
  EXPECT_EQ(ReasonOf(model_), kValid) << "of the state before";
  ASSERT_TRUE(Refresh().ok());
  EXPECT_EQ(ReasonOf(model_), Reason::revoked);
  Approve();
  ASSERT_TRUE(Refresh().ok());
  EXPECT_EQ(ReasonOf(model_), kValid);
  EXPECT_EQ(index_.size(), 2u);
}

TEST_F(ApprovalIndexTest, KeysThatAreTrustedNoMoreCountNoMore) {
  const std::string id = Approve();
  ASSERT_TRUE(Refresh().ok());
  auto distrusting = std::make_shared<approval::TrustedKeys>(*trusted_);
  distrusting->Distrust({signer_->public_key().key_id(), "lost"});
  trusted_ = distrusting;
  ASSERT_TRUE(Refresh().ok());
  EXPECT_EQ(ReasonOf(model_), Reason::key_distrusted);
  const auto other = Ed25519Signer::Generate();
  ASSERT_TRUE(other.ok());
  trusted_ = Trusting(**other);
  ASSERT_TRUE(Refresh().ok());
  EXPECT_EQ(ReasonOf(model_), Reason::key_unknown);
  Revoke(id);
  ASSERT_TRUE(Refresh().ok());
  EXPECT_EQ(ReasonOf(id), Reason::revoked) << "said whatever else is wrong";
  trusted_ = Trusting(*signer_);
  ASSERT_TRUE(Refresh().ok());
  EXPECT_EQ(ReasonOf(id), Reason::revoked) << "also after all was read anew";
  EXPECT_EQ(index_.size(), 1u);
}

TEST_F(ApprovalIndexTest, NothingIsAnsweredFromAStateThatIsTooOld) {
  v1::CheckApprovalsRequest request;
  request.add_questions()->set_digest(Raw(model_));
  v1::CheckApprovalsResponse answer;
  int64_t expired_at = 0;
  EXPECT_EQ(index_.Check(request, kWithin, now_, answer, expired_at).code(), absl::StatusCode::kUnavailable)
      << "before the first refresh";
  index_.Confirm(now_);
  EXPECT_EQ(index_.Check(request, kWithin, now_, answer, expired_at).code(), absl::StatusCode::kUnavailable)
      << "a confirmation is none";
  Approve();
  ASSERT_TRUE(Refresh().ok());
  now_ += ApprovalIndex::kAgeMax;
  EXPECT_EQ(ReasonOf(model_), kValid);
  now_ += std::chrono::milliseconds(1);
  EXPECT_EQ(index_.Check(request, kWithin, now_, answer, expired_at).code(), absl::StatusCode::kUnavailable);
  index_.Confirm(now_);
  EXPECT_EQ(ReasonOf(model_), kValid);
}

TEST_F(ApprovalIndexTest, MoreThanMayBeHeldIsRefusedNotForgotten) {
  ApprovalIndex two(2);
  for (int i = 0; i < 3; ++i) Approve();
  EXPECT_EQ(two.Refresh(*store_, trusted_, now_).code(), absl::StatusCode::kResourceExhausted);
  v1::CheckApprovalsRequest request;
  request.add_questions()->set_digest(Raw(model_));
  v1::CheckApprovalsResponse answer;
  int64_t expired_at = 0;
  EXPECT_FALSE(two.Check(request, kWithin, now_, answer, expired_at).ok());
}

}  // namespace
}  // namespace weighbridge::daemon
