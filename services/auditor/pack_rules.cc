#include "services/auditor/pack_rules.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/auditor/further_wordings.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/classify/classifier.h"
#include "services/classify/index.h"
#include "services/classify/learn.h"
#include "services/classify/token_file.h"
#include "services/crypto/sha256.h"
#include "services/formats/json/json_reader.h"
#include "services/formats/yaml/yaml_reader.h"
#include "services/provenance/spdx_list.h"
#include "services/rulebook/names.h"

namespace weighbridge::auditor {
namespace {

using rules::v1::DocumentKind;
using rules::v1::License;

// The day on which the words for categories were written: what is "checked" in a rule that rests on its category.
constexpr char kCategoriesWritten[] = "2026-11-26";
// Rounds in which texts that blur one of ours are taken out; each takes out at least one.
constexpr int kRoundsMax = 8;

struct CategoryRow {
  std::string_view category;
  CategoryWords words;
};

// In place of a category, for a text of which the SPDX list alone knows.
constexpr char kSpdxCategory[] = "SPDX list";

constexpr std::array<CategoryRow, 12> kCategories = {{
    {"Permissive",
     {v1::OPEN_WEIGHTS_PERMISSIVE, "Listed as permissive: notices have to be kept; other terms were not entered."}},
    {"Public Domain",
     {v1::OPEN_WEIGHTS_PERMISSIVE, "Listed as a dedication to the public domain; its terms were not entered."}},
    {"Copyleft",
     {v1::OPEN_WEIGHTS_RESTRICTED, "Listed as copyleft: derived works may have to be licensed alike, with source."}},
    {"Copyleft Limited",
     {v1::OPEN_WEIGHTS_RESTRICTED,
      "Listed as limited copyleft: changes to the work itself may have to be licensed alike."}},
    {"Free Restricted",
     {v1::OPEN_WEIGHTS_RESTRICTED, "Listed as free with restrictions on who may use it or for what."}},
    {"Source-available",
     {v1::OPEN_WEIGHTS_RESTRICTED,
      "Listed as source-available: some uses are kept for those who buy another licence."}},
    {"Proprietary Free", {v1::OPEN_WEIGHTS_RESTRICTED, "Listed as proprietary and free of charge: use may be narrow."}},
    {"Commercial", {v1::OPENNESS_UNKNOWN, "Listed as commercial: rights have to be bought from its owner."}},
    {"Patent License", {v1::OPENNESS_UNKNOWN, "Listed as a patent licence: it may give no rights to copies."}},
    {"CLA", {v1::OPENNESS_UNKNOWN, "Listed as an agreement of contributors: it gives users no rights."}},
    {"Unstated License", {v1::OPENNESS_UNKNOWN, "Listed as a statement that names no licence."}},
    {kSpdxCategory,
     {v1::OPENNESS_UNKNOWN, "On the SPDX list, which says nothing of its kind; its terms were not entered."}},
}};

// One line without control characters and with single blanks, as rule files have it; empty if it is too long or no
// UTF-8.
std::string Clean(std::string_view text) {
  if (text.size() > kPackValueBytesMax || !IsValidUtf8(text)) return "";
  std::string out;
  bool blank = false;
  for (size_t pos = 0; pos < text.size();) {
    int length = 1;
    const int32_t code = DecodeUtf8(text, pos, &length);
    if (code <= 0x20 || (code >= 0x7f && code <= 0xa0)) {
      blank = true;
    } else {
      if (blank && !out.empty()) out += ' ';
      blank = false;
      out.append(text.substr(pos, length));
    }
    pos += length;
  }
  return out;
}

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool IsIdChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= 120 && id.front() != '-' && id.front() != '.' &&
         std::all_of(id.begin(), id.end(), IsIdChar);
}

// An id has no '_', a key may.
std::string Dashed(std::string text) {
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

std::string Text(const formats::Value& map, std::string_view key) {
  const formats::Value* value = map.Find(key);
  if (value == nullptr || !value->IsScalar()) return "";
  return Clean(value->text);
}

bool Flag(const formats::Value& map, std::string_view key) {
  const formats::Value* value = map.Find(key);
  return value != nullptr && value->IsScalar() && (value->text == "yes" || value->text == "true");
}

void Append(const formats::Value& map, std::string_view key, std::vector<std::string>* out) {
  const formats::Value* value = map.Find(key);
  if (value == nullptr) return;
  const auto add = [&](const formats::Value& item) {
    std::string text = item.IsScalar() ? Clean(item.text) : "";
    if (!text.empty()) out->push_back(std::move(text));
  };
  add(*value);
  for (const formats::Value& item : value->items) add(item);
}

bool HasWords(std::string_view text) { return text.find_first_not_of(" \t\r\n") != std::string_view::npos; }

struct Candidate {
  std::string file;
  PackEntry entry;
  License license;
  std::string tokens;
  bool of_spdx = false;

  std::string Source() const {
    return of_spdx ? "SPDX list: " + file : absl::StrFormat("licence pack: %s, front matter stripped", file);
  }
};

// Which spelling belongs to which licence of the pack, beside those of the base.
class Names {
 public:
  explicit Names(const rulebook::Rulebook& base) : base_(base) {}

  // True if the base gives `name` a meaning: it keeps it alone.
  bool IsOurs(const std::string& name) const {
    return !base_.FindLicenses(name).empty() || !base_.LicensesByHubTag(name).empty() ||
           !base_.LicensesByName(name).empty();
  }

  // Takes `name` for the licence `key` unless the base or another one has it.
  bool Claim(const std::string& name, const std::string& key) {
    if (name.empty() || name.size() > rulebook::kNameBytesMax || rulebook::SaysNothing(rulebook::NormalName(name)) ||
        IsOurs(name)) {
      return false;
    }
    return owners_.emplace(rulebook::NormalSpelling(name), key).first->second == key;
  }

  bool IsTaken(const std::string& name) const { return owners_.count(rulebook::NormalSpelling(name)) != 0; }

  // An address of the pack that says which licence it leads to, as rules have it; empty for others. Bare homes of
  // projects and addresses that ours lead to are not used: they would make our candidate sets wider.
  std::string Link(const std::string& url) const {
    const std::string link = rulebook::NormalLink(url);
    const size_t slash = link.find('/');
    if (slash == std::string::npos || slash + 1 >= link.size() || link.find_first_of("?#") != std::string::npos)
      return "";
    if (link.find("://") != std::string::npos) return "";  // an archive's copy of another address
    if (link.substr(0, slash).find('.') == std::string::npos) return "";
    const std::string_view last = std::string_view(link).substr(link.rfind('/') + 1);
    const bool of_a_licence = last.find("licen") != std::string_view::npos ||
                              last.find("copying") != std::string_view::npos ||
                              link.rfind("opensource.org/licens", 0) == 0 || link.rfind("spdx.org/licenses/", 0) == 0;
    if (!of_a_licence || last == "license" || last == "licenses" || last == "licence") return "";
    if (link == "opensource.org/licenses" || link == "spdx.org/licenses") return "";
    return base_.LicensesByLink(link).empty() ? link : "";
  }

 private:
  const rulebook::Rulebook& base_;
  std::map<std::string, std::string> owners_;  // normal spelling to key
};

template <typename List>
void AddOnce(std::string name, List* list) {
  const std::string normal = rulebook::NormalName(name);
  for (const std::string& known : *list) {
    if (rulebook::NormalName(known) == normal) return;
  }
  *list->Add() = std::move(name);
}

// A spelling for people and for metadata; ids are tags of model cards too.
void AddName(const std::string& name, bool is_id, License& license) {
  AddOnce(name, license.mutable_other_names());
  AddOnce(Lower(name), license.mutable_license_names());
  if (is_id) AddOnce(Lower(name), license.mutable_hub_tags());
}

void AddNames(const PackEntry& entry, Names& names, License& license) {
  for (const std::string* name : {&entry.name, &entry.short_name}) {
    if (names.Claim(*name, license.short_id())) AddName(*name, false, license);
  }
  for (const std::string& id : entry.other_ids) {
    if (names.Claim(id, license.short_id())) AddName(id, true, license);
  }
}

void AddLinks(const PackEntry& entry, const Names& names, License& license) {
  std::set<std::string> links(license.links().begin(), license.links().end());
  for (const std::string& url : entry.links) {
    const std::string link = names.Link(url);
    if (!link.empty()) links.insert(link);
  }
  license.mutable_links()->Assign(links.begin(), links.end());
}

License MakeLicense(const Candidate& candidate, const std::string& id, Names& names) {
  const PackEntry& entry = candidate.entry;
  const CategoryWords words = WordsOfCategory(entry.category);
  License license;
  license.set_id(id);
  license.set_short_id(entry.key);
  // A full name is a spelling that people type: one that ours have stays theirs alone.
  const bool shared = names.IsOurs(entry.name) || names.IsTaken(entry.name);
  license.set_name(shared ? absl::StrFormat("%s (%s)", entry.name, entry.key) : entry.name);
  names.Claim(license.name(), entry.key);
  license.set_kind(entry.is_exception ? DocumentKind::addendum : DocumentKind::license);
  license.set_licensor(entry.owner);
  if (!entry.is_exception) license.set_openness(words.openness);
  license.set_main_restriction(std::string(words.main_restriction));
  const std::string listed =
      candidate.of_spdx ? "the SPDX list has it and names none"
                        : absl::StrFormat("the licence pack lists it as %s, by %s", entry.category, entry.owner);
  license.set_summary(
      absl::StrFormat("Known by its category alone: %s. Its text is told apart word by word, but none of its "
                      "terms stands in the rulebook, so that every decision that stands on it needs a person.",
                      listed));
  license.mutable_category_facts()->set_category(entry.category);
  license.mutable_category_facts()->set_owner(entry.owner);
  AddNames(entry, names, license);
  AddLinks(entry, names, license);
  auto& provenance = *license.mutable_provenance();
  auto& text = *provenance.add_texts();
  text.set_sha256(Sha256Hex(entry.body));
  text.set_source(candidate.Source());
  text.set_token_file("1.tokens");
  provenance.set_checked(kCategoriesWritten);
  provenance.set_checked_by("the licence pack, by category");
  provenance.set_confidence(rules::v1::Confidence::low);
  provenance.set_note(
      absl::StrFormat("known by its category alone (%s, by %s): none of its terms stands in the rulebook",
                      entry.category, entry.owner));
  return license;
}

constexpr std::string_view kRuleName = "rule.textproto";

bool EndsWithRule(std::string_view path) {
  return path.size() > kRuleName.size() && path.substr(path.size() - kRuleName.size()) == kRuleName;
}

// True if the token file reads and its words are none of `wordings`.
bool IsNewWording(const std::string& bytes, const std::set<Sha256Digest>& wordings) {
  const absl::StatusOr<classify::TokenFile> tokens = classify::ParseTokenFile(bytes);
  return tokens.ok() && wordings.count(classify::WordsDigest(*tokens)) == 0;
}

// Gives the licences of `files` the further wordings that the index has for them, as far as their rules are the same
// but for these: a rule that was laid over ours keeps the wordings that it names.
void AddToOurs(const std::map<std::string, std::string>& tokens_of,
               const std::map<std::string, std::string>& index_rules, const std::set<Sha256Digest>& wordings,
               std::vector<rulebook::RuleFile>* files) {
  const size_t count = files->size();
  for (size_t i = 0; i < count; ++i) {
    const auto indexed = index_rules.find((*files)[i].path);
    if (indexed == index_rules.end() || indexed->second == (*files)[i].bytes) continue;
    const std::string folder = indexed->first.substr(0, indexed->first.size() - kRuleName.size());
    License ours, theirs;
    if (!google::protobuf::TextFormat::ParseFromString((*files)[i].bytes, &ours) ||
        !google::protobuf::TextFormat::ParseFromString(indexed->second, &theirs)) {
      continue;
    }
    License without = theirs;
    auto* texts = without.mutable_provenance()->mutable_texts();
    texts->erase(std::remove_if(texts->begin(), texts->end(),
                                [](const auto& text) { return IsFurtherWording(text.token_file()); }),
                 texts->end());
    if (!google::protobuf::util::MessageDifferencer::Equals(ours, without)) continue;
    for (const auto& text : theirs.provenance().texts()) {
      const auto tokens = tokens_of.find(folder + text.token_file());
      if (!IsFurtherWording(text.token_file()) || tokens == tokens_of.end()) continue;
      if (!IsNewWording(tokens->second, wordings)) continue;
      *ours.mutable_provenance()->add_texts() = text;
      files->push_back({tokens->first, tokens->second});
    }
    (*files)[i].bytes = RuleText(ours);
  }
}

class Maker {
 public:
  Maker(const source::TextPack& pack, const rulebook::Rulebook& base, const source::TextPack& spdx)
      : pack_(pack), spdx_(spdx), base_(base), names_(base) {}

  absl::StatusOr<PackRules> Make();

 private:
  void Lose(const std::string& file, PackLeftOut reason, std::string detail = "") {
    result_.left_out.push_back({file, reason, std::move(detail)});
  }

  void Read();
  void ReadSpdx(const std::set<std::string>& known, std::vector<Candidate>* read);
  bool Learn(Candidate& candidate, const std::string& id);
  absl::Status Load();
  std::set<std::string> Blurring() const;
  absl::Status AddSpdxWordings();

  const source::TextPack& pack_;
  const source::TextPack& spdx_;
  const rulebook::Rulebook& base_;
  Names names_;
  std::deque<SpdxText> listed_;  // of the SPDX list; entries point into them
  std::vector<ListedText> listed_texts_;
  std::vector<std::string_view> bodies_;  // of the pack, whatever became of them
  std::vector<Candidate> candidates_;
  std::map<Sha256Digest, std::pair<size_t, std::string>> wordings_;  // digest of words to index and key
  // Texts that the base reads as its own, with what it reads: none of them may change.
  std::vector<std::pair<std::string_view, std::set<std::string>>> ours_;
  PackRules result_;
};

// Adds the licences of the SPDX list that nothing else has; `known` are the ids of the pack in lower case.
void Maker::ReadSpdx(const std::set<std::string>& known, std::vector<Candidate>* read) {
  for (const source::PackText& file : spdx_.texts) {
    absl::StatusOr<SpdxText> text = ParseSpdxText(file);
    if (!text.ok()) {
      Lose(file.name, PackLeftOut::kUnreadable, std::string(text.status().message()));
      continue;
    }
    const SpdxText& listed = listed_.emplace_back(*std::move(text));
    listed_texts_.push_back({file.name, listed.id, listed.body});
    if (known.count(Lower(listed.id)) != 0 || names_.IsOurs(listed.id) ||
        provenance::PresentForm({listed.id, false, ""}).has_value()) {
      ++result_.spdx_known;
    } else {
      Candidate candidate;
      candidate.file = file.name;
      candidate.of_spdx = true;
      candidate.entry.key = Lower(listed.id);
      candidate.entry.name = listed.name;
      candidate.entry.category = kSpdxCategory;
      candidate.entry.owner = "Unspecified";
      candidate.entry.spdx_id = listed.id;
      if (!listed.link.empty()) candidate.entry.links.push_back(listed.link);
      candidate.entry.body = listed.body;
      read->push_back(std::move(candidate));
    }
  }
}

void Maker::Read() {
  std::vector<Candidate> read;
  std::set<std::string> ids;
  for (const source::PackText& text : pack_.texts) {
    absl::StatusOr<PackEntry> entry = ParsePackEntry(text.bytes);
    if (entry.ok()) {
      ids.insert(Lower(entry->spdx_id));
      for (const std::string& id : entry->other_ids) ids.insert(Lower(id));
    }
    if (!entry.ok()) {
      Lose(text.name, PackLeftOut::kUnreadable, std::string(entry.status().message()));
    } else if (!HasWords(entry->body)) {
      Lose(text.name, PackLeftOut::kNoText);
    } else {
      Candidate candidate;
      candidate.file = text.name;
      candidate.entry = *std::move(entry);
      bodies_.push_back(candidate.entry.body);
      read.push_back(std::move(candidate));
    }
  }
  // Of two texts that are word for word the same, the one on the SPDX list stays.
  std::stable_sort(read.begin(), read.end(), [](const Candidate& a, const Candidate& b) {
    const auto rank = [](const Candidate& c) {
      return c.entry.spdx_id.empty() || c.entry.spdx_id.rfind("LicenseRef-", 0) == 0 ? 1 : 0;
    };
    return rank(a) < rank(b);
  });
  ReadSpdx(ids, &read);
  // All ids are taken before any other name: a name never keeps a licence from its id.
  std::vector<std::pair<Candidate*, std::string>> own;
  for (Candidate& candidate : read) {
    PackEntry& entry = candidate.entry;
    const classify::Classification found = base_.classifier().Classify(entry.body);
    const std::string own_id = "LicenseRef-scancode-" + Dashed(entry.key);
    std::string id = IsId(entry.spdx_id) ? entry.spdx_id : own_id;
    if (candidate.of_spdx && (names_.IsTaken(id) || names_.IsTaken(entry.key))) {
      ++result_.spdx_known;  // the pack knows it by a name of its own
      continue;
    }
    // Two texts under one id of the SPDX list: the one that comes first has it.
    if (names_.IsTaken(id)) id = own_id;
    // The key of one text can be the SPDX id of another.
    if (names_.IsTaken(entry.key)) entry.key = "scancode-" + entry.key;
    if (AllBare(found)) {
      ours_.emplace_back(entry.body, IdsOf(found));
      Lose(candidate.file, PackLeftOut::kOurs, "read as " + Joined(IdsOf(found)));
    } else if (entry.is_generic) {
      Lose(candidate.file, PackLeftOut::kGeneric);
    } else if (entry.is_deprecated) {
      Lose(candidate.file, PackLeftOut::kDeprecated);
    } else if (names_.IsOurs(id) || names_.IsOurs(entry.key)) {
      Lose(candidate.file, PackLeftOut::kOurs, "its id is one of ours");
    } else if (!names_.Claim(entry.key, entry.key) || !names_.Claim(id, entry.key)) {
      Lose(candidate.file, PackLeftOut::kUnreadable,
           absl::StrFormat("its id %s is that of another text of the pack", id));
    } else {
      own.emplace_back(&candidate, id);
    }
  }
  for (const auto& [candidate, id] : own) {
    if (Learn(*candidate, id)) candidates_.push_back(std::move(*candidate));
  }
}

// False if the text is left out.
bool Maker::Learn(Candidate& candidate, const std::string& id) {
  classify::LearnRequest request;
  request.id = id;
  request.kind = candidate.entry.is_exception ? "exception" : "licence";
  request.source = candidate.Source();
  request.text = candidate.entry.body;
  absl::StatusOr<std::string> learnt = classify::Learn(request);
  if (!learnt.ok()) {
    const bool is_short = classify::Tokenize(candidate.entry.body).words.size() < classify::kMinLearnWords;
    Lose(candidate.file, is_short ? PackLeftOut::kTooShort : PackLeftOut::kUnreadable,
         std::string(learnt.status().message()));
    return false;
  }
  const absl::StatusOr<classify::TokenFile> tokens = classify::ParseTokenFile(*learnt);
  if (!tokens.ok()) {
    Lose(candidate.file, PackLeftOut::kUnreadable, std::string(tokens.status().message()));
    return false;
  }
  if (!classify::CompileIndex({*tokens}, {}).ok()) {
    Lose(candidate.file, PackLeftOut::kTooShort);
    return false;
  }
  const auto [twin, is_new] =
      wordings_.emplace(classify::WordsDigest(*tokens), std::make_pair(candidates_.size(), candidate.entry.key));
  if (!is_new) {
    License& first = candidates_[twin->second.first].license;
    // The names it has claimed go to the licence that is kept.
    for (const std::string& name : {candidate.entry.key, id}) AddName(name, true, first);
    AddNames(candidate.entry, names_, first);
    AddLinks(candidate.entry, names_, first);
    Lose(candidate.file, PackLeftOut::kTwin, "word for word " + twin->second.second);
    return false;
  }
  candidate.license = MakeLicense(candidate, id, names_);
  candidate.tokens = *std::move(learnt);
  return true;
}

absl::Status Maker::Load() {
  WB_ASSIGN_OR_RETURN(const std::string_view bundle, base_.CheckedBundle());
  WB_ASSIGN_OR_RETURN(std::vector<rulebook::RuleFile> files, rulebook::UnpackBundle(bundle));
  for (const Candidate& candidate : candidates_) {
    const std::string folder = "licenses/" + candidate.entry.key + "/";
    files.push_back({folder + "rule.textproto", RuleText(candidate.license)});
    files.push_back({folder + "1.tokens", candidate.tokens});
  }
  rulebook::SortRuleFiles(&files);
  std::vector<rulebook::RuleIssue> issues;
  absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> rules = rulebook::Rulebook::FromFiles(files, &issues);
  if (!rules.ok()) {
    return absl::InternalError("the rules made from the licence pack do not load:\n" + rulebook::ToString(issues));
  }
  result_.rules = *std::move(rules);
  result_.files = std::move(files);
  return absl::OkStatus();
}

// Ids of pack licences that stand in the way of one of ours, and of the SPDX list that stand in the way of the pack.
std::set<std::string> Maker::Blurring() const {
  std::set<std::string> blurring;
  std::set<std::string> of_spdx;
  for (const Candidate& candidate : candidates_) {
    if (candidate.of_spdx) of_spdx.insert(candidate.license.id());
  }
  for (const Candidate& candidate : candidates_) {
    if (candidate.of_spdx || of_spdx.empty()) continue;
    for (const std::string& id : IdsOf(result_.rules->classifier().Classify(candidate.entry.body))) {
      if (of_spdx.count(id) != 0) blurring.insert(id);
    }
  }
  for (const auto& [body, ids] : ours_) {
    const classify::Classification now = result_.rules->classifier().Classify(body);
    const std::set<std::string> now_ids = IdsOf(now);
    if (AllBare(now) && now_ids == ids) continue;
    for (const std::string& id : now_ids) {
      if (ids.count(id) == 0 && base_.LicenseById(id) == nullptr) blurring.insert(id);
    }
  }
  return blurring;
}

// The texts of the SPDX list that are not read for certain become further wordings.
absl::Status Maker::AddSpdxWordings() {
  WB_ASSIGN_OR_RETURN(FurtherWordings further,
                      AddFurtherWordings(std::move(result_.files), std::move(result_.rules), bodies_, listed_texts_));
  result_.files = std::move(further.files);
  result_.rules = std::move(further.rules);
  result_.spdx_texts = listed_texts_.size();
  result_.spdx_wordings = further.added;
  result_.spdx_unsure = std::move(further.unsure);
  return absl::OkStatus();
}

absl::StatusOr<PackRules> Maker::Make() {
  Read();
  if (candidates_.empty()) return absl::NotFoundError("no text of the pack can be learnt: is this a licence pack?");
  for (int round = 0; round < kRoundsMax; ++round) {
    WB_RETURN_IF_ERROR(Load());
    const std::set<std::string> blurring = Blurring();
    if (blurring.empty()) break;
    if (round + 1 == kRoundsMax) return absl::InternalError("the pack blurs our own licences: " + Joined(blurring));
    const auto out = std::stable_partition(candidates_.begin(), candidates_.end(), [&](const Candidate& candidate) {
      return blurring.count(candidate.license.id()) == 0;
    });
    for (auto it = out; it != candidates_.end(); ++it) Lose(it->file, PackLeftOut::kBlurs);
    candidates_.erase(out, candidates_.end());
  }
  if (!listed_texts_.empty()) WB_RETURN_IF_ERROR(AddSpdxWordings());
  for (const Candidate& candidate : candidates_) {
    const classify::Classification found = result_.rules->classifier().Classify(candidate.entry.body);
    const std::set<std::string> ids = IdsOf(found);
    if (AllBare(found) && ids == std::set<std::string>{candidate.license.id()}) continue;
    result_.unsure.push_back({candidate.file, PackLeftOut::kBlurs, ids.empty() ? "nothing" : Joined(ids)});
  }
  result_.licenses = candidates_.size();
  result_.of_spdx = static_cast<size_t>(std::count_if(candidates_.begin(), candidates_.end(),
                                                      [](const Candidate& candidate) { return candidate.of_spdx; }));
  const auto by_file = [](const PackLoss& a, const PackLoss& b) { return a.file < b.file; };
  std::sort(result_.left_out.begin(), result_.left_out.end(), by_file);
  std::sort(result_.unsure.begin(), result_.unsure.end(), by_file);
  return std::move(result_);
}

}  // namespace

absl::StatusOr<PackEntry> ParsePackEntry(std::string_view bytes) {
  constexpr std::string_view kFence = "---\n";
  if (bytes.substr(0, kFence.size()) != kFence) return absl::InvalidArgumentError("no front matter");
  size_t end = bytes.find("\n---\n", kFence.size() - 1);
  // Entries without text end with the fence itself.
  if (end == std::string_view::npos && bytes.size() > kFence.size() && bytes.substr(bytes.size() - 4) == "\n---") {
    end = bytes.size() - 4;
  }
  if (end == std::string_view::npos) return absl::InvalidArgumentError("front matter without an end");
  const std::string_view matter = bytes.substr(kFence.size(), end + 1 - std::min(end + 1, kFence.size()));
  if (matter.size() > kPackMatterBytesMax) {
    return absl::InvalidArgumentError(absl::StrFormat("front matter over the limit of %d bytes", kPackMatterBytesMax));
  }
  formats::YamlLimits limits;
  limits.bytes_max = kPackMatterBytesMax;
  limits.nodes_max = 4096;
  limits.depth_max = 4;
  const absl::StatusOr<formats::Value> map = formats::ParseYaml(matter, limits);
  if (!map.ok()) return absl::InvalidArgumentError(absl::StrFormat("front matter: %s", map.status().message()));
  if (!map->IsMap()) return absl::InvalidArgumentError("front matter is no list of keys");
  PackEntry entry;
  entry.key = Text(*map, "key");
  // A key becomes the name of a folder and a part of an id.
  if (!IsId(Dashed(entry.key)) || entry.key != Lower(entry.key))
    return absl::InvalidArgumentError("key is no plain name");
  entry.name = Text(*map, "name");
  entry.short_name = Text(*map, "short_name");
  if (entry.name.empty()) entry.name = entry.short_name.empty() ? entry.key : entry.short_name;
  entry.category = Text(*map, "category");
  if (entry.category.empty()) entry.category = "Unstated License";
  entry.owner = Text(*map, "owner");
  if (entry.owner.empty()) entry.owner = "Unspecified";
  entry.spdx_id = Text(*map, "spdx_license_key");
  entry.language = Text(*map, "language");
  Append(*map, "other_spdx_license_keys", &entry.other_ids);
  for (const char* key : {"osi_url", "text_urls", "other_urls", "homepage_url"}) Append(*map, key, &entry.links);
  entry.is_exception = Flag(*map, "is_exception");
  entry.is_deprecated = Flag(*map, "is_deprecated");
  entry.is_generic = Flag(*map, "is_generic") || Flag(*map, "is_unknown");
  entry.body = bytes.substr(std::min(bytes.size(), end + 5));
  return entry;
}

absl::StatusOr<SpdxText> ParseSpdxText(const source::PackText& file) {
  constexpr std::string_view kEnd = ".json";
  SpdxText text;
  const size_t stem = file.name.size() - std::min(file.name.size(), kEnd.size());
  text.id = file.name.substr(0, stem);
  if (file.name.substr(stem) != kEnd || !IsId(text.id)) return absl::InvalidArgumentError("its name is no id");
  formats::JsonLimits limits;
  limits.bytes_max = source::kPackTextBytesMax;
  limits.elements_max = 64;
  limits.depth_max = 4;
  const absl::StatusOr<formats::Value> map = formats::ParseJson(file.bytes, limits);
  if (!map.ok()) return absl::InvalidArgumentError(map.status().message());
  if (!map->IsMap()) return absl::InvalidArgumentError("no JSON object");
  text.name = Text(*map, "name");
  if (text.name.empty()) text.name = text.id;
  text.link = Text(*map, "url");
  const formats::Value* body = map->Find("licenseText");
  if (body == nullptr || !body->IsQuotedString() || !HasWords(body->text)) {
    return absl::InvalidArgumentError("no licenseText");
  }
  text.body = body->text;
  return text;
}

CategoryWords WordsOfCategory(std::string_view category) {
  for (const CategoryRow& row : kCategories) {
    if (row.category == category) return row.words;
  }
  return {v1::OPENNESS_UNKNOWN, "Listed under a category that says nothing of its use."};
}

std::string_view PackLeftOutWords(PackLeftOut reason) {
  switch (reason) {
    case PackLeftOut::kOurs:
      return "known here with its facts";
    case PackLeftOut::kTwin:
      return "word for word another one, which has its names";
    case PackLeftOut::kDeprecated:
      return "superseded";
    case PackLeftOut::kGeneric:
      return "no licence of its own";
    case PackLeftOut::kNoText:
      return "without text";
    case PackLeftOut::kTooShort:
      return "too short to be told from a mention";
    case PackLeftOut::kUnreadable:
      return "cannot be used";
    case PackLeftOut::kBlurs:
      return "would blur a licence with facts";
  }
  return "";
}

absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> LayerPackLicenses(const rulebook::Rulebook& over,
                                                                            const rulebook::Rulebook& index) {
  WB_ASSIGN_OR_RETURN(const std::string_view over_bundle, over.CheckedBundle());
  WB_ASSIGN_OR_RETURN(const std::string_view index_bundle, index.CheckedBundle());
  WB_ASSIGN_OR_RETURN(std::vector<rulebook::RuleFile> files, rulebook::UnpackBundle(over_bundle));
  WB_ASSIGN_OR_RETURN(std::vector<rulebook::RuleFile> indexed, rulebook::UnpackBundle(index_bundle));
  std::set<std::string> paths;
  std::set<Sha256Digest> wordings;
  for (const rulebook::RuleFile& file : files) {
    paths.insert(file.path);
    if (const auto tokens = classify::ParseTokenFile(file.bytes); tokens.ok())
      wordings.insert(classify::WordsDigest(*tokens));
  }
  std::map<std::string, std::string> tokens_of;
  std::map<std::string, std::string> index_rules;
  for (rulebook::RuleFile& file : indexed) {
    if (EndsWithRule(file.path)) index_rules.emplace(file.path, std::move(file.bytes));
    if (file.path.size() > 7 && file.path.compare(file.path.size() - 7, 7, ".tokens") == 0) {
      tokens_of.emplace(file.path, std::move(file.bytes));
    }
  }
  const Names names(over);
  for (const License* indexed_license : index.licenses()) {
    if (!indexed_license->has_category_facts()) continue;
    License license = *indexed_license;
    const std::string folder = "licenses/" + license.short_id() + "/";
    const std::string& tokens = tokens_of[folder + "1.tokens"];
    const absl::StatusOr<classify::TokenFile> parsed = classify::ParseTokenFile(tokens);
    if (!parsed.ok()) return absl::DataLossError(absl::StrFormat("%s1.tokens: %s", folder, parsed.status().message()));
    const bool taken = paths.count(folder + "rule.textproto") != 0 || names.IsOurs(license.id()) ||
                       names.IsOurs(license.short_id()) || wordings.count(classify::WordsDigest(*parsed)) != 0;
    if (taken) continue;
    for (auto* list : {license.mutable_other_names(), license.mutable_license_names(), license.mutable_hub_tags()}) {
      list->erase(
          std::remove_if(list->begin(), list->end(), [&](const std::string& name) { return names.IsOurs(name); }),
          list->end());
    }
    auto* links = license.mutable_links();
    links->erase(std::remove_if(links->begin(), links->end(),
                                [&](const std::string& link) { return !over.LicensesByLink(link).empty(); }),
                 links->end());
    // Further wordings of it, but those that the rules laid over have for a licence of theirs.
    License kept = license;
    kept.mutable_provenance()->clear_texts();
    for (const auto& text : license.provenance().texts()) {
      if (IsFurtherWording(text.token_file())) {
        const std::string& further = tokens_of[folder + text.token_file()];
        if (!IsNewWording(further, wordings)) continue;
        files.push_back({folder + text.token_file(), further});
      }
      *kept.mutable_provenance()->add_texts() = text;
    }
    files.push_back({folder + "rule.textproto", RuleText(kept)});
    files.push_back({folder + "1.tokens", tokens});
  }
  AddToOurs(tokens_of, index_rules, wordings, &files);
  std::vector<rulebook::RuleIssue> issues;
  absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> rules =
      rulebook::Rulebook::FromFiles(std::move(files), &issues);
  if (rules.ok()) return rules;
  return absl::InvalidArgumentError(
      absl::StrFormat("the licence index does not go with the rules laid over it: %s", rules.status().message()));
}

absl::StatusOr<PackRules> MakePackRules(const source::TextPack& pack, const rulebook::Rulebook& base,
                                        const source::TextPack& spdx) {
  return Maker(pack, base, spdx).Make();
}

}  // namespace weighbridge::auditor
