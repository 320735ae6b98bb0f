#include "services/provenance/metadata_evidence.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/formats/adapter_config/adapter_config.h"
#include "services/formats/config_json/config_json.h"
#include "services/formats/json/json_reader.h"
#include "services/formats/model_card/model_card.h"
#include "services/formats/model_index/model_index.h"
#include "services/formats/package_manifest/package_manifest.h"
#include "services/provenance/license_names.h"
#include "services/provenance/mentioned_bases.h"
#include "services/provenance/named_licenses.h"
#include "services/provenance/program_text.h"
#include "services/provenance/spdx_lines.h"

namespace weighbridge::provenance {
namespace {

using HeaderFields = std::map<std::string, std::string, std::less<>>;

std::string ShortIdsOf(const std::vector<const rules::v1::License*>& licenses) {
  std::string names;
  for (const auto* license : licenses) names += (names.empty() ? "" : " or ") + license->short_id();
  return names;
}

class MetadataGatherer {
 public:
  MetadataGatherer(const ModelView& view, const rulebook::Rulebook& rules, const v1::Policy& policy)
      : view_(view), rules_(rules), or_choices_(policy.or_choices().begin(), policy.or_choices().end()) {}

  Gathered Run() {
    for (const v1::InventoryArtifact& artifact : view_.inventory().artifacts()) {
      const std::optional<std::string_view> text = view_.BytesOf(artifact);
      const std::string_view base = BaseNameOf(artifact.path());
      if (artifact.role() == "card" && text.has_value()) ReadCard(artifact, *text);
      if (base == "adapter_config.json" && text.has_value()) ReadAdapterConfig(artifact, *text);
      if (base == "config.json" && text.has_value()) CheckConfig(artifact, *text);
      if (base == "tokenizer_config.json" && text.has_value()) CheckTokenizerConfig(artifact, *text);
      if (text.has_value() && formats::IsPackageManifest(base)) ReadManifest(artifact, *text);
      if (text.has_value()) ReadSpdxLines(artifact, *text);
      if (artifact.has_header()) ReadHeader(artifact);
      if (IsAdapterArtifact(artifact) && !view_.inventory().has_base()) AddBaseNeeded(artifact);
    }
    if (!view_.inventory().base_digest().empty() && !view_.inventory().has_base()) AddUnknownBase();
    if (!view_.inventory().repository().empty()) {
      Evidence evidence{
          EvidenceKind::kRepository, "", "", 0, 0, 0, "repository", Printable(view_.inventory().repository()), {}};
      out_.evidence.push_back(std::move(evidence));
    }
    if (!view_.inventory().source_url().empty()) CheckSource();
    return std::move(out_);
  }

 private:
  // One place where licence fields stand together, and what to call it.
  struct Source {
    ClaimSource source;
    EvidenceKind kind;
    std::string component;
    std::string path;
    uint32_t line = 0;
    uint64_t offset = 0;
    std::string key;
  };

  v1::EvidenceRef PlaceOf(const Source& source) const {
    return PlaceInFile(source.path, source.offset, source.offset, source.line, source.key);
  }

  void AddLicenses(const LicenseFields& fields, const Source& source) {
    if (fields.licenses.empty() && SaysNothing(fields.name) && fields.link.empty()) return;
    const NamedLicenses named = ReadLicenseFields(fields, rules_, or_choices_);
    std::string said;
    for (const std::string& value : fields.licenses) said += (said.empty() ? "" : ", ") + Printable(value);
    if (!fields.name.empty()) said += absl::StrFormat("%s%s", said.empty() ? "" : " / ", Printable(fields.name));

    Evidence evidence{
        source.kind, source.component, source.path, source.offset, source.offset, source.line, source.key, said, {}};
    for (const Candidates& operand : named.operands) {
      for (const auto* license : operand) evidence.license_ids.push_back(license->id());
    }
    out_.evidence.push_back(std::move(evidence));

    for (const Candidates& operand : named.operands) {
      Claim claim;
      claim.source = source.source;
      claim.component = source.component;
      claim.licenses = operand;
      claim.label = absl::StrFormat("%s: %s %s", source.path, source.key, said);
      claim.evidence = PlaceOf(source);
      out_.claims.push_back(std::move(claim));
    }
    for (const std::string& unknown : named.unknown) {
      const std::string shown = Printable(unknown);
      AddFinding(source, v1::LICENSE_UNKNOWN, v1::Outcome::NEEDS_REVIEW,
                 SaysNothing(unknown)
                     ? absl::StrFormat("%s says \"%s\" and names no licence", source.key, shown)
                     : absl::StrFormat("%s names \"%s\", which the rulebook does not know", source.key, shown));
    }
    for (const NamedLicenses::FormerName& former : named.former) {
      AddFinding(source, v1::LICENSE_FORMER_ID, v1::Outcome::INFO,
                 absl::StrFormat("the SPDX list has given up the id \"%s\": read as %s", Printable(former.written),
                                 Printable(former.present)));
    }
    for (const NamedLicenses::WithException& exception : named.exceptions) {
      AddFinding(source, v1::LICENSE_EXCEPTION, exception.belongs ? v1::Outcome::INFO : v1::Outcome::NEEDS_REVIEW,
                 absl::StrFormat("%s: %s", Printable(exception.term),
                                 exception.belongs
                                     ? "the licence is evaluated; what its exception allows beyond it is not"
                                     : "the exception is not known as one to this licence, which is evaluated alone"));
    }
    if (!named.or_chosen.empty()) {
      AddFinding(source, v1::LICENSE_OR_CHOICE, v1::Outcome::INFO,
                 absl::StrFormat("of \"%s\" the policy chose %s", said, named.or_chosen));
    }
    if (named.or_open) {
      AddFinding(
          source, v1::LICENSE_OR_CHOICE, v1::Outcome::INFO,
          absl::StrFormat("\"%s\" offers a choice that the policy does not make (or_choices): all sides are evaluated",
                          said));
    }
  }

