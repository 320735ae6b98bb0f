#include "services/types/role_of.h"

#include <cctype>
#include <ostream>
#include <string>

#include "gtest/gtest.h"

namespace weighbridge {
namespace {

struct Case {
  std::string path;
  std::string format;
  Role role;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.path << " holding " << c.format; }

class RoleOfTest : public ::testing::TestWithParam<Case> {};

TEST_P(RoleOfTest, NameAndContentGiveTheRole) {
  EXPECT_EQ(RoleName(RoleOf(GetParam().path, GetParam().format)), RoleName(GetParam().role));
}

std::string CaseName(const ::testing::TestParamInfo<Case>& info) {
  std::string name = std::to_string(info.index) + "_";
  for (const char c : info.param.path) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

const Case kContentDecides[] = {
    {"model.safetensors", "safetensors", Role::kWeights},
    {"README.md", "safetensors", Role::kWeights},
    {"LICENSE", "pickle", Role::kWeights},
    {"config.json", "gguf", Role::kWeights},
    {"archive.zip", "pytorch_zip", Role::kWeights},
    {"adapter_model.safetensors", "safetensors", Role::kAdapter},
    {"lora/pytorch_lora_weights.safetensors", "safetensors", Role::kAdapter},
    {"mmproj-model-f16.gguf", "gguf", Role::kProjector},
    {"gemma-3-mmproj.gguf", "gguf", Role::kProjector},
    {"LICENSE.txt", "elf", Role::kCode},
    {"weird.model", "sentencepiece", Role::kTokenizer},
    {"notes.txt", "zip", Role::kArchive},
};
INSTANTIATE_TEST_SUITE_P(Content, RoleOfTest, ::testing::ValuesIn(kContentDecides), CaseName);

// A suffix that promises weights keeps the file loadable whatever lies in it; the caller refuses the contradiction.
const Case kSuffixPromisesWeights[] = {
    {"model.safetensors", "text", Role::kWeights},
    {"model-00001-of-00002.safetensors", "lfs_pointer", Role::kWeights},
    {"MODEL.GGUF", "", Role::kWeights},
    {"adapter_model.bin", "lfs_pointer", Role::kAdapter},
    {"pytorch_model.bin", "unknown_binary", Role::kWeights},
    {"ckpt.data-00000-of-00001", "unknown_binary", Role::kWeights},
};
INSTANTIATE_TEST_SUITE_P(Suffix, RoleOfTest, ::testing::ValuesIn(kSuffixPromisesWeights), CaseName);

const Case kLicenseTexts[] = {
    {"LICENSE", "text", Role::kLicenseText},
    {"license.txt", "text", Role::kLicenseText},
    {"licence.md", "markdown", Role::kLicenseText},
    {"LICENSE-MODEL", "text", Role::kLicenseText},
    {"LICENSE_GEMMA.html", "html", Role::kLicenseText},
    {"Llama-3.1-LICENSE.txt", "text", Role::kLicenseText},
    {"Llama-3.1-LICENSE", "text", Role::kLicenseText},
    {"LICENSES.md", "markdown", Role::kLicenseText},
    {"GemmaLicense.pdf", "pdf", Role::kLicenseText},
    {"LICENSE.csv", "text", Role::kLicenseText},
    {"license.json", "json", Role::kLicenseText},
    {"COPYING", "text", Role::kLicenseText},
    {"COPYING.LESSER", "text", Role::kLicenseText},
    {"UNLICENSE", "text", Role::kLicenseText},
    {"EULA.rtf", "rtf", Role::kLicenseText},
    {"GEMMA_TERMS_OF_USE.md", "markdown", Role::kLicenseText},
    {"TermsOfService.txt", "text", Role::kLicenseText},
    {"terms.txt", "text", Role::kLicenseText},
    {"community_agreement.docx", "docx", Role::kLicenseText},
    {"LICENSES/Apache-2.0.txt", "text", Role::kLicenseText},
    {"vae/LICENSE", "text", Role::kLicenseText},
    {"README.LICENSE", "text", Role::kLicenseText},
    {"images/photo.jpg.license", "text", Role::kLicenseText},
    {"README.LICENSE.md", "markdown", Role::kLicenseText},
    {"tokenizer_license.txt", "text", Role::kLicenseText},
};
INSTANTIATE_TEST_SUITE_P(License, RoleOfTest, ::testing::ValuesIn(kLicenseTexts), CaseName);

const Case kNoLicenseTexts[] = {
    {"limited.md", "markdown", Role::kOther},
    {"guardrails.md", "markdown", Role::kOther},
    {"permitted.txt", "text", Role::kOther},
    {"license_plate_dataset.csv", "text", Role::kOther},
    {"license_plate_recognition.md", "markdown", Role::kOther},
    {"licensed_images.txt", "text", Role::kOther},
    {"licensees.txt", "text", Role::kOther},
    {"terms_by_year.json", "json", Role::kOther},
    {"determs.txt", "text", Role::kOther},
    {"inter_annotator_agreement.md", "markdown", Role::kOther},
    {"check_license.py", "python", Role::kCode},
    {"copyingmachine.txt", "text", Role::kOther},
    {"noticeable.md", "markdown", Role::kOther},
    {"raup.txt", "text", Role::kOther},
};
INSTANTIATE_TEST_SUITE_P(NoLicense, RoleOfTest, ::testing::ValuesIn(kNoLicenseTexts), CaseName);

const Case kOtherDocuments[] = {
    {"NOTICE", "text", Role::kNotice},
    {"notice.txt", "text", Role::kNotice},
    {"THIRD_PARTY_NOTICES.md", "markdown", Role::kNotice},
    {"third-party-licenses.txt", "text", Role::kNotice},
    {"LICENSE-3rd-party.txt", "text", Role::kNotice},
    {"USE_POLICY.md", "markdown", Role::kUsePolicy},
    {"use-policy.txt", "text", Role::kUsePolicy},
    {"ACCEPTABLE_USE.md", "markdown", Role::kUsePolicy},
    {"databricks-AUP.txt", "text", Role::kUsePolicy},
    {"prohibited_use_policy.md", "markdown", Role::kUsePolicy},
    {"README.md", "markdown", Role::kCard},
    {"readme", "text", Role::kCard},
    {"unet/README.rst", "text", Role::kCard},
    {"MODEL_CARD.md", "markdown", Role::kCard},
    {"llama-model-card.md", "markdown", Role::kCard},
    {"model.sig", "json", Role::kSignature},
    {"model.sigstore.json", "json", Role::kSignature},
};
INSTANTIATE_TEST_SUITE_P(Documents, RoleOfTest, ::testing::ValuesIn(kOtherDocuments), CaseName);

const Case kMachinery[] = {
    {"model.safetensors.index.json", "json", Role::kIndex},
    {"pytorch_model.bin.index.json", "json", Role::kIndex},
    {"model_index.json", "json", Role::kConfig},
    {"config.json", "json", Role::kConfig},
    {"generation_config.json", "json", Role::kConfig},
    {"scheduler/scheduler_config.json", "json", Role::kConfig},
    {"preprocessor_config.json", "json", Role::kConfig},
    {"original/params.json", "json", Role::kConfig},
    {"adapter_config.json", "json", Role::kAdapter},
    {"tokenizer.json", "json", Role::kTokenizer},
    {"tokenizer_config.json", "json", Role::kTokenizer},
    {"tokenizer.model", "unknown_binary", Role::kTokenizer},
    {"vocab.json", "json", Role::kTokenizer},
    {"vocab.txt", "text", Role::kTokenizer},
    {"merges.txt", "text", Role::kTokenizer},
    {"qwen.tiktoken", "text", Role::kTokenizer},
    {"special_tokens_map.json", "json", Role::kTokenizer},
    {"added_tokens.json", "json", Role::kTokenizer},
    {"chat_template.jinja", "text", Role::kTokenizer},
    {"chat_template.json", "json", Role::kTokenizer},
    {"modeling_x.py", "python", Role::kCode},
    {"lib.so.1", "unknown_binary", Role::kCode},
    {"run.js", "text", Role::kCode},
    {"data.tar.gz", "gzip", Role::kArchive},
    {"eval_results.json", "json", Role::kOther},
    {"picture.png", "png", Role::kOther},
    {".gitattributes", "text", Role::kOther},
    {"", "", Role::kOther},
};
INSTANTIATE_TEST_SUITE_P(Machinery, RoleOfTest, ::testing::ValuesIn(kMachinery), CaseName);

}  // namespace
}  // namespace weighbridge
