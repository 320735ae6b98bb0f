#include "services/formats/tree/value.h"

#include "gtest/gtest.h"

namespace weighbridge::formats {
namespace {

Value Plain(std::string text) {
  Value value;
  value.kind = Value::Kind::kScalar;
  value.text = std::move(text);
  return value;
}

Value Quoted(std::string text) {
  Value value = Plain(std::move(text));
  value.quoted = true;
  return value;
}

TEST(ValueTest, IntegersAreExactOrNothing) {
  EXPECT_EQ(Plain("9223372036854775807").AsInt(), INT64_MAX);
  EXPECT_EQ(Plain("-9223372036854775808").AsInt(), INT64_MIN);
  EXPECT_EQ(Plain("18446744073709551615").AsUint(), UINT64_MAX);
  for (const char* text : {"9223372036854775808", "1.0", "1e3", "0x10", "1_000", "", " 1", "1 ", "+1", "ten"}) {
    EXPECT_EQ(Plain(text).AsInt(), std::nullopt) << text;
  }
  EXPECT_EQ(Plain("-1").AsUint(), std::nullopt);
  EXPECT_EQ(Quoted("7").AsInt(), std::nullopt);
}

TEST(ValueTest, DoublesAreFiniteDecimals) {
  EXPECT_EQ(Plain("1.5e3").AsDouble(), 1500.0);
  for (const char* text : {"inf", "nan", ".nan", "1e999", "0x1p3", "1,5"})
    EXPECT_EQ(Plain(text).AsDouble(), std::nullopt) << text;
}

TEST(ValueTest, WordsThatSomeReadersTakeForBooleansStayWords) {
  EXPECT_EQ(Plain("true").AsBool(), true);
  EXPECT_EQ(Plain("False").AsBool(), false);
  for (const char* text : {"no", "yes", "on", "off", "n", "1"}) {
    EXPECT_EQ(Plain(text).AsBool(), std::nullopt) << text;
    EXPECT_EQ(Plain(text).AsString(), text);
  }
  EXPECT_EQ(Quoted("true").AsBool(), std::nullopt);
  EXPECT_EQ(Value().AsString(), std::nullopt);
}

TEST(ValueTest, DuplicateKeysAreFoundWithBothPlaces) {
  std::vector<Member> members = {{"a", {0, 1, 1}, {}}, {"b", {5, 2, 1}, {}}, {"a", {9, 3, 1}, {}}};
  EXPECT_EQ(CheckUniqueKeys(members).message(),
            "offset 9 (line 3, column 1): duplicate key \"a\", first at offset 0 (line 1, column 1)");
  members.pop_back();
  EXPECT_TRUE(CheckUniqueKeys(members).ok());
}

}  // namespace
}  // namespace weighbridge::formats