  void AddFinding(const Source& source, v1::RuleId rule, v1::Outcome::Value outcome, std::string message) {
    out_.findings.push_back(MakeFinding(rule, outcome, std::move(message), PlaceOf(source)));
    out_.findings.back().set_component(source.component);
  }

  // A base passes its terms on. Unknown bases may carry any terms, so they need review.
  void AddBase(const std::string& named, std::string_view relation, const Source& source, std::string_view how) {
    const std::string shown = Printable(named);
    if (!seen_bases_.insert({source.component, shown, std::string(how)}).second) return;
    const std::string hub_id = HubIdOf(named);
    const std::optional<rulebook::ModelResolution> model = hub_id.empty() ? std::nullopt : rules_.ResolveModel(hub_id);

    v1::LineageLink link;
    link.set_relation(std::string(relation));
    link.set_base_model(shown);
    link.set_how(std::string(how));
    Evidence evidence{EvidenceKind::kDeclaredBase,
                      source.component,
                      source.path,
                      source.offset,
                      source.offset,
                      source.line,
                      source.key,
                      shown,
                      {}};
    if (!model.has_value()) {
      AddFinding(source, v1::LICENSE_BASE_UNRESOLVED, v1::Outcome::NEEDS_REVIEW,
                 absl::StrFormat("the base model \"%s\" is not in the rulebook: its terms, which pass on, are unknown",
                                 shown));
      out_.findings.back().set_missing_fact("base_model");
      out_.lineage.push_back(std::move(link));
      out_.evidence.push_back(std::move(evidence));
      return;
    }
    if (model->member->closed()) {
      AddFinding(source, v1::LICENSE_CLOSED, v1::Outcome::VIOLATED,
                 absl::StrFormat("the base model \"%s\" is not published: no one may hold its weights", shown));
      out_.lineage.push_back(std::move(link));
      out_.evidence.push_back(std::move(evidence));
      return;
    }
    for (const std::string& word : model->member->modality()) {
      if (word != "text") out_.multimodal_base = shown;
    }
    if (!model->member->unread_license().empty()) {
      AddFinding(source, v1::LICENSE_BASE_UNRESOLVED, v1::Outcome::NEEDS_REVIEW,
                 absl::StrFormat("the base model \"%s\" is under %s, which the rulebook does not hold: its terms, "
                                 "which pass on, are unknown",
                                 shown, model->member->unread_license()));
      if (model->licenses.empty()) {
        out_.lineage.push_back(std::move(link));
        out_.evidence.push_back(std::move(evidence));
        return;
      }
    }
    if (model->member->confidence() == rules::v1::Confidence::low) {
      AddFinding(source, v1::LICENSE_BASE_UNRESOLVED, v1::Outcome::NEEDS_REVIEW,
                 absl::StrFormat("nobody has checked that the base model \"%s\" is under %s: its terms pass on", shown,
                                 ShortIdsOf(model->licenses)));
    }
    Claim claim;
    claim.source = ClaimSource::kBase;
    claim.component = source.component;
    claim.licenses = model->licenses;
    claim.use_policies_instead = model->use_policies;
    claim.label = absl::StrFormat("%s: %s %s", source.path, source.key, shown);
    claim.evidence = PlaceOf(source);
    for (const auto* license : model->licenses) evidence.license_ids.push_back(license->id());
    if (model->licenses.size() == 1) link.set_license_id(model->licenses.front()->id());
    out_.claims.push_back(std::move(claim));
    out_.lineage.push_back(std::move(link));
    out_.evidence.push_back(std::move(evidence));
    if (model->licenses.size() == 1) {
      AddFinding(source, v1::LINEAGE_DECLARED, v1::Outcome::INFO,
                 absl::StrFormat("the declared base %s is under %s, whose terms pass on", shown,
                                 model->licenses.front()->short_id()));
    }
  }

