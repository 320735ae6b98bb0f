#include "services/rulebook/rulebook.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/classify/classifier.h"
#include "services/classify/index.h"
#include "services/classify/terms.h"
#include "services/classify/token_file.h"
#include "services/crypto/sha256.h"
#include "services/rulebook/blob.h"
#include "services/rulebook/family_index.h"
#include "services/rulebook/license_index.h"
#include "services/rulebook/lint.h"
#include "services/rulebook/overlay.h"
#include "services/rulebook/parse.h"
#include "services/rulebook/term_set.h"

namespace weighbridge::rulebook {
namespace {

// Of the Compiled message; another number is refused.
constexpr uint32_t kSchemaVersion = 1;

std::string_view GroupName(std::string_view code_or_group) {
  constexpr std::string_view kPrefix = "group:";
  return code_or_group.substr(0, kPrefix.size()) == kPrefix ? code_or_group.substr(kPrefix.size()) : std::string_view();
}

// The parsed files as one message: licences by id, families in the order of their files.
rules::v1::Compiled CompiledFrom(ParsedRules* rules, std::string digest) {
  rules::v1::Compiled compiled;
  compiled.set_schema_version(kSchemaVersion);
  compiled.set_rules_digest(std::move(digest));
  std::sort(rules->licenses.begin(), rules->licenses.end(),
            [](const auto& a, const auto& b) { return a.message.id() < b.message.id(); });
  for (auto& license : rules->licenses) *compiled.add_licenses() = std::move(license.message);
  for (auto& family : rules->families) *compiled.add_families() = std::move(family.message);
  *compiled.mutable_fields() = std::move(rules->fields.message);
  *compiled.mutable_countries() = std::move(rules->countries.message);
  *compiled.mutable_terms() = std::move(rules->terms.message);
  *compiled.mutable_overlay() = std::move(rules->overlay.message);
  return compiled;
}

// The classifier's index over the token files and trigger phrases, both in the order of their files.
absl::StatusOr<std::string> IndexFrom(const ParsedRules& rules) {
  std::vector<classify::TokenFile> files;
  for (const auto& [path, bytes] : rules.token_files) {
    WB_ASSIGN_OR_RETURN(classify::TokenFile file, classify::ParseTokenFile(bytes));
    file.name = path.substr(path.rfind('/') + 1);
    files.push_back(std::move(file));
  }
  std::vector<classify::TriggerPhrase> phrases;
  for (const rules::v1::TriggerPhrase& phrase : rules.triggers.message.phrase()) {
    phrases.push_back(
        {phrase.id(), phrase.kind(), phrase.pattern(), phrase.restrictive(), phrase.hit(), phrase.miss()});
  }
  return classify::CompileIndex(files, phrases);
}

}  // namespace

struct Rulebook::Index {
  explicit Index(rules::v1::Compiled messages) : compiled(std::move(messages)), licenses(compiled), families(compiled) {
    for (const rules::v1::Field& field : compiled.fields().field()) {
      fields[field.id()] = &field;
    }
    for (const rules::v1::CountryGroup& group : compiled.countries().group()) {
      groups[group.id()] = std::set<std::string, std::less<>>(group.countries().begin(), group.countries().end());
    }
  }

