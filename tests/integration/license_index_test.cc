// The licence index from the command line: built from an invented pack, used, replayed, and never believed when it is
// damaged.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "services/crypto/sha256.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::ProcessResult;
using testing_support::TempDir;

constexpr char kKite[] =
    "Everybody who has received a kite may look at it, carry it about and lend it to a neighbour, as long as the kite "
    "comes back "
    "before sunset on the following day and nobody has painted, sawn or buried any part of it. A kite that was broken "
    "while it was "
    "lent is mended by the one who broke it, within a week, at no cost to the owner of the kite, who in turn keeps a "
    "list of all "
    "neighbours to whom it was lent and shows that list to whoever asks politely.\n";

class LicenseIndexTest : public testing::Test {
 protected:
  LicenseIndexTest() {
    dir_.Write(
        "pack/kite.LICENSE",
        "---\nkey: kite\nname: Kite Licence\ncategory: Permissive\nowner: Kite Makers\n---\n" + std::string(kKite));
    dir_.Write("model/model.safetensors", testing_support::BuildSafetensors({{"a.weight", "F32", {2, 2}}}));
    dir_.Write("model/LICENSE", kKite);
  }

  void Build() {
    const ProcessResult built = weighbridge_.Run({"rules", "build-index", dir_.At("pack"), "-o", index_});
    ASSERT_EQ(built.exit_code, 0) << Describe(built);
    EXPECT_NE(built.out.find("1 texts: 1 licences learned, 0 left out"), std::string::npos) << built.out;
  }

  ProcessResult Gate(const std::vector<std::string>& more = {}) const {
    return weighbridge_.Run(weighbridge_.GateArgs(dir_.At("model"), more));
  }

  static bool Says(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

  TempDir dir_;
  Weighbridge weighbridge_{dir_.At("data")};
  const std::string index_ = dir_.At("licences.index");
};

TEST_F(LicenseIndexTest, APackLicenceIsKnownByItsTextAndNeedsAPerson) {
  const ProcessResult without = Gate();
  EXPECT_EQ(without.exit_code, 5) << Describe(without);
  EXPECT_FALSE(Says(without.out, "LicenseRef-scancode-kite"));
  Build();
  const ProcessResult classified = weighbridge_.Run({"classify", dir_.At("model/LICENSE"), "--index", index_});
  EXPECT_EQ(classified.exit_code, 0) << Describe(classified);
  EXPECT_TRUE(Says(classified.out, "EXACT")) << classified.out;
  const ProcessResult gate = Gate({"--index", index_});
  EXPECT_EQ(gate.exit_code, 5) << Describe(gate);
  EXPECT_TRUE(Says(gate.out, "LicenseRef-scancode-kite"));
  EXPECT_TRUE(Says(gate.out, "license.facts_partial"));
  EXPECT_TRUE(Says(gate.out, "by its category alone (Permissive, by Kite Makers)")) << gate.out;
  // The stored rules are those of the index: no index is needed to decide again.
  const ProcessResult replay = weighbridge_.Run({"log", "replay", ParseGate(gate.out).audit_id()});
  EXPECT_EQ(replay.exit_code, 0) << Describe(replay);
  EXPECT_TRUE(Says(replay.out, "SAME")) << replay.out;
}

TEST_F(LicenseIndexTest, TheSamePackGivesTheSameBytes) {
  Build();
  const auto read = [&] {
    std::ifstream file(index_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string first = read();
  Build();
  EXPECT_EQ(read(), first);
  EXPECT_FALSE(first.empty());
}

TEST_F(LicenseIndexTest, WithoutAPlaceItGoesToTheCacheAndIsFoundThere) {
  ASSERT_EQ(weighbridge_.Run({"rules", "build-index", dir_.At("pack")}).exit_code, 0);
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"explain", "kite"}, std::vector<std::string>{"licenses", "kite"}}) {
    const ProcessResult result = weighbridge_.Run(args);
    EXPECT_EQ(result.exit_code, 0) << Describe(result);
    EXPECT_TRUE(Says(result.out, "category alone")) << result.out;
  }
  EXPECT_TRUE(Says(weighbridge_.Run({"doctor"}).out, "1 more licences by category alone"));
}

TEST_F(LicenseIndexTest, WithoutAnIndexItSaysWhatIsNotKnown) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"doctor"}, std::vector<std::string>{"rules", "lint"}}) {
    const ProcessResult result = weighbridge_.Run(args);
    EXPECT_EQ(result.exit_code, 0) << Describe(result);
    EXPECT_TRUE(Says(result.out, "no licence index")) << result.out;
    EXPECT_TRUE(Says(result.out, "rules build-index")) << result.out;
  }
}

