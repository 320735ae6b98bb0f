// Every licence and use policy that the collected facts and the corpus name has a record, and what was not read needs a
// person. The corpus part needs WEIGHBRIDGE_CORPUS.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/rulebook/builtin.h"
#include "services/rulebook/rulebook.h"
#include "tests/support/corpus.h"

namespace weighbridge::rulebook {
namespace {

using rules::v1::Confidence;
using rules::v1::DocumentKind;
using rules::v1::License;
using rules::v1::Stance;
using ::testing::Contains;

const Rulebook& Book() {
  static const Rulebook* const book = BuiltinRulebook().value().get();
  return *book;
}

// One row of the facts and the records that hold it.
struct Row {
  const char* name;
  std::vector<std::string> short_ids;
};

// Rows that are a combination of documents, or have another name than their record.
const std::vector<Row>& CombinedRows() {
  static const auto* rows = new std::vector<Row>{
      {"Llama 2 licence with the policy of Code Llama", {"llama-2-license-2023", "codellama-use-policy"}},
      {"Apache-2.0 (FLUX.1 [schnell])", {"Apache-2.0"}},
      {"Modified MIT licence of Devstral 2 123B", {"mistral-modified-mit-devstral-2"}},
      {"CC-BY-NC-4.0 with the policies of Cohere",
       {"CC-BY-NC-4.0", "cohere-labs-acceptable-use-policy", "c4ai-acceptable-use-policy"}},
      {"MIT (Phi-2 and later)", {"MIT"}},
  };
  return *rows;
}

// Rows whose name is the short id of their record.
const std::vector<std::string>& Rows() {
  static const auto* rows = new std::vector<std::string>{
      "AFL-3.0",
      "AGPL-3.0-only",
      "Apache-2.0",
      "Artistic-2.0",
      "BSD-2-Clause",
      "BSD-3-Clause",
      "C-UDA-1.0",
      "CC-BY-4.0",
      "CC-BY-NC-4.0",
      "CC-BY-NC-ND-4.0",
      "CC-BY-NC-SA-4.0",
      "CC-BY-SA-4.0",
      "CC0-1.0",
      "CDLA-Permissive-2.0",
      "GPL-3.0-only",
      "ISC",
      "LGPL-3.0-only",
      "MIT",
      "MPL-2.0",
      "OpenMDW-1.0",
      "Unlicense",
      "WTFPL",
      "apple-amlr",
      "apple-excl",
      "apple-ml-ferret-2023",
      "baichuan2-community",
      "bigcode-open-rail-m-v1",
      "bigscience-open-rail-m",
      "bigscience-open-rail-m2",
      "bigscience-rail-1.0",
      "bilibili-model-ula-2025-09-09",
      "c4ai-acceptable-use-policy",
      "chameleon-research-2024",
      "chameleon-use-policy",
      "chatglm-6b",
      "chatglm-6b-2023-03",
      "codellama-use-policy",
      "cogvideox",
      "cogvlm",
      "cogvlm-2023-10",
      "cohere-labs-acceptable-use-policy",
      "databricks-open-model-aup",
      "databricks-open-model-license",
      "deepfloyd-if-license",
      "deepseek-la-1.0",
      "dinov3-license",
      "exaone-ai-model-1.1-nc",
      "exaone-ai-model-1.2-nc",
      "fair-ai-public-1.0",
      "fair-ai-public-1.0-sd",
      "fair-noncommercial-research-license",
      "falcon-180b-1.0",
      "falcon-2-11b-1.0",
      "falcon-2-11b-aup-1.0",
      "falcon-3-aup-december-2024",
      "falcon-3-december-2024",
      "falcon-llm-1.0",
      "flux-1-dev-non-commercial-license-v1.1",
      "flux-1-dev-non-commercial-license-v1.1.1",
      "flux-1-nc",
      "flux-dev-non-commercial-license-v2.0",
      "flux-non-commercial-license-v2.1",
      "gemma-pup-2024-02-21",
      "gemma-tou-2024-02-21",
      "gemma-tou-2024-04-01",
      "gemma-tou-2025-03-24",
      "glm-130b",
      "glm-4-9b",
      "glm-5.3",
      "grok2-community",
      "health-ai-developer-foundations",
      "hyperclova-x-seed-2025",
      "jamba-open-model",
      "kimi-k3",
      "kolors",
      "kolors-2024-07-05",
      "lfm1.0",
      "llama-2-license-2023",
      "llama-3.1-license-2024",
      "llama-3.2-license-2024",
      "llama-3.3-license-2024",
      "llama-4-cla-2025",
      "llama-4-license-2025",
      "llama-license-2023",
      "llama2-use-policy",
      "llama3",
      "llama3-use-policy",
      "llama3.1-use-policy",
      "llama3.2-use-policy",
      "llama3.3-use-policy",
      "ltxv-owl-2025-04-17",
      "ltxv-owl-2025-05-05",
      "mg-by-2.0",
      "mg-by-nc-2.0",
      "mg-by-nc-nd-2.0",
      "mg-by-nc-rai-2.0",
      "mg-by-nd-2.0",
      "mg-by-rai-2.0",
      "mg-by-sa-2.0",
      "mg0-2.0",
      "mgb-1.0",
      "microsoft-research-license",
      "minicpm-model-community",
      "minimax-community",
      "minimax-m2-modified-mit",
      "minimax-m2.1-modified-mit",
      "minimax-m2.7-non-commercial",
      "minimax-model-license-01",
      "minimax-model-license-m2.5",
      "mistral-modified-mit-2026",
      "mnpl-0.1",
      "moonshot-ai-modified-mit-2025",
      "mrl-0.1",
      "nexusflow-personal-use-2024-08-19",
      "nexusraven-v2",
      "nvidia-ai-foundation-models-community",
      "nvidia-nemotron-open-model-license",
      "nvidia-open-model-2025-04-28",
      "nvidia-open-model-agreement",
      "open-aleph-1.0",
      "open-weights-permissive-1.0.0",
      "openatom-model-1.0",
      "opencoder-2024-07-16",
      "openmdw-1.1",
      "openrail++",
      "opt-175b",
      "playground-v2-community",
      "qwen-2024",
      "qwen-community-1.0",
      "qwen-research",
      "responsible-ai-source-1.0",
      "responsible-ai-source-1.1",
      "sam-license",
      "sdxl-0.9-research",
      "seamless-acceptable-use-policy",
      "seamless-license",
      "seer-license",
      "stability-ai-community-2024",
      "stability-ai-nc-2023-11-28",
      "stability-ai-nc-2023-12-06",
      "stability-ai-nc-2024-03-18",
      "stable-beluga-nc-2023-07-27",
      "stable-diffusion-2022-08-22",
      "stable-video-diffusion-nc-2023-11-21",
      "tencent-hunyuan-3d-2.0-cla",
      "tencent-hunyuan-3d-2.1-cla",
      "tencent-hunyuan-community-dit-2024-05",
      "tencent-hunyuan-community-dit-2024-10",
      "tencent-hunyuan-community-video",
      "tencent-hunyuan-community-video-2024-12-03",
      "tongyi-qianwen-2023",
      "tongyi-qianwen-research",
      "trendmicro-cl-1.0",
      "upstage-solar",
      "whiterabbitneo-usage-restrictions",
      "xai-acceptable-use-policy",
      "yi-license-1.0",
      "yi-license-2.0",
      "yi-license-2.1",
  };
  return *rows;
}

// Licences whose text was not at hand: they are known from what others say.
const std::vector<std::string>& Unread() {
  static const auto* ids = new std::vector<std::string>{
      "baichuan2-community",
      "chatglm-6b-2023-03",
      "cogvlm-2023-10",
      "falcon-llm-1.0",
      "glm-5.3",
      "jamba-open-model",
      "kolors-2024-07-05",
      "minimax-community",
      "mistral-modified-mit-devstral-2",
      "nvidia-nemotron-open-model-license",
      "qwen-community-1.0",
      "tencent-hunyuan-community-video-2024-12-03",
      "upstage-solar",
  };
  return *ids;
}

// Records of a text of which a part was not read, or which makes terms part of itself that nobody read.
const std::vector<Row>& PartlyRead() {
  static const auto* rows = new std::vector<Row>{
      {"the copy has lost paragraphs", {"apple-ml-ferret-2023"}},
      {"each copy fills in its own parameters", {"BUSL-1.1"}},
      {"the prohibited use policy", {"health-ai-developer-foundations"}},
      {"the Human Rights Policy", {"nvidia-ai-foundation-models-community"}},
      {"the Trustworthy AI terms", {"nvidia-open-model-2025-04-28"}},
      {"the Acceptable Use Policy", {"stability-ai-community-2024"}},
      {"the Acceptable Use Policy", {"stability-ai-nc-2023-11-28"}},
      {"the Acceptable Use Policy", {"stability-ai-nc-2023-12-06"}},
      {"the Acceptable Use Policy", {"stability-ai-nc-2024-03-18"}},
      {"the Acceptable Use Policy", {"stable-video-diffusion-nc-2023-11-21"}},
  };
  return *rows;
}

TEST(KnownLicensesTest, EveryRowOfTheFactsHasItsRecord) {
  EXPECT_EQ(Rows().size() + CombinedRows().size(), 164u);
  EXPECT_EQ(std::set<std::string>(Rows().begin(), Rows().end()).size(), Rows().size());
  for (const std::string& row : Rows()) {
    const License* license = Book().LicenseById(row);
    ASSERT_NE(license, nullptr) << row;
    EXPECT_EQ(license->short_id(), row);
  }
  for (const Row& row : CombinedRows()) {
    for (const std::string& short_id : row.short_ids) {
      EXPECT_NE(Book().LicenseById(short_id), nullptr) << row.name << ": " << short_id;
    }
  }
}

TEST(KnownLicensesTest, WhatNobodyReadAllowsNothing) {
  for (const std::string& short_id : Unread()) {
    SCOPED_TRACE(short_id);
    const License* license = Book().LicenseById(short_id);
    ASSERT_NE(license, nullptr);
    EXPECT_EQ(license->provenance().confidence(), Confidence::low);
    EXPECT_TRUE(license->provenance().texts().empty()) << "a text is at hand now: take it out of this list";
    EXPECT_FALSE(license->provenance().note().empty());
    for (const auto& permission : license->permissions()) EXPECT_NE(permission.stance(), Stance::allowed);
  }
  // And no other record is without a text.
  for (const License* license : Book().licenses()) {
    if (!license->provenance().texts().empty()) continue;
    EXPECT_THAT(Unread(), Contains(license->short_id()));
  }
}

TEST(KnownLicensesTest, WhatWasReadInPartNeedsAPerson) {
  for (const Row& row : PartlyRead()) {
    for (const std::string& short_id : row.short_ids) {
      const License* license = Book().LicenseById(short_id);
      ASSERT_NE(license, nullptr) << short_id;
      EXPECT_EQ(license->provenance().confidence(), Confidence::low) << short_id << ": " << row.name << " was not read";
    }
  }
}

class CorpusLicensesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto corpus = testing_support::CorpusDir();
    if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS is not set";
    corpus_ = *corpus;
  }