  const rules::v1::Compiled compiled;
  const LicenseIndex licenses;
  const FamilyIndex families;
  std::unordered_map<std::string, const rules::v1::Field*> fields;
  std::unordered_map<std::string, std::set<std::string, std::less<>>> groups;
  // Empty for a compiled rulebook, whose blob holds them. Made once and never changed: the views below look into them.
  std::string owned_index;
  std::string owned_bundle;
  std::string_view index;
  std::string_view bundle;
  std::string bundle_sha256;
  std::shared_ptr<const void> owner;  // of the blob
  std::unique_ptr<const classify::Classifier> classifier;
  // Compiled on first use: most texts are explained and need none.
  mutable std::once_flag terms_once;
  mutable std::unique_ptr<const classify::TermExtractor> terms;
};

Rulebook::Rulebook(std::unique_ptr<const Index> index) : index_(std::move(index)) {}
Rulebook::~Rulebook() = default;

absl::StatusOr<std::shared_ptr<const Rulebook>> Rulebook::FromFiles(std::vector<RuleFile> files,
                                                                    std::vector<RuleIssue>* issues) {
  issues->clear();
  SortRuleFiles(&files);
  ParsedRules rules = Parse(files, issues);
  const std::vector<RuleIssue> meaning = Lint(rules);
  issues->insert(issues->end(), meaning.begin(), meaning.end());
  SortIssues(issues);
  if (!issues->empty()) {
    return absl::InvalidArgumentError(absl::StrFormat("the rulebook has %d errors and is not loaded; first: %s",
                                                      issues->size(), ToString(issues->front())));
  }
  absl::StatusOr<std::string> classifier_index = IndexFrom(rules);
  if (!classifier_index.ok()) {  // what no single file shows, such as two wordings with the same name
    issues->push_back({"", 0, 0, std::string(classifier_index.status().message())});
    return absl::InvalidArgumentError(ToString(issues->front()));
  }
  auto index = std::make_unique<Index>(CompiledFrom(&rules, RulesDigest(files)));
  index->owned_index = *std::move(classifier_index);
  index->index = index->owned_index;
  index->owned_bundle = PackBundle(std::move(files));
  index->bundle = index->owned_bundle;
  index->bundle_sha256 = Sha256Hex(index->bundle);
  WB_ASSIGN_OR_RETURN(index->classifier, classify::Classifier::Create(index->index));
  return std::shared_ptr<const Rulebook>(new Rulebook(std::move(index)));
}

absl::StatusOr<std::shared_ptr<const Rulebook>> Rulebook::Layered(std::vector<RuleFile> base,
                                                                  std::vector<RuleFile> overlay,
                                                                  std::vector<RuleIssue>* issues) {
  for (const RuleFile& file : overlay) {
    if (file.path != kOverlayPath) continue;
    *issues = {{file.path, 0, 0, "this file is written while rules are layered; take it out"}};
    return absl::InvalidArgumentError(ToString(issues->front()));
  }
  const rules::v1::Overlay redefined = FindRedefinitions(base, overlay);
  if (!redefined.redefinition().empty()) overlay.push_back(OverlayFile(redefined));
  return FromFiles(Layer(std::move(base), std::move(overlay)), issues);
}

absl::StatusOr<std::shared_ptr<const Rulebook>> Rulebook::FromCompiled(std::string_view blob,
                                                                       std::shared_ptr<const void> owner) {
  WB_ASSIGN_OR_RETURN(const BlobSections sections, UnpackBlob(blob));
  rules::v1::Compiled compiled;
  if (!compiled.ParseFromArray(sections.messages.data(), static_cast<int>(sections.messages.size()))) {
    return absl::InvalidArgumentError("compiled rulebook: its messages cannot be parsed");
  }
  if (compiled.schema_version() != kSchemaVersion) {
    return absl::InvalidArgumentError(
        absl::StrFormat("compiled rulebook: schema version %d; this program reads version %d",
                        compiled.schema_version(), kSchemaVersion));
  }
  auto index = std::make_unique<Index>(std::move(compiled));
  index->index = sections.index;
  index->bundle = sections.bundle;
  index->bundle_sha256 = sections.bundle_sha256;
  index->owner = std::move(owner);
  WB_ASSIGN_OR_RETURN(index->classifier, classify::Classifier::Create(index->index));
  return std::shared_ptr<const Rulebook>(new Rulebook(std::move(index)));
}

std::string Rulebook::Compile() const {
  BlobSections sections;
  const std::string messages = index_->compiled.SerializeAsString();
  sections.messages = messages;
  sections.index = index_->index;
  sections.bundle = index_->bundle;
  return PackBlob(sections);
}

const std::string& Rulebook::digest() const { return index_->compiled.rules_digest(); }
std::string_view Rulebook::bundle() const { return index_->bundle; }
const std::string& Rulebook::bundle_sha256() const { return index_->bundle_sha256; }

absl::StatusOr<std::string_view> Rulebook::CheckedBundle() const {
  if (Sha256Hex(index_->bundle) == index_->bundle_sha256) return index_->bundle;
  return absl::DataLossError("compiled rulebook: its rule files do not fit their checksum; the bytes are damaged");
}

size_t Rulebook::CategoryLicenses() const {
  return static_cast<size_t>(std::count_if(licenses().begin(), licenses().end(),
                                           [](const License* license) { return license->has_category_facts(); }));
}

const classify::Classifier& Rulebook::classifier() const { return *index_->classifier; }

const classify::TermExtractor& Rulebook::terms() const {
  std::call_once(index_->terms_once, [&] {
    std::vector<classify::TermPattern> patterns;
    TermParts parts;
    bool usable = true;
    for (const rules::v1::TermPart& part : index_->compiled.terms().part()) usable = parts.Add(part).ok() && usable;
    for (const rules::v1::TermPattern& term : index_->compiled.terms().term()) {
      absl::StatusOr<classify::TermPattern> pattern = ToTermPattern(term, parts);
      usable = usable && pattern.ok();
      if (usable) patterns.push_back(*std::move(pattern));
    }
    if (!usable) patterns.clear();
    auto made = classify::TermExtractor::Create(std::move(patterns));
    // Linted before; a set without patterns finds nothing, and what it would find is for information alone.
    if (!made.ok()) made = classify::TermExtractor::Create({});
    index_->terms = *std::move(made);
  });
  return *index_->terms;
}

absl::Span<const License* const> Rulebook::licenses() const { return index_->licenses.all(); }
const License* Rulebook::LicenseById(std::string_view id) const { return index_->licenses.ById(id); }

std::vector<const License*> Rulebook::FindLicenses(std::string_view spelling) const {
  return index_->licenses.BySpelling(spelling);
}

const License* Rulebook::FindLicense(std::string_view spelling) const {
  const std::vector<const License*> found = FindLicenses(spelling);
  return found.size() == 1 ? found.front() : nullptr;
}

std::vector<const License*> Rulebook::LicensesByHubTag(std::string_view tag) const {
  return index_->licenses.ByHubTag(tag);
}
std::vector<const License*> Rulebook::LicensesByName(std::string_view license_name) const {
  return index_->licenses.ByName(license_name);
}
std::vector<const License*> Rulebook::LicensesByLink(std::string_view url) const {
  return index_->licenses.ByLink(url);
}

absl::Span<const Family* const> Rulebook::families() const { return index_->families.all(); }

std::optional<ModelResolution> Rulebook::ResolveModel(std::string_view repository) const {
  const FamilyIndex::Row row = index_->families.ByRepository(repository);
  if (row.member == nullptr) return std::nullopt;
  return Resolve(*row.family, *row.member);
}

ModelResolution Rulebook::Resolve(const Family& family, const FamilyMember& member) const {
  ModelResolution resolution;
  resolution.family = &family;
  resolution.member = &member;
  for (const std::string& id : member.license_ids()) {
    if (const License* license = LicenseById(id)) resolution.licenses.push_back(license);
  }
  for (const std::string& id : member.use_policies()) {
    if (const License* policy = LicenseById(id)) resolution.use_policies.push_back(policy);
  }
  return resolution;
}

std::vector<ArchitectureMatch> Rulebook::FamiliesByArchitecture(std::string_view model_type,
                                                                absl::Span<const std::string> architectures,
                                                                std::string_view gguf_architecture) const {
  return index_->families.ByArchitecture(model_type, architectures, gguf_architecture);
}

std::vector<ArchitectureMatch> Rulebook::FamiliesByShape(const rules::v1::Shape& shape) const {
  return index_->families.ByShape(shape);
}

std::vector<NameMatch> Rulebook::ModelNamesIn(std::string_view text) const { return index_->families.NamesIn(text); }

const rules::v1::Overlay& Rulebook::overlay() const { return index_->compiled.overlay(); }

const rules::v1::FieldSet& Rulebook::fields() const { return index_->compiled.fields(); }

bool Rulebook::HasField(std::string_view field) const { return index_->fields.count(std::string(field)) != 0; }

bool Rulebook::FieldMeets(std::string_view stated, std::string_view ruled) const {
  std::vector<std::string> open = {std::string(stated)};
  std::set<std::string> seen;
  while (!open.empty()) {
    const std::string field = std::move(open.back());
    open.pop_back();
    if (!seen.insert(field).second) continue;
    const auto found = index_->fields.find(field);
    if (found == index_->fields.end()) continue;
    if (field == ruled) return true;
    for (const std::string& wider : found->second->within()) open.push_back(wider);
  }
  return false;
}

const rules::v1::CountryGroups& Rulebook::countries() const { return index_->compiled.countries(); }

bool Rulebook::CountryIs(std::string_view country, std::string_view code_or_group) const {
  const std::string_view group = GroupName(code_or_group);
  if (group.empty()) return country == code_or_group;
  const auto found = index_->groups.find(std::string(group));
  return found != index_->groups.end() && found->second.count(country) != 0;
}

}  // namespace weighbridge::rulebook
