#include "services/auditor/further_wordings.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/str_format.h"
#include "google/protobuf/text_format.h"
#include "services/base/status_macros.h"
#include "services/classify/index.h"
#include "services/classify/learn.h"
#include "services/classify/token_file.h"
#include "services/crypto/sha256.h"
#include "services/provenance/spdx_list.h"

namespace weighbridge::auditor {
namespace {

using rules::v1::DocumentKind;
using rules::v1::License;

constexpr char kHeader[] =
    "# proto-file: proto/weighbridge/rules/v1/license.proto\n"
    "# proto-message: weighbridge.rules.v1.License\n\n";
constexpr std::string_view kPrefix = "spdx-";
constexpr std::string_view kRuleName = "/rule.textproto";
// Rounds in which wordings that do harm are taken out; after the last one all of them are.
constexpr int kRoundsMax = 8;

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// What a text was read as before anything was added.
struct Before {
  std::string_view body;
  bool all_bare = false;
  std::set<std::string> ids;
  std::map<std::string, int> bare;  // id to the number of its bare matches
};

std::map<std::string, int> BareIds(const classify::Classification& found) {
  std::map<std::string, int> bare;
  for (size_t i = 0; i < found.matches.size(); ++i) {
    if (found.Bare(i)) ++bare[found.matches[i].license_id];
  }
  return bare;
}

struct Wording {
  const ListedText* text;
  std::string license_id;
  std::string name;  // of the token file
  std::string tokens;
  std::string source;
};

class Adder {
 public:
  Adder(std::vector<rulebook::RuleFile> files, std::shared_ptr<const rulebook::Rulebook> rules,
        const std::vector<ListedText>& listed)
      : first_files_(std::move(files)), listed_(listed) {
    result_.rules = std::move(rules);
  }

  absl::StatusOr<FurtherWordings> Add(const std::vector<std::string_view>& kept) {
    for (const std::string_view body : kept) Remember(body);
    std::vector<const ListedText*> open;
    std::vector<std::set<std::string>> named;
    for (const ListedText& text : listed_) {
      const classify::Classification found = result_.rules->classifier().Classify(text.body);
      Remember(text.body, found);
      if (AllBare(found) || provenance::PresentForm({text.id, false, ""}).has_value()) continue;
      open.push_back(&text);
      named.push_back(IdsOf(found));
    }
    FindRules();
    // Those first that are near the licence that they belong to: a text that stands under several ids (GPL-2.0-only,
    // GPL-2.0-or-later) goes to the licence that it was read as before.
    std::vector<Wording> learnt;
    for (size_t i = 0; i < open.size(); ++i) {
      const License* license = result_.rules->LicenseById(open[i]->id);
      if (license == nullptr) license = result_.rules->FindLicense(open[i]->id);
      if (license != nullptr && named[i].count(license->id()) != 0) Learn(*open[i], *license, &learnt);
    }
    WB_RETURN_IF_ERROR(Take(std::move(learnt)));
    learnt.clear();
    for (const ListedText* text : open) {
      const License* license = result_.rules->LicenseById(text->id);
      if (license == nullptr || Tried(*text) || AllBare(result_.rules->classifier().Classify(text->body))) continue;
      Learn(*text, *license, &learnt);
    }
    WB_RETURN_IF_ERROR(Take(std::move(learnt)));
    result_.added = wordings_.size();
    if (wordings_.empty()) result_.files = std::move(first_files_);
    for (const ListedText& text : listed_) {
      const classify::Classification found = result_.rules->classifier().Classify(text.body);
      if (AllBare(found)) continue;
      const std::set<std::string> ids = IdsOf(found);
      result_.unsure.push_back({text.file, ids.empty() ? "nothing" : Joined(ids)});
    }
    return std::move(result_);
  }

 private:
  void Remember(std::string_view body) { Remember(body, result_.rules->classifier().Classify(body)); }

  void Remember(std::string_view body, const classify::Classification& found) {
    Before before = {body, AllBare(found), IdsOf(found), BareIds(found)};
    if (!before.bare.empty()) before_.push_back(std::move(before));
  }