  void ReadCard(const v1::InventoryArtifact& artifact, std::string_view text) {
    const std::string component = view_.SpeaksFor(artifact);
    const absl::StatusOr<formats::ModelCard> card = formats::ParseModelCard(text);
    if (!card.ok()) {
      out_.findings.push_back(MakeFinding(
          v1::FILE_DOCUMENT_MALFORMED, v1::Outcome::NEEDS_REVIEW,
          absl::StrFormat("the front matter cannot be read: %s", Printable(std::string(card.status().message()))),
          PlaceInFile(artifact.path())));
      return;
    }
    for (const formats::CardIssue& issue : card->issues) {
      out_.findings.push_back(
          MakeFinding(v1::FILE_DOCUMENT_MALFORMED, v1::Outcome::NEEDS_REVIEW, Printable(issue.message),
                      PlaceInFile(artifact.path(), issue.at.offset, issue.at.offset, issue.at.line)));
    }
    LicenseFields fields;
    for (const formats::CardValue& license : card->licenses) fields.licenses.push_back(license.value);
    if (card->license_name.has_value()) fields.name = card->license_name->value;
    if (card->license_link.has_value()) fields.link = card->license_link->value;
    const formats::Position at = !card->licenses.empty()          ? card->licenses.front().at
                                 : card->license_name.has_value() ? card->license_name->at
                                 : card->license_link.has_value() ? card->license_link->at
                                                                  : formats::Position();
    AddLicenses(fields, {ClaimSource::kCard, EvidenceKind::kCardField, component, artifact.path(),
                         static_cast<uint32_t>(at.line), at.offset, "license"});
    ReadTags(artifact, *card, component);
    if (card->license_link.has_value()) CheckLink(artifact, *card->license_link, component);
    const std::string relation =
        card->base_model_relation.has_value() ? Printable(card->base_model_relation->value) : "base_model";
    if (card->base_models.size() > kBasesMax) {
      out_.findings.push_back(MakeFinding(v1::FILE_LIMIT, v1::Outcome::NEEDS_REVIEW,
                                          absl::StrFormat("%d base models are declared; the first %d are looked at",
                                                          card->base_models.size(), kBasesMax),
                                          PlaceInFile(artifact.path())));
    }
    for (size_t i = 0; i < std::min(card->base_models.size(), kBasesMax); ++i) {
      const formats::CardValue& base = card->base_models[i];
      AddBase(base.value, relation,
              {ClaimSource::kBase, EvidenceKind::kDeclaredBase, component, artifact.path(),
               static_cast<uint32_t>(base.at.line), base.at.offset, "base_model"},
              "declared in " + artifact.path());
    }
  }

  // Hubs write base models and licences as tags too: "base_model:org/name", "base_model:finetune:org/name",
  // "license:mit".
  void ReadTags(const v1::InventoryArtifact& artifact, const formats::ModelCard& card, const std::string& component) {
    for (const formats::CardValue& tag : card.tags) {
      const auto source = [&](ClaimSource kind, EvidenceKind evidence) {
        return Source{kind,          evidence, component, artifact.path(), static_cast<uint32_t>(tag.at.line),
                      tag.at.offset, "tags"};
      };
      const std::string lower = TrimmedLower(tag.value);
      if (lower.rfind("license:", 0) == 0) {
        AddLicenses({{tag.value.substr(tag.value.find(':') + 1)}, "", ""},
                    source(ClaimSource::kCard, EvidenceKind::kCardField));
      } else if (lower.rfind("base_model:", 0) == 0) {
        AddBase(tag.value.substr(tag.value.rfind(':') + 1), "base_model",
                source(ClaimSource::kBase, EvidenceKind::kDeclaredBase), "declared in " + artifact.path());
      }
    }
  }

  // A link to a file of the repository itself says nothing new; one to another place that is not known may lead to any
  // terms.
  void CheckLink(const v1::InventoryArtifact& artifact, const formats::CardValue& link, const std::string& component) {
    const std::string lower = TrimmedLower(link.value);
    const bool relative = lower.find("://") == std::string::npos && lower.rfind("//", 0) != 0;
    const bool own_file = lower.find("/blob/") != std::string::npos || lower.find("/resolve/") != std::string::npos ||
                          lower.find("/raw/") != std::string::npos;
    if (lower.empty() || relative || (own_file && !HubIdOf(link.value).empty()) ||
        !LicensesOfLink(link.value, rules_).empty())
      return;
    AddFinding(
        {ClaimSource::kCard, EvidenceKind::kCardField, component, artifact.path(), static_cast<uint32_t>(link.at.line),
         link.at.offset, "license_link"},
        v1::LICENSE_UNKNOWN, v1::Outcome::NEEDS_REVIEW,
        absl::StrFormat("license_link leads to \"%s\", which the rulebook does not know", Printable(link.value)));
  }

  void ReadAdapterConfig(const v1::InventoryArtifact& artifact, std::string_view text) {
    const std::string component = view_.ComponentOf(artifact.path());
    const absl::StatusOr<formats::AdapterConfig> config = formats::ParseAdapterConfig(text);
    if (!config.ok()) {
      out_.findings.push_back(MakeFinding(v1::FILE_DOCUMENT_MALFORMED, v1::Outcome::NEEDS_REVIEW,
                                          Printable(std::string(config.status().message())),
                                          PlaceInFile(artifact.path())));
    } else if (config->base_model_name_or_path.has_value() && !config->base_model_name_or_path->value.empty()) {
      const formats::AdapterValue& base = *config->base_model_name_or_path;
      AddBase(base.value, "adapter",
              {ClaimSource::kBase, EvidenceKind::kDeclaredBase, component, artifact.path(),
               static_cast<uint32_t>(base.at.line), base.at.offset, "base_model_name_or_path"},
              "declared in " + artifact.path());
    }
  }

