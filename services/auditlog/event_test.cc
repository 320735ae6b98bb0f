#include "services/auditlog/event.h"

#include "gtest/gtest.h"
#include "services/crypto/sha256.h"

namespace weighbridge::auditlog {
namespace {

db::EventInput Sample(std::string by = "Ada") {
  v1::EventBody body;
  body.set_by(std::move(by));
  body.set_reason("needed");
  return MakeEvent(v1::EventKind::approval, absl::FromUnixSeconds(1795694400), std::string(64, 'a'),
                   std::string(64, 'b'), body);
}

// These bytes are hashed and kept for ever: a change of one of them is a new schema version.
TEST(EventTest, LeafIsTheseBytes) {
  const db::EventInput event = Sample();
  EXPECT_EQ(event.kind, "approval");
  EXPECT_EQ(event.body, R"({"by":"Ada","reason":"needed"})");
  EXPECT_EQ(event.leaf, R"({"schema_version":1,"kind":"approval","time":"2026-11-26T12:00:00Z","subject_id":")" +
                            std::string(64, 'a') + R"(","model_digest":")" + std::string(64, 'b') +
                            R"(","body_sha256":")" + Sha256Hex(event.body) + R"("})");
}

TEST(EventTest, ReadsBack) {
  const db::EventInput event = Sample();
  const auto entry = ReadEvent({7, event.kind, event.leaf, event.body});
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(entry->sequence(), 7);
  EXPECT_EQ(entry->body().by(), "Ada");
  EXPECT_EQ(entry->event().kind(), v1::EventKind::approval);
}

TEST(EventTest, ChangedBodyOrKindIsDamage) {
  const db::EventInput event = Sample();
  EXPECT_FALSE(ReadEvent({0, event.kind, event.leaf, R"({"by":"Eve","reason":"needed"})"}).ok());
  EXPECT_FALSE(ReadEvent({0, "ruling", event.leaf, event.body}).ok());
  EXPECT_FALSE(ReadEvent({0, event.kind, "{", event.body}).ok());
}

// An event is never lost because of what it speaks of.
TEST(EventTest, HostileTextIsMadePrintable) {
  for (const std::string& by : {std::string("\xff\xfe"), std::string(100000, 'x'), std::string("a\nb\x1b[2J")}) {
    const db::EventInput event = Sample(by);
    EXPECT_FALSE(event.leaf.empty());
    EXPECT_LE(event.body.size(), db::kEventBodyMaxBytes);
    EXPECT_EQ(event.leaf.find('\n'), std::string::npos);
    EXPECT_TRUE(ReadEvent({0, event.kind, event.leaf, event.body}).ok());
  }
}

}  // namespace
}  // namespace weighbridge::auditlog