  // Where the rule file of each licence stands.
  void FindRules() {
    for (size_t i = 0; i < first_files_.size(); ++i) {
      const std::string& path = first_files_[i].path;
      if (path.rfind("licenses/", 0) != 0 || path.size() < kRuleName.size() ||
          path.substr(path.size() - kRuleName.size()) != kRuleName) {
        continue;
      }
      License license;
      if (!google::protobuf::TextFormat::ParseFromString(first_files_[i].bytes, &license)) continue;
      const std::string id = license.id();
      rules_of_.emplace(id, std::make_pair(i, std::move(license)));
    }
  }

  bool Tried(const ListedText& text) const { return tried_.count(text.file) != 0; }

  void Learn(const ListedText& text, const License& license, std::vector<Wording>* learnt) {
    const auto rule = rules_of_.find(license.id());
    if (rule == rules_of_.end() || license.kind() == DocumentKind::use_policy) return;
    // A rule that was made from this very text says which part of it is the licence.
    const std::string sha256 = Sha256Hex(text.body);
    for (const auto& known : rule->second.second.provenance().texts()) {
      if (known.sha256() == sha256) return;
    }
    Wording wording;
    wording.text = &text;
    wording.license_id = license.id();
    wording.name = absl::StrFormat("%s%s.tokens", kPrefix, Lower(text.id));
    wording.source = "SPDX list: " + text.file;
    classify::LearnRequest request;
    request.id = license.id();
    request.kind = license.kind() == DocumentKind::addendum ? "exception" : "licence";
    request.source = wording.source;
    request.text = text.body;
    absl::StatusOr<std::string> bytes = classify::Learn(request);
    if (!bytes.ok()) return;  // too short, or with characters that no text of a licence has
    const absl::StatusOr<classify::TokenFile> tokens = classify::ParseTokenFile(*bytes);
    if (!tokens.ok() || !classify::CompileIndex({*tokens}, {}).ok()) return;
    wording.tokens = *std::move(bytes);
    tried_.insert(text.file);
    const auto [twin, is_new] = words_.emplace(classify::WordsDigest(*tokens), license.id());
    if (is_new) {
      learnt->push_back(std::move(wording));
    } else if (twin->second != license.id()) {
      twin->second.clear();  // one text, two licences: it is neither for certain
      const Sha256Digest digest = twin->first;
      learnt->erase(std::remove_if(learnt->begin(), learnt->end(),
                                   [&](const Wording& other) {
                                     const auto parsed = classify::ParseTokenFile(other.tokens);
                                     return parsed.ok() && classify::WordsDigest(*parsed) == digest;
                                   }),
                    learnt->end());
    }
  }

  // Adds `learnt` to what is there, as far as no text is read worse with them.
  absl::Status Take(std::vector<Wording> learnt) {
    if (learnt.empty()) return absl::OkStatus();
    const std::shared_ptr<const rulebook::Rulebook> rules_before = result_.rules;
    std::vector<rulebook::RuleFile> files_before = std::move(result_.files);
    const std::vector<Wording> wordings_before = wordings_;
    for (int round = 0; round < kRoundsMax && !learnt.empty(); ++round) {
      wordings_ = wordings_before;
      wordings_.insert(wordings_.end(), learnt.begin(), learnt.end());
      WB_RETURN_IF_ERROR(Load());
      const std::set<std::string> harmful = Harmful(learnt);
      if (harmful.empty()) return absl::OkStatus();
      const auto out = std::remove_if(learnt.begin(), learnt.end(),
                                      [&](const Wording& wording) { return harmful.count(wording.text->file) != 0; });
      result_.dropped += static_cast<size_t>(learnt.end() - out);
      learnt.erase(out, learnt.end());
    }
    result_.dropped += learnt.size();
    wordings_ = wordings_before;
    result_.rules = rules_before;
    result_.files = std::move(files_before);
    return absl::OkStatus();
  }