  // A config that cannot be read may hide what the model is; what it does say is used elsewhere (FamilyFindings,
  // MeasureModel).
  void CheckConfig(const v1::InventoryArtifact& artifact, std::string_view text) {
    if (const absl::StatusOr<formats::Value> root = formats::ParseJson(text); root.ok()) {
      ReadLicenseKeys(artifact, *root, ClaimSource::kHeader);
    }
    const absl::StatusOr<formats::ModelConfig> config = formats::ParseModelConfig(text);
    if (config.ok()) return;
    out_.findings.push_back(MakeFinding(v1::FILE_DOCUMENT_MALFORMED, v1::Outcome::NEEDS_REVIEW,
                                        Printable(std::string(config.status().message())),
                                        PlaceInFile(artifact.path())));
  }

  void ReadLicenseKeys(const v1::InventoryArtifact& artifact, const formats::Value& root, ClaimSource source) {
    for (const std::string_view key : {"license", "license_name"}) {
      const formats::Value* value = root.Find(key);
      if (value == nullptr || !value->AsString().has_value()) continue;
      AddLicenses({{std::string(*value->AsString())}, "", ""},
                  {source, EvidenceKind::kConfig, view_.SpeaksFor(artifact), artifact.path(),
                   static_cast<uint32_t>(value->at.line), value->at.offset, std::string(key)});
    }
  }

  // What it names is the licence of the tokenizer: as an SPDX line, it is none of the weights.
  void CheckTokenizerConfig(const v1::InventoryArtifact& artifact, std::string_view text) {
    formats::JsonLimits limits;
    limits.non_finite = formats::JsonLimits::NonFinite::kAccept;
    const absl::StatusOr<formats::Value> root = formats::ParseJson(text, limits);
    if (root.ok()) {
      ReadLicenseKeys(artifact, *root, ClaimSource::kIdentifier);
    } else if (!artifact.document_truncated()) {
      AddMalformed(artifact, root.status());
    }
  }

  // Fields of a package name the licence of the package, which is a part of its own beside the weights.
  void ReadManifest(const v1::InventoryArtifact& artifact, std::string_view text) {
    const auto declared = formats::ReadPackageLicenses(BaseNameOf(artifact.path()), text);
    if (!declared.ok()) {
      if (!artifact.document_truncated()) AddMalformed(artifact, declared.status());
      return;
    }
    Candidates said;
    for (const formats::PackageLicense& one : *declared) {
      const Source source{ClaimSource::kIdentifier,
                          EvidenceKind::kConfig,
                          view_.SpeaksFor(artifact),
                          artifact.path(),
                          static_cast<uint32_t>(one.at.line),
                          one.at.offset,
                          one.key};
      if (!one.file.empty() && HasFile(FolderOf(artifact.path()), one.file)) continue;  // which is read itself
      const LicenseFields fields{{one.value}, "", ""};
      // "BSD License" beside "BSD-3-Clause" is the same said less precisely.
      if (one.coarse && AddsNothing(fields, said)) continue;
      const size_t before = out_.claims.size();
      AddLicenses(fields, source);
      for (size_t i = before; i < out_.claims.size(); ++i) {
        const Candidates& licenses = out_.claims[i].licenses;
        said.insert(said.end(), licenses.begin(), licenses.end());
      }
    }
  }

  bool AddsNothing(const LicenseFields& fields, const Candidates& said) const {
    const NamedLicenses named = ReadLicenseFields(fields, rules_, or_choices_);
    return named.unknown.empty() && !named.operands.empty() &&
           std::all_of(named.operands.begin(), named.operands.end(), [&](const Candidates& operand) {
             return std::any_of(operand.begin(), operand.end(), [&](const auto* license) {
               return std::find(said.begin(), said.end(), license) != said.end();
             });
           });
  }

  bool HasFile(std::string_view folder, std::string_view name) const {
    const std::string path = folder.empty() ? std::string(name) : absl::StrFormat("%s/%s", folder, name);
    const auto& artifacts = view_.inventory().artifacts();
    return std::any_of(artifacts.begin(), artifacts.end(), [&](const auto& other) { return other.path() == path; });
  }

  void AddMalformed(const v1::InventoryArtifact& artifact, const absl::Status& why) {
    out_.findings.push_back(MakeFinding(v1::FILE_DOCUMENT_MALFORMED, v1::Outcome::NEEDS_REVIEW,
                                        Printable(std::string(why.message())), PlaceInFile(artifact.path())));
  }

  // "#: SPDX-License-Identifier" begins its line but for the signs of a comment; in print("SPDX-...") it does not.
  static bool BeginsItsLine(std::string_view text, uint64_t value_begin) {
    const size_t before = value_begin == 0 ? std::string_view::npos : text.rfind('\n', value_begin - 1);
    const std::string_view line = text.substr(before == std::string_view::npos ? 0 : before + 1);
    const auto letter = std::find_if(line.begin(), line.end(), [](unsigned char c) { return absl::ascii_isalnum(c); });
    const auto same = [](char a, char b) { return absl::ascii_tolower(a) == absl::ascii_tolower(b); };
    return line.end() - letter >= static_cast<ptrdiff_t>(kSpdxTag.size()) &&
           std::equal(kSpdxTag.begin(), kSpdxTag.end(), letter, same);
  }

