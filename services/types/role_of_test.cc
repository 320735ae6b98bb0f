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
    {"conditions.docx", "docx", Role::kLicenseText},
    {"docs/usage-rights.pdf", "pdf", Role::kLicenseText},
    {"LICENSES/Apache-2.0.txt", "text", Role::kLicenseText},
    {"vae/LICENSE", "text", Role::kLicenseText},
    {"README.LICENSE", "text", Role::kLicenseText},
    {"images/photo.jpg.license", "text", Role::kLicenseText},
    {"README.LICENSE.md", "markdown", Role::kLicenseText},
    {"tokenizer_license.txt", "text", Role::kLicenseText},
    {"LICENSE-CODE", "text", Role::kLicenseText},
    {"LICENSE_CODE", "text", Role::kLicenseText},
    {"LICENSE.code", "text", Role::kLicenseText},
    {"LICENSE", "unknown_binary", Role::kLicenseText},
};
INSTANTIATE_TEST_SUITE_P(License, RoleOfTest, ::testing::ValuesIn(kLicenseTexts), CaseName);

// A suffix of another role does not hide terms.
const Case kTermsUnderOtherSuffixes[] = {
    {"LICENSE.py", "python", Role::kLicenseText},
    {"LICENSE.py", "", Role::kLicenseText},
    {"license.py", "text", Role::kLicenseText},
    {"LICENSE.js", "script", Role::kLicenseText},
    {"LICENSE-MODEL.py", "python", Role::kLicenseText},
    {"model_license.js", "script", Role::kLicenseText},
    {"LICENSE", "script", Role::kLicenseText},
    {"terms.txt", "python", Role::kLicenseText},
    {"LICENSE.asc", "text", Role::kLicenseText},
    {"LICENSE.txt.sig", "text", Role::kLicenseText},
    {"LICENSE.sigstore.json", "json", Role::kLicenseText},
    {"license_config.json", "json", Role::kLicenseText},
    {"license_config.yaml", "yaml", Role::kLicenseText},
    {"llama_license.json", "json", Role::kLicenseText},
    {"LICENSE.toml", "text", Role::kLicenseText},
    {"LICENSE.rst", "text", Role::kLicenseText},
    {"LICENSE.so", "text", Role::kLicenseText},
    {"LICENSE.gz", "text", Role::kLicenseText},
    {"LICENSE_GEMMA.png", "text", Role::kLicenseText},
    {"LICENSE.png", "png", Role::kLicenseText},
    {"vocab_license.txt", "text", Role::kLicenseText},
    {"NOTICE.py", "python", Role::kNotice},
    {"THIRD_PARTY_LICENSES.json", "json", Role::kNotice},
    {"USE_POLICY.py", "python", Role::kUsePolicy},
    {"use_policy.json", "json", Role::kUsePolicy},
};
INSTANTIATE_TEST_SUITE_P(Suffixes, RoleOfTest, ::testing::ValuesIn(kTermsUnderOtherSuffixes), CaseName);

const Case kTermsInOtherWords[] = {
    {"EULA-v2.pdf", "pdf", Role::kLicenseText},
    {"LlamaEULA.pdf", "pdf", Role::kLicenseText},
    {"Conditions_of_Use.pdf", "pdf", Role::kLicenseText},
    {"TERMS2024.pdf", "pdf", Role::kLicenseText},
    {"TermsAndConditions.pdf", "pdf", Role::kLicenseText},
    {"legal.pdf", "pdf", Role::kLicenseText},
    {"LEGAL.json", "json", Role::kLicenseText},
    {"Nutzungsbedingungen_Modell.pdf", "pdf", Role::kLicenseText},
    {"AGB.pdf", "pdf", Role::kLicenseText},
    {"LIZENZ.txt", "text", Role::kLicenseText},
    {"Lizenzvertrag.docx", "docx", Role::kLicenseText},
    {"LICENCIA.txt", "text", Role::kLicenseText},
    {"LICEN\u00C7A.md", "markdown", Role::kLicenseText},
    {"licen\u00E7a.md", "markdown", Role::kLicenseText},
    {"licenc\u0327a.md", "markdown", Role::kLicenseText},
    {"\u8BB8\u53EF\u534F\u8BAE.pdf", "pdf", Role::kLicenseText},
    {"\u6A21\u578B\u8BB8\u53EF\u8BC1.docx", "docx", Role::kLicenseText},
    {"\u5229\u7528\u898F\u7D04_v2.pdf", "pdf", Role::kLicenseText},
    {"\u8BB8\u53EF\u534F\u8BAE.py", "python", Role::kLicenseText},
    {"\u041B\u0418\u0426\u0415\u041D\u0417\u0418\u042F.txt", "text", Role::kLicenseText},
};
INSTANTIATE_TEST_SUITE_P(Languages, RoleOfTest, ::testing::ValuesIn(kTermsInOtherWords), CaseName);