  std::string corpus_;
};

TEST_F(CorpusLicensesTest, EveryIdHasItsRecord) {
  size_t ids = 0;
  for (const auto& row : testing_support::ReadTsvOrFail(corpus_ + "/ALIASES.tsv")) {
    ASSERT_GE(row.size(), 6u);
    SCOPED_TRACE(row[0]);
    ++ids;
    const License* license = Book().LicenseById(row[0]);
    if (license == nullptr) {
      ADD_FAILURE() << "there is no rules/licenses/" << row[0];
      continue;
    }
    EXPECT_EQ(license->short_id(), row[0]);
    EXPECT_EQ(license->id(), row[2]);
    // An addendum is listed as what it is most like.
    EXPECT_TRUE(license->kind() == DocumentKind::addendum ||
                license->kind() == (row[5] == "use-policy" ? DocumentKind::use_policy : DocumentKind::license))
        << row[5];
  }
  EXPECT_GE(ids, 143u);
}

// The facts of a licence were checked against each of its texts in the corpus.
TEST_F(CorpusLicensesTest, EveryTextStandsInTheRecordOfItsLicence) {
  size_t texts = 0;
  for (const auto& row : testing_support::ReadTsvOrFail(corpus_ + "/MANIFEST.tsv")) {
    ASSERT_GE(row.size(), 6u);
    if (row[0].rfind("licenses/", 0) != 0) continue;
    SCOPED_TRACE(row[0]);
    ++texts;
    const License* license = Book().LicenseById(row[1]);
    if (license == nullptr) {
      ADD_FAILURE() << "there is no rules/licenses/" << row[1];
      continue;
    }
    const auto& checked = license->provenance().texts();
    EXPECT_TRUE(std::any_of(checked.begin(), checked.end(), [&](const auto& text) { return text.sha256() == row[5]; }))
        << "no text of its provenance is " << row[5];
  }
  EXPECT_GE(texts, 143u);
}

}  // namespace
}  // namespace weighbridge::rulebook