  void ReadSpdxLines(const v1::InventoryArtifact& artifact, std::string_view text) {
    const bool program = IsProgram(artifact.role());
    const SpdxLines found = FindSpdxLines(text);
    for (const SpdxLine& line : found.lines) {
      const absl::Status wrong = CheckSpdxValue(line.value);
      // A program may write or seek such lines. What many programs say alike stands once for all of them.
      if (program && !wrong.ok() && !BeginsItsLine(text, line.begin)) continue;
      if (program && !of_programs_.insert({view_.SpeaksFor(artifact), std::string(line.value)}).second) continue;
      if (spdx_lines_ == kSpdxLinesMax) {
        AddLinesOver(artifact, absl::StrFormat("%d SPDX lines of this model were read; those from here on were not",
                                               kSpdxLinesMax));
        ++spdx_lines_;
      }
      if (spdx_lines_ > kSpdxLinesMax) return;
      ++spdx_lines_;
      const Source source{ClaimSource::kIdentifier, EvidenceKind::kCardProse, view_.SpeaksFor(artifact),
                          artifact.path(),          LineOf(text, line.begin), line.begin,
                          std::string(kSpdxTag)};
      if (!wrong.ok()) {
        AddFinding(source, v1::FILE_DOCUMENT_MALFORMED, v1::Outcome::NEEDS_REVIEW,
                   absl::StrFormat("the SPDX line \"%s\" cannot be read: %s", Quote(line.value, 0, line.value.size()),
                                   Printable(std::string(wrong.message()))));
      } else {
        AddLicenses({{std::string(line.value)}, "", ""}, source);
      }
    }
    if (found.more) {
      AddLinesOver(
          artifact,
          absl::StrFormat("the document has more than %d different SPDX lines: the rest was not read", kSpdxValuesMax));
    }
  }

  void AddLinesOver(const v1::InventoryArtifact& artifact, std::string message) {
    out_.findings.push_back(
        MakeFinding(v1::FILE_LIMIT, v1::Outcome::NEEDS_REVIEW, std::move(message), PlaceInFile(artifact.path())));
  }

  // Whether a config names a base or not: the name of a base proves nothing about which bytes the adapter will be put
  // on.
  void AddBaseNeeded(const v1::InventoryArtifact& artifact) {
    const std::string component = view_.ComponentOf(artifact.path());
    if (!adapters_.insert(std::string(FolderOf(artifact.path()))).second) return;
    v1::Finding finding =
        MakeFinding(v1::LINEAGE_BASE_NEEDED, v1::Outcome::NEEDS_REVIEW,
                    "an adapter is judged together with its base, which is not here", PlaceInFile(artifact.path()));
    finding.set_missing_fact("base_model");
    finding.set_component(component);
    out_.findings.push_back(std::move(finding));
  }

  void AddUnknownBase() {
    v1::Finding finding =
        MakeFinding(v1::LINEAGE_BASE_NEEDED, v1::Outcome::NEEDS_REVIEW,
                    absl::StrFormat("no earlier audit of measured bytes has the digest that was given for the base: %s",
                                    Printable(view_.inventory().base_digest())));
    finding.set_missing_fact("base_model");
    out_.findings.push_back(std::move(finding));
  }

  // What the user says of the source never overrides what the layout of a hub cache shows.
  void CheckSource() {
    const v1::Inventory& inventory = view_.inventory();
    const std::string& source = inventory.source_url();
    out_.evidence.push_back({EvidenceKind::kRepository, "", "", 0, 0, 0, "source", Printable(source), {}});
    const size_t at = source.rfind('@');
    const std::string said = HubIdOf(source.substr(0, at));
    const std::string revision = at == std::string::npos ? "" : source.substr(at + 1);
    if (inventory.layout() != "hub_snapshot" || said.empty()) return;
    if (TrimmedLower(said) != TrimmedLower(inventory.repository())) {
      AddSourceDiffers(absl::StrFormat("--source says %s, the hub cache says %s", Printable(said),
                                       Printable(inventory.repository())));
    } else if (IsCommit(revision) && IsCommit(inventory.revision()) && inventory.revision().rfind(revision, 0) != 0) {
      // A branch or tag may be any commit.
      AddSourceDiffers(absl::StrFormat("--source says revision %s, the hub cache says %s", Printable(revision),
                                       Printable(inventory.revision())));
    }
  }

  void AddSourceDiffers(std::string message) {
    out_.findings.push_back(MakeFinding(v1::LINEAGE_SOURCE_DIFFERS, v1::Outcome::NEEDS_REVIEW, std::move(message)));
  }

  static bool IsCommit(std::string_view revision) {
    return revision.size() >= 7 && revision.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  }