// Nothing tells what it is: weights, which the caller cannot measure.
const Case kUnknownBinaries[] = {
    {"weights.data", "unknown_binary", Role::kWeights},
    {"model.q4", "unknown_binary", Role::kWeights},
    {"model.mlx", "unknown_binary", Role::kWeights},
    {"model.awq", "unknown_binary", Role::kWeights},
    {"model", "unknown_binary", Role::kWeights},
    {"pytorch_model", "unknown_binary", Role::kWeights},
    {"notes.txt", "unknown_binary", Role::kWeights},
    {"config.json", "unknown_binary", Role::kWeights},
    {"tokenizer.json", "unknown_binary", Role::kWeights},
    {"weights.py", "unknown_binary", Role::kWeights},
    {"vocab", "unknown_binary", Role::kWeights},
    {"LICENSE.py", "unknown_binary", Role::kWeights},
    {"photo.png", "unknown_binary", Role::kWeights},
    {"train.parquet", "unknown_binary", Role::kWeights},
    {"x.dat", "unknown_binary", Role::kWeights},
    {"x.idx", "unknown_binary", Role::kWeights},
    {"licenses/model.q4", "unknown_binary", Role::kWeights},
    {"model.asc", "unknown_binary", Role::kWeights},
    {"mmproj.q4", "unknown_binary", Role::kProjector},
    {"adapter_model.q4", "unknown_binary", Role::kAdapter},
    {"tokenizer.spm", "unknown_binary", Role::kTokenizer},
    {"spiece.model", "unknown_binary", Role::kTokenizer},
    {"model.sig", "unknown_binary", Role::kSignature},
    {"module.pyc", "unknown_binary", Role::kCode},
    {"extra.lz4", "unknown_binary", Role::kArchive},
    {"README.md", "unknown_binary", Role::kCard},
    {"TERMS.doc", "unknown_binary", Role::kLicenseText},
    {"favicon.ico", "unknown_binary", Role::kOther},
    {"font.ttf", "unknown_binary", Role::kOther},
    {"samples/a.mp3", "unknown_binary", Role::kOther},
    {"sub/.DS_Store", "unknown_binary", Role::kOther},
    {"train.parquet", "parquet", Role::kOther},
    {"data.arrow", "arrow", Role::kOther},
};
INSTANTIATE_TEST_SUITE_P(Unknown, RoleOfTest, ::testing::ValuesIn(kUnknownBinaries), CaseName);

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
    {"conditions.py", "python", Role::kCode},
    {"test_conditions.md", "markdown", Role::kOther},
    {"check_license.py", "python", Role::kCode},
    {"license_utils.py", "python", Role::kCode},
    {"licensing.py", "python", Role::kCode},
    {"search_terms.py", "python", Role::kCode},
    {"search_terms.json", "json", Role::kOther},
    {"legal_benchmark.json", "json", Role::kOther},
    {"legal.csv", "text", Role::kOther},
    {"image_licenses.csv", "text", Role::kOther},
    {"annotator_agreement.json", "json", Role::kOther},
    {"lizenziert.txt", "text", Role::kOther},
    {"eulalia.txt", "text", Role::kOther},
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
