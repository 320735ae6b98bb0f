// What in a program is said to people who use the model.
#include "services/provenance/program_text.h"

#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "services/rulebook/builtin.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {
namespace {

// `phrase` is marked by [[ and ]] in `text`.
struct Case {
  const char* name;
  const char* kind;
  const char* text;
  bool speaks;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

struct Marked {
  std::string text;
  size_t begin, end;
};

Marked Unmark(std::string_view marked) {
  const size_t begin = marked.find("[["), end = marked.find("]]");
  EXPECT_NE(end, std::string_view::npos) << marked;
  const std::string text = std::string(marked.substr(0, begin)) +
                           std::string(marked.substr(begin + 2, end - begin - 2)) + std::string(marked.substr(end + 2));
  return {text, begin, end - 2};
}

class ProgramTextTest : public ::testing::TestWithParam<Case> {};

TEST_P(ProgramTextTest, SpeaksOfTerms) {
  const Marked marked = Unmark(GetParam().text);
  EXPECT_EQ(SpeaksOfTerms(marked.text, marked.begin, marked.end, GetParam().kind), GetParam().speaks);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ProgramTextTest,
    ::testing::Values(
        Case{"SpeaksForItself", "non_commercial", "x = 1  # [[non-commercial]] things\n", true},
        Case{"NamesALicence", "other_license", "\"\"\"Put [[under the GPL]].\"\"\"\n", true},
        Case{"KindsOfTomorrow", "moon_phase", "# [[at full moon]]\n", true},
        Case{"ToUsers", "use_policy", "# You may not [[use this]] in weapons.\n", true},
        Case{"OfTheModel", "prohibition", "# Changing this model [[is not permitted]].\n", true},
        Case{"OfTheSoftware", "redistribution", "/* This software must [[not be redistributed]]. */\n", true},
        Case{"BesideCopyright", "derivatives", "# Copyright 2026 Acorn.\n# You must [[not modify]] it.\n", true},
        Case{"BesideALicence", "use_policy", "-- The licence: [[do not use]] it in the garden\n", true},
        Case{"AllRights", "prohibition", "# Copyright (c) 2026 Acorn. [[All rights reserved]].\n", false},
        Case{"AllRightsWithASign", "prohibition", "# Copyright Acorn, [[All Rights Reserved. NO]] WARRANTY\n", false},
        Case{"AllRightsOfNobody", "prohibition", "# For licensees. [[All rights reserved]].\n", true},
        Case{"OfModels", "use_policy", "# these models [[do not use]] the old head\n", false},
        Case{"ForResearch", "research_only", "# For [[research purposes only]].\n", true},
        Case{"ForTesting", "research_only", "# For [[testing purposes only]].\n", false},
        Case{"OfACache", "use_policy", "# Here we [[do not use]] the cache.\n", false},
        Case{"OfAList", "derivatives", "# The list must [[not be modified]] while it is read.\n", false},
        Case{"OfThreads", "prohibition", "raise Error('Two loops [[are not allowed]]')\n", false},
        Case{"Internal", "internal_only", "# For [[internal use only]].\n", false},
        Case{"OtherParagraph", "derivatives", "# Copyright 2026 Acorn.\n#\n# Do [[not modify]] the list.\n", false},
        Case{"FarAway", "derivatives",
             "# Copyright 2026 Acorn. The list of leaves is kept sorted by the day on which they fell, then by their "
             "colour, then by the branch, and so on, so the rows below\n# do [[not modify]] it.\n",
             false},
        Case{"Names", "redistribution", "this_model = 1\nif [[not torch.distributed]]: license()\n", false},
        Case{"Expression", "outputs", "# this model\nif [[not done:\n  train_model]](x)\n", false},
        Case{"Subscript", "redistribution", "license = [[not share[0] ]]\n", false},
        Case{"AtTheEnds", "use_policy", "[[do not use]]", false}),
    [](const auto& info) { return info.param.name; });

struct Header {
  const char* name;
  const char* text;
  bool permissive;
};
std::ostream& operator<<(std::ostream& out, const Header& header) { return out << header.name; }

class HeaderTest : public ::testing::TestWithParam<Header> {};

TEST_P(HeaderTest, IsPermissive) {
  const auto rules = rulebook::BuiltinRulebook();
  ASSERT_TRUE(rules.ok()) << rules.status();
  const Marked marked = Unmark(GetParam().text);
  EXPECT_EQ(IsPermissiveHeader(marked.text, marked.begin, marked.end, **rules), GetParam().permissive);
}

INSTANTIATE_TEST_SUITE_P(
    Table, HeaderTest,
    ::testing::Values(
        Header{"Apache",
               "# Copyright Acorn\n#\n# Under the Apache License, Version 2.0; you [[may not use]] this file\n"
               "# except in compliance with the License.\n",
               true},
        Header{"OneLine", "// Apache-2.0. You [[may not use]] it except in compliance with the license", true},
        Header{"NoName", "# You [[may not use]] this file except in compliance with the License.\n", false},
        Header{"UnknownName", "# Marzipan License 3: you [[may not use]] this except in compliance with the License.\n",
               false},
        Header{"Restricted", "# CC-BY-NC-4.0: you [[may not use]] this file except in compliance with the License.\n",
               false},
        Header{"OneOfTwo",
               "# Apache-2.0 and CC-BY-NC-4.0: you [[may not use]] it except in compliance with the License.\n", false},
        Header{"NoHeader", "# Apache-2.0. You [[may not use]] this file in weapons.\n", false},
        Header{
            "OtherSentence",
            "# Apache-2.0. You [[may not use]] this file for the making of weapons of any kind, nor sell it to those "
            "who do, except in compliance with the License.\n",
            false},
        Header{"OtherParagraph",
               "# Apache-2.0.\n#\n# You [[may not use]] this file except in compliance with the License.\n", false}),
    [](const auto& info) { return info.param.name; });

TEST(WithoutEscapesTest, KeepsPlaces) {
  EXPECT_EQ(WithoutEscapes(R"({"a": "x\ny\t\"z\" \\n \u00e9"})"), R"({"a": "x  y   "z " \\n \u00e9"})");
  EXPECT_EQ(WithoutEscapes("\\"), "\\");
  EXPECT_EQ(WithoutEscapes(""), "");
}

TEST(IsProgramTest, ByRole) {
  for (const char* role : {"code", "tokenizer"}) EXPECT_TRUE(IsProgram(role)) << role;
  for (const char* role : {"license_text", "notice", "card", "config", "other"}) EXPECT_FALSE(IsProgram(role)) << role;
}

}  // namespace
}  // namespace weighbridge::provenance