  void ReadHeader(const v1::InventoryArtifact& artifact) {
    const std::string component = view_.ComponentOf(artifact.path());
    HeaderFields fields;
    for (const v1::HeaderField& field : artifact.header().fields()) fields.emplace(field.key(), field.value());
    const auto get = [&](std::string_view key) {
      const auto found = fields.find(key);
      return found == fields.end() ? std::string() : found->second;
    };
    const bool gguf = artifact.format() == "gguf";
    const auto source_of = [&](ClaimSource source, EvidenceKind kind, std::string key) {
      return Source{source, kind, component, artifact.path(), 0, 0, std::move(key)};
    };

    LicenseFields license;
    std::string license_key;
    for (const std::string_view key : {"general.license", "license", "modelspec.license"}) {
      if (gguf != (key == "general.license") || fields.count(key) == 0) continue;
      if (license_key.empty()) license_key = std::string(key);
      license.licenses.push_back(get(key));
    }
    if (license_key.empty()) license_key = gguf ? "general.license" : "license";
    license.name = get(gguf ? "general.license.name" : "license_name");
    license.link = get(gguf ? "general.license.link" : "license_link");
    AddLicenses(license, source_of(ClaimSource::kHeader, EvidenceKind::kHeaderField, license_key));

    if (!gguf) {
      if (const std::string base = get("base_model"); !base.empty()) {
        AddBase(base, "base_model", source_of(ClaimSource::kBase, EvidenceKind::kDeclaredBase, "base_model"),
                "declared in the header of " + artifact.path());
      }
      return;
    }
    // "general.base_model.0.name" and so on; the numbers of a hostile file need not follow each other.
    std::set<std::string> prefixes;
    constexpr std::string_view kBases = "general.base_model.";
    for (const auto& [key, value] : fields) {
      if (key.rfind(kBases, 0) != 0) continue;
      const size_t dot = key.find('.', kBases.size());
      if (dot != std::string::npos) prefixes.insert(key.substr(0, dot + 1));
    }
    for (const std::string& prefix : prefixes) {
      std::string base = get(prefix + "repo_url");
      if (base.empty() && !get(prefix + "organization").empty() && !get(prefix + "name").empty()) {
        base = get(prefix + "organization") + "/" + get(prefix + "name");
      }
      if (base.empty()) base = get(prefix + "name");
      if (base.empty()) continue;
      AddBase(base, "base_model", source_of(ClaimSource::kBase, EvidenceKind::kDeclaredBase, prefix + "name"),
              "declared in the header of " + artifact.path());
    }
    for (const std::string_view key : {"general.source.huggingface.repository", "general.source.repo_url"}) {
      if (const std::string from = get(key); !from.empty()) {
        AddBase(from, "quantized", source_of(ClaimSource::kBase, EvidenceKind::kDeclaredBase, std::string(key)),
                "declared in the header of " + artifact.path());
      }
    }
  }

  static constexpr size_t kBasesMax = 256;  // declared in one card; a real merge has a dozen

  const ModelView& view_;
  const rulebook::Rulebook& rules_;
  const std::vector<std::string> or_choices_;
  std::set<std::tuple<std::string, std::string, std::string>> seen_bases_;
  std::set<std::string> adapters_;  // folders
  size_t spdx_lines_ = 0;
  std::set<std::pair<std::string, std::string>> of_programs_;  // components and values of SPDX lines
  Gathered out_;
};

// What one weak source points at: licences of which none is claimed means a contradiction.
struct FamilyHint {
  std::string said;  // "config.json: model_type gemma3"
  std::string family;
  Candidates licenses;
  v1::EvidenceRef evidence;
  std::string unread;  // terms that hold for rows of it and that nobody read
};

// The exact name of a model of which no weights are published.
struct ClosedName {
  std::string said;
  const rules::v1::Family* family = nullptr;
  v1::EvidenceRef evidence;
};

// As a config or a header says them.
struct Sizes {
  std::optional<uint64_t> vocab, hidden, intermediate, layers;
};

struct Names {
  std::vector<FamilyHint> hints;
  std::vector<ClosedName> closed;
};

class FamilyReader {
 public:
  FamilyReader(const ModelView& view, const rulebook::Rulebook& rules) : view_(view), rules_(rules) {}

  Names Run() {
    AddName("repository", view_.inventory().repository(), {});
    const std::string& source = view_.inventory().source_url();
    const std::string from = source.substr(0, source.rfind('@'));
    if (from != view_.inventory().repository()) AddName("source", from, {});
    for (const v1::InventoryArtifact& artifact : view_.inventory().artifacts()) {
      if (const auto text = view_.BytesOf(artifact); text.has_value() && BaseNameOf(artifact.path()) == "config.json") {
        AddConfig(artifact, *text);
      }
      if (const auto text = view_.BytesOf(artifact); text.has_value() && artifact.path() == "model_index.json") {
        if (const auto index = formats::ParsePipelineIndex(*text); index.ok()) {
          AddArchitecture("model_index.json: _class_name", index->class_name, {index->class_name}, "",
                          PlaceInFile(artifact.path(), 0, 0, 0, "_class_name"));
        }
      }
      if (const auto text = view_.BytesOf(artifact); text.has_value() && artifact.role() == "card") {
        AddMentionedBases(artifact, *text);
      }
      if (artifact.has_header())
        AddName(artifact.path() + ": file name", std::string(BaseNameOf(artifact.path())),
                PlaceInFile(artifact.path()));
      for (const v1::HeaderField& field : artifact.header().fields()) {
        const auto place = PlaceInFile(artifact.path(), 0, 0, 0, field.key());
        if (field.key() == "general.architecture")
          AddArchitecture(artifact.path() + ": " + field.key(), "", {}, field.value(), place);
        static const std::set<std::string> kNames = {
            "general.name",          "general.basename",   "general.finetune", "general.url",
            "general.repo_url",      "general.source.url", "modelspec.title",  "modelspec.architecture",
            "modelspec.merged_from", "_name_or_path",      "ss_sd_model_name", "ss_base_model_version"};
        const bool names_base =
            field.key().rfind("general.base_model.", 0) == 0;  // beside the address that AddBase reads
        if (kNames.count(field.key()) > 0 || names_base) {
          AddName(artifact.path() + ": " + field.key(), field.value(), place);
        }
      }
      AddMaker(artifact);
      AddHeaderShape(artifact);
    }
    return std::move(out_);
  }

