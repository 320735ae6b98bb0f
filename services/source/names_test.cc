#include "services/source/names.h"

#include <string>

#include "gtest/gtest.h"

namespace weighbridge::source {
namespace {

TEST(NamesTest, DecompositionMatchesUnicode) {
  EXPECT_EQ(Decompose("caf\xC3\xA9"), "cafe\xCC\x81");
  EXPECT_EQ(Decompose("\xE1\xBA\xAD"), "a\xCC\xA3\xCC\x82") << "U+1EAD, two marks in canonical order";
  EXPECT_EQ(Decompose("\xED\x95\x9C\xEA\xB8\x80"),
            "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB\xE1\x84\x80\xE1\x85\xB3\xE1\x86\xAF");
  EXPECT_EQ(Decompose("\xE3\x81\x8C"), "\xE3\x81\x8B\xE3\x82\x99") << "kana";
  EXPECT_EQ(Decompose("\xD0\xB9"), "\xD0\xB8\xCC\x86") << "Cyrillic";
  EXPECT_EQ(Decompose("plain/\xE6\xA8\xA1\xF0\x9F\xA6\x99"), "plain/\xE6\xA8\xA1\xF0\x9F\xA6\x99");
  EXPECT_EQ(Decompose("\xff\xc3"), "\xff\xc3") << "malformed bytes stay";
}

TEST(NamesTest, TwinKeyFoldsCase) {
  EXPECT_EQ(TwinKey("Model/LICENSE"), TwinKey("model/license"));
  EXPECT_EQ(TwinKey("\xC3\x89T\xC3\x89"), TwinKey("e\xCC\x81te\xCC\x81"));
  EXPECT_EQ(TwinKey("\xC5\x81"), TwinKey("\xC5\x82")) << "a letter with a stroke has no decomposition";
  EXPECT_EQ(TwinKey("\xC5\xB9"), TwinKey("\xC5\xBA"));
  EXPECT_EQ(TwinKey("\xCE\xA9"), TwinKey("\xCF\x89"));
  EXPECT_EQ(TwinKey("\xD0\x96"), TwinKey("\xD0\xB6"));
  EXPECT_NE(TwinKey("\xC3\x97"), TwinKey("\xC3\xB7")) << "multiplication and division signs are no letters";
  EXPECT_NE(TwinKey("e"), TwinKey("\xC3\xA9"));
}

}  // namespace
}  // namespace weighbridge::source