TEST_F(LicenseIndexTest, ADamagedOrForeignIndexEndsEveryRun) {
  Build();
  struct Case {
    const char* name;
    void (*damage)(const std::string& path);
  };
  for (const Case& test :
       {Case{"truncated", [](const std::string& path) { ASSERT_EQ(truncate(path.c_str(), 5000), 0); }},
        Case{"writable by others", [](const std::string& path) { ASSERT_EQ(chmod(path.c_str(), 0666), 0); }},
        Case{"missing", [](const std::string& path) { ASSERT_EQ(unlink(path.c_str()), 0); }},
        Case{"a folder", [](const std::string& path) {
               ASSERT_EQ(unlink(path.c_str()), 0);
               ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
             }}}) {
    if (std::string(test.name) != "a folder") Build();
    if (std::string(test.name) == "a folder") dir_.Write("licences.index", "x");
    test.damage(index_);
    const ProcessResult gate = Gate({"--index", index_});
    EXPECT_EQ(gate.exit_code, 3) << test.name << Describe(gate);
    EXPECT_EQ(gate.out, "") << test.name;
    EXPECT_TRUE(Says(gate.err, "licences.index")) << test.name << gate.err;
  }
}

// One that was built for other rules is left aside, and that is said.
TEST_F(LicenseIndexTest, AnIndexForOtherRulesIsNamed) {
  Build();
  std::string bytes;
  {
    std::ifstream file(index_, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  }
  // "WBINDEX1", the digest of the rules, and the digest of both.
  bytes[8] = bytes[8] == 'a' ? 'b' : 'a';
  const Sha256Digest digest = Sha256Of(std::string_view(bytes).substr(0, 72));
  bytes.replace(72, digest.size(), reinterpret_cast<const char*>(digest.data()), digest.size());
  dir_.Write("other.index", bytes);
  const ProcessResult result = weighbridge_.Run({"licenses", "MIT", "--index", dir_.At("other.index")});
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_TRUE(Says(result.err, "other.index is not used: it was built for other rules")) << Describe(result);
  const ProcessResult quiet = weighbridge_.Run({"licenses", "MIT", "--quiet", "--index", dir_.At("other.index")});
  EXPECT_EQ(quiet.err, "") << Describe(quiet);
}

TEST_F(LicenseIndexTest, FoldersThatAreMadeForAnIndexAreNamed) {
  const std::string path = dir_.At("new/folder/licences.index");
  const ProcessResult result = weighbridge_.Run({"rules", "build-index", dir_.At("pack"), "-o", path});
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_TRUE(Says(result.err, "made the folder " + dir_.At("new"))) << Describe(result);
}

// A licence that is known by its category alone does not stand for a model that is called so.
TEST_F(LicenseIndexTest, AModelComesBeforeALicenceOfThePackOfThatName) {
  dir_.Write("other/imagen.LICENSE",
             "---\nkey: imagen\nname: Imagen\ncategory: Permissive\nowner: Imagen Makers\n---\n" + std::string(kKite));
  ASSERT_EQ(weighbridge_.Run({"rules", "build-index", dir_.At("other"), "-o", index_}).exit_code, 0);
  const ProcessResult result = weighbridge_.Run({"explain", "Imagen", "--format", "json", "--index", index_});
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_TRUE(Says(result.out, "\"closed_model\"")) << result.out;
  EXPECT_TRUE(Says(result.out, "A licence is called so too, known by its category alone")) << result.out;
  const ProcessResult licenses = weighbridge_.Run({"licenses", "Imagen", "--index", index_});
  EXPECT_EQ(licenses.exit_code, 0) << Describe(licenses);
  EXPECT_TRUE(Says(licenses.out, "(closed_model)")) << licenses.out;
  EXPECT_TRUE(Says(licenses.out, "LicenseRef-scancode-imagen")) << licenses.out;
}

TEST_F(LicenseIndexTest, RulesOfTheUserLieOverTheIndexToo) {
  Build();
  dir_.Write("rules/licenses/kite/rule.textproto",
             "# proto-file: proto/weighbridge/rules/v1/license.proto\n"
             "# proto-message: weighbridge.rules.v1.License\n"
             "id: \"LicenseRef-my-kite\"\nshort_id: \"kite\"\nname: \"My kite\"\nkind: license\n"
             "main_restriction: \"None.\"\nsummary: \"Ours.\"\n"
             "category_facts { category: \"Permissive\" owner: \"Us\" }\n"
             "provenance { texts { sha256: \"" +
                 std::string(64, 'a') +
                 "\" source: \"ours\" } checked: \"2026-11-26\" "
                 "checked_by: \"us\" confidence: low }\n");
  for (int i = 0; i < 2; ++i) {  // the second time from what the first one kept
    const ProcessResult result = weighbridge_.Run({"licenses", "kite", "--rules", dir_.At("rules"), "--index", index_});
    EXPECT_EQ(result.exit_code, 0) << Describe(result);
    EXPECT_TRUE(Says(result.out, "LicenseRef-my-kite")) << result.out;
  }
}

}  // namespace
}  // namespace weighbridge::integration