 private:
  void AddConfig(const v1::InventoryArtifact& artifact, std::string_view text) {
    const absl::StatusOr<formats::ModelConfig> config = formats::ParseModelConfig(text);
    if (!config.ok()) return;  // a finding of its own, see CheckConfig
    std::vector<std::string> architectures;
    for (const auto& architecture : config->architectures) architectures.push_back(architecture.value);
    const std::string model_type = config->model_type.has_value() ? config->model_type->value : "";
    AddArchitecture(artifact.path() + ": model_type", model_type, architectures, "",
                    PlaceInFile(artifact.path(), 0, 0, 0, "model_type"));
    AddShape(artifact.path(), "hidden_size",
             {config->vocab_size, config->hidden_size, config->intermediate_size, config->num_hidden_layers});
    if (config->name_or_path.has_value()) {
      AddName(
          artifact.path() + ": _name_or_path", config->name_or_path->value,
          PlaceInFile(artifact.path(), 0, 0, static_cast<uint32_t>(config->name_or_path->at.line), "_name_or_path"));
    }
  }

  // Says something only if a single family uses it.
  void AddArchitecture(const std::string& said, const std::string& model_type,
                       const std::vector<std::string>& architectures, const std::string& gguf, v1::EvidenceRef place) {
    const auto matches = rules_.FamiliesByArchitecture(model_type, architectures, gguf);
    if (matches.size() != 1) return;
    FamilyHint hint;
    hint.said = said + " " + Printable(!gguf.empty() ? gguf : model_type);
    hint.family = matches.front().family->name();
    for (const auto* member : matches.front().members) AddLicenses(*matches.front().family, *member, hint);
    hint.evidence = std::move(place);
    Keep(std::move(hint));
  }

  // A model under another name and architecture that others share still has its sizes.
  void AddShape(const std::string& path, std::string_view key, const Sizes& sizes) {
    constexpr uint64_t kMost = std::numeric_limits<uint32_t>::max();
    for (const auto& size : {sizes.vocab, sizes.hidden, sizes.intermediate, sizes.layers}) {
      if (!size.has_value() || *size > kMost) return;
    }
    rules::v1::Shape shape;
    shape.set_vocab_size(static_cast<uint32_t>(*sizes.vocab));
    shape.set_hidden_size(static_cast<uint32_t>(*sizes.hidden));
    shape.set_intermediate_size(static_cast<uint32_t>(*sizes.intermediate));
    shape.set_num_hidden_layers(static_cast<uint32_t>(*sizes.layers));
    for (const auto& match : rules_.FamiliesByShape(shape)) {
      FamilyHint hint;
      hint.said = absl::StrFormat("%s: a vocabulary of %d, hidden size %d, intermediate size %d, %d layers", path,
                                  shape.vocab_size(), shape.hidden_size(), shape.intermediate_size(),
                                  shape.num_hidden_layers());
      hint.family = match.family->name();
      for (const auto* member : match.members) AddLicenses(*match.family, *member, hint);
      hint.evidence = PlaceInFile(path, 0, 0, 0, key);
      Keep(std::move(hint));
    }
  }

  // Of a GGUF header; without a key for the vocabulary that of the tokenizer counts.
  void AddHeaderShape(const v1::InventoryArtifact& artifact) {
    const std::string architecture = HeaderValue(artifact, "general.architecture");
    if (architecture.empty()) return;
    const auto size = [&](std::string_view key) -> std::optional<uint64_t> {
      uint64_t value = 0;
      if (!absl::SimpleAtoi(HeaderValue(artifact, key), &value)) return std::nullopt;
      return value;
    };
    Sizes sizes;
    sizes.vocab = size(architecture + ".vocab_size");
    if (!sizes.vocab.has_value()) sizes.vocab = size("tokenizer.ggml.tokens");
    sizes.hidden = size(architecture + ".embedding_length");
    sizes.intermediate = size(architecture + ".feed_forward_length");
    sizes.layers = size(architecture + ".block_count");
    AddShape(artifact.path(), architecture + ".embedding_length", sizes);
  }

  // The first value of a key; empty without one.
  static std::string HeaderValue(const v1::InventoryArtifact& artifact, std::string_view key) {
    for (const v1::HeaderField& field : artifact.header().fields()) {
      if (field.key() == key) return field.value();
    }
    return "";
  }