  absl::Status Load() {
    std::vector<rulebook::RuleFile> files = first_files_;
    std::map<std::string, License> changed;
    for (const Wording& wording : wordings_) {
      const auto& [index, rule] = rules_of_.at(wording.license_id);
      License& license = changed.emplace(wording.license_id, rule).first->second;
      auto& text = *license.mutable_provenance()->add_texts();
      text.set_sha256(Sha256Hex(wording.text->body));
      text.set_source(wording.source);
      text.set_token_file(wording.name);
      const std::string& path = first_files_[index].path;
      files.push_back({path.substr(0, path.rfind('/') + 1) + wording.name, wording.tokens});
    }
    for (const auto& [id, license] : changed) files[rules_of_.at(id).first].bytes = RuleText(license);
    rulebook::SortRuleFiles(&files);
    std::vector<rulebook::RuleIssue> issues;
    absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> rules = rulebook::Rulebook::FromFiles(files, &issues);
    if (!rules.ok()) {
      return absl::InternalError("the rules with the wordings of the SPDX list do not load:\n" +
                                 rulebook::ToString(issues));
    }
    result_.rules = *std::move(rules);
    result_.files = std::move(files);
    return absl::OkStatus();
  }

  // Files of `learnt` that have to go.
  std::set<std::string> Harmful(const std::vector<Wording>& learnt) const {
    std::set<std::string> harmful;
    const classify::Classifier& classifier = result_.rules->classifier();
    for (const Wording& wording : learnt) {
      const classify::Classification found = classifier.Classify(wording.text->body);
      if (!AllBare(found) || IdsOf(found) != std::set<std::string>{wording.license_id}) {
        harmful.insert(wording.text->file);
      }
    }
    const auto blame = [&](const std::set<std::string>& ids) {
      bool blamed = false;
      for (const Wording& wording : learnt) {
        if (ids.count(wording.license_id) == 0) continue;
        harmful.insert(wording.text->file);
        blamed = true;
      }
      return blamed;
    };
    for (const Before& before : before_) {
      const classify::Classification found = classifier.Classify(before.body);
      const std::set<std::string> ids = IdsOf(found);
      if (before.all_bare ? AllBare(found) && ids == before.ids : Holds(BareIds(found), before.bare)) continue;
      std::set<std::string> others;
      std::set_difference(ids.begin(), ids.end(), before.ids.begin(), before.ids.end(),
                          std::inserter(others, others.begin()));
      if (blame(others) || blame(ids)) continue;
      for (const Wording& wording : learnt) harmful.insert(wording.text->file);  // nobody knows which
    }
    return harmful;
  }

  static bool Holds(const std::map<std::string, int>& now, const std::map<std::string, int>& before) {
    return std::all_of(before.begin(), before.end(), [&](const auto& id_and_count) {
      const auto found = now.find(id_and_count.first);
      return found != now.end() && found->second >= id_and_count.second;
    });
  }

  std::vector<rulebook::RuleFile> first_files_;
  const std::vector<ListedText>& listed_;
  std::vector<Before> before_;
  std::map<std::string, std::pair<size_t, License>> rules_of_;  // id to place among the files and rule
  std::map<Sha256Digest, std::string> words_;                   // digest of learnt words to licence id
  std::set<std::string> tried_;                                 // files
  std::vector<Wording> wordings_;
  FurtherWordings result_;
};

}  // namespace

absl::StatusOr<FurtherWordings> AddFurtherWordings(std::vector<rulebook::RuleFile> files,
                                                   std::shared_ptr<const rulebook::Rulebook> rules,
                                                   const std::vector<std::string_view>& kept,
                                                   const std::vector<ListedText>& listed) {
  return Adder(std::move(files), std::move(rules), listed).Add(kept);
}

bool IsFurtherWording(std::string_view token_file) { return token_file.substr(0, kPrefix.size()) == kPrefix; }

bool AllBare(const classify::Classification& found) {
  if (found.matches.empty()) return false;
  for (size_t i = 0; i < found.matches.size(); ++i) {
    if (!found.Bare(i)) return false;
  }
  return std::none_of(found.residue.begin(), found.residue.end(), [](const auto& residue) { return residue.blocks; });
}

std::set<std::string> IdsOf(const classify::Classification& found) {
  std::set<std::string> ids;
  for (const classify::TextMatch& match : found.matches) {
    ids.insert(match.license_id);
    ids.insert(match.also.begin(), match.also.end());
  }
  return ids;
}

std::string Joined(const std::set<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string RuleText(const rules::v1::License& license) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(license, &text);
  return kHeader + text;
}

}  // namespace weighbridge::auditor