  // A base under terms that limit use; of others a card may speak without a field for them.
  void AddMentionedBases(const v1::InventoryArtifact& artifact, std::string_view text) {
    for (const MentionedBase& base : FindMentionedBases(text)) {
      const std::string said = absl::StrFormat("%s: \"%s\"", artifact.path(), Quote(text, base.begin, base.end));
      const auto place = PlaceInFile(artifact.path(), base.begin, base.end, LineOf(text, base.begin));
      const auto add = [&](const rules::v1::Family& family, const auto& members) {
        FamilyHint hint{said, family.name(), {}, place, ""};
        for (const auto* member : members) AddLicenses(family, *member, hint);
        const bool limits = std::any_of(hint.licenses.begin(), hint.licenses.end(),
                                        [](const auto* license) { return LimitsUse(*license); });
        if (limits || !hint.unread.empty()) Keep(std::move(hint));
      };
      for (const std::string& id : base.hub_ids) {
        const auto model = rules_.ResolveModel(id);
        if (model.has_value()) add(*model->family, std::vector<const rules::v1::FamilyMember*>{model->member});
      }
      for (const rulebook::NameMatch& match : rules_.ModelNamesIn(base.words)) add(*match.family, match.members);
    }
  }

  // A GGUF header has the two halves of a hub name apart: "general.organization" and "general.basename".
  void AddMaker(const v1::InventoryArtifact& artifact) {
    const std::string maker = HeaderValue(artifact, "general.organization");
    if (maker.empty()) return;
    for (const char* key : {"general.basename", "general.name"}) {
      std::string name = maker + "/" + HeaderValue(artifact, key);
      std::replace(name.begin(), name.end(), ' ', '-');
      AddClosed(artifact.path() + ": " + key + " " + Printable(name), name, PlaceInFile(artifact.path(), 0, 0, 0, key));
    }
  }

  // Only the developer's own name for it: of a longer name that has such a one in it nothing is claimed.
  void AddClosed(const std::string& said, const std::string& name, v1::EvidenceRef place) {
    const std::string hub_id = HubIdOf(name);
    const auto model = hub_id.empty() ? std::nullopt : rules_.ResolveModel(hub_id);
    if (model.has_value() && model->member->closed()) out_.closed.push_back({said, model->family, std::move(place)});
  }

  void AddName(const std::string& said, const std::string& name, v1::EvidenceRef place) {
    if (name.empty()) return;
    AddClosed(said + " " + Printable(name), name, place);
    const std::string hub_id = HubIdOf(name);
    if (const auto model = hub_id.empty() ? std::nullopt : rules_.ResolveModel(hub_id)) {
      FamilyHint hint{said + " " + Printable(name), model->family->name(), {}, place, ""};
      AddLicenses(*model->family, *model->member, hint);
      Keep(std::move(hint));
      return;
    }
    for (const rulebook::NameMatch& match : rules_.ModelNamesIn(name)) {
      FamilyHint hint{said + " " + Printable(name), match.family->name(), {}, place, ""};
      for (const auto* member : match.members) AddLicenses(*match.family, *member, hint);
      Keep(std::move(hint));
    }
  }

  // A hint at terms that nobody read contradicts whatever licence is named.
  void Keep(FamilyHint hint) {
    if (!hint.licenses.empty() || !hint.unread.empty()) out_.hints.push_back(std::move(hint));
  }

  void AddLicenses(const rules::v1::Family& family, const rules::v1::FamilyMember& member, FamilyHint& hint) const {
    if (hint.unread.empty()) hint.unread = member.unread_license();
    for (const auto* license : rules_.Resolve(family, member).licenses) {
      if (std::find(hint.licenses.begin(), hint.licenses.end(), license) == hint.licenses.end())
        hint.licenses.push_back(license);
    }
  }

  const ModelView& view_;
  const rulebook::Rulebook& rules_;
  Names out_;
};

}  // namespace

Gathered GatherMetadataEvidence(const ModelView& view, const rulebook::Rulebook& rules, const v1::Policy& policy) {
  return MetadataGatherer(view, rules, policy).Run();
}

std::vector<v1::Finding> FamilyFindings(const ModelView& view, const rulebook::Rulebook& rules,
                                        const std::vector<Claim>& claims) {
  std::vector<v1::Finding> findings;
  std::set<std::string> seen;
  Names names_here = FamilyReader(view, rules).Run();
  if (claims.empty()) names_here.hints.clear();  // no licence at all is a finding already
  for (FamilyHint& hint : names_here.hints) {
    const bool agrees = std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
      return std::any_of(hint.licenses.begin(), hint.licenses.end(),
                         [&](const auto* license) { return claim.Names(license); });
    });
    if (agrees || !seen.insert(hint.said).second) continue;
    std::string names = ShortIdsOf(hint.licenses);
    if (!hint.unread.empty())
      names += absl::StrFormat("%s%s (not in the rulebook)", names.empty() ? "" : " or ", hint.unread);
    findings.push_back(
        MakeFinding(v1::LICENSE_FAMILY_CONTRADICTS, v1::Outcome::NEEDS_REVIEW,
                    absl::StrFormat("%s points at %s, which is under %s, but nothing here names that licence",
                                    hint.said, hint.family, names),
                    std::move(hint.evidence)));
  }
  // No claim accounts for these.
  seen.clear();
  for (ClosedName& name : names_here.closed) {
    if (!seen.insert(name.said).second) continue;
    findings.push_back(MakeFinding(
        v1::LICENSE_FAMILY_CONTRADICTS, v1::Outcome::NEEDS_REVIEW,
        absl::StrFormat("%s points at %s, of which %s publishes no weights: files of that name did not come from their "
                        "developer",
                        name.said, name.family->name(), name.family->developer()),
        std::move(name.evidence)));
  }
  return findings;
}

}  // namespace weighbridge::provenance
