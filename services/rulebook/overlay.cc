#include "services/rulebook/overlay.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/classify/shingle.h"
#include "services/classify/token_file.h"
#include "services/crypto/sha256.h"
#include "services/rulebook/license_index.h"
#include "services/rulebook/names.h"
#include "services/rulebook/parse.h"

namespace weighbridge::rulebook {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using rules::v1::Family;
using rules::v1::FamilyMember;
using rules::v1::License;
using rules::v1::Overlay;
using rules::v1::Redefinition;

// Differences named of one file; the rest is counted.
constexpr size_t kDifferencesNamed = 12;

std::string TextOf(const Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(message, &text);
  return text;
}

// What tells the entries of a list apart: "mau" of a test, "commercial_use" of a permission, else all of it.
std::string KeyOf(const Message& entry) {
  for (const char* name : {"id", "short_id", "topic", "cause"}) {
    const FieldDescriptor* field = entry.GetDescriptor()->FindFieldByName(name);
    if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      return entry.GetReflection()->GetString(entry, field);
    }
  }
  const FieldDescriptor* right = entry.GetDescriptor()->FindFieldByName("right");
  return right != nullptr ? entry.GetReflection()->GetEnum(entry, right)->name() : TextOf(entry);
}

struct Differences {
  std::vector<std::string> gone, changed, added;

  std::string Words() const {
    std::string words;
    const std::pair<const char*, const std::vector<std::string>*> kinds[] = {
        {"takes away", &gone}, {"changes", &changed}, {"adds", &added}};
    for (const auto& [what, list] : kinds) {
      if (list->empty()) continue;
      words += absl::StrFormat("%s%s ", words.empty() ? "" : "; ", what);
      for (size_t i = 0; i < std::min(list->size(), kDifferencesNamed); ++i) words += (i > 0 ? ", " : "") + (*list)[i];
      if (list->size() > kDifferencesNamed) words += absl::StrFormat(" and %d more", list->size() - kDifferencesNamed);
    }
    return words;
  }
};

void CompareLists(const Message& ours, const Message& theirs, const FieldDescriptor* field, Differences* out) {
  const auto entries = [field](const Message& of) {
    std::map<std::string, std::string> list;
    for (int i = 0; i < of.GetReflection()->FieldSize(of, field); ++i) {
      const Message& entry = of.GetReflection()->GetRepeatedMessage(of, field, i);
      std::string& text = list[KeyOf(entry)];
      text += TextOf(entry) + "\n";
    }
    return list;
  };
  const auto before = entries(ours), after = entries(theirs);
  const auto named = [field](const std::string& key) {
    // A whole entry is no name.
    return key.size() > 60 ? field->name() : field->name() + " " + key;
  };
  for (const auto& [key, text] : before) {
    const auto found = after.find(key);
    if (found == after.end())
      out->gone.push_back(named(key));
    else if (found->second != text)
      out->changed.push_back(named(key));
  }
  for (const auto& [key, text] : after) {
    if (before.count(key) == 0) out->added.push_back(named(key));
  }
}

// What is different, field by field.
std::string DifferencesOf(const Message& ours, const Message& theirs) {
  Differences out;
  const auto* descriptor = ours.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      CompareLists(ours, theirs, field, &out);
      continue;
    }
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM && !field->is_repeated()) {
      const auto* before = ours.GetReflection()->GetEnum(ours, field);
      const auto* after = theirs.GetReflection()->GetEnum(theirs, field);
      if (before != after) {
        out.changed.push_back(absl::StrFormat("%s from %s to %s", field->name(), before->name(), after->name()));
      }
      continue;
    }
    MessageDifferencer differencer;
    if (!differencer.CompareWithFields(ours, theirs, {field}, {field})) out.changed.push_back(field->name());
  }
  return out.Words();
}

// The first line of `theirs` that is not that of `ours`, from 1; the last one if theirs only ends earlier.
uint32_t FirstOtherLine(std::string_view ours, std::string_view theirs) {
  uint32_t line = 1;
  while (true) {
    const size_t our_end = ours.find('\n'), their_end = theirs.find('\n');
    if (ours.substr(0, our_end) != theirs.substr(0, their_end)) return line;
    if (our_end == std::string_view::npos || their_end == std::string_view::npos) return line;
    ours.remove_prefix(our_end + 1);
    theirs.remove_prefix(their_end + 1);
    if (theirs.empty()) return line;
    ++line;
  }
}

template <typename Message>
const Parsed<Message>* AtPath(const std::vector<Parsed<Message>>& list, std::string_view path) {
  for (const auto& parsed : list) {
    if (parsed.path == path) return &parsed;
  }
  return nullptr;
}

template <typename Message>
uint32_t LineOf(const Parsed<Message>& parsed, const char* field, int index) {
  const FieldDescriptor* descriptor = Message::descriptor()->FindFieldByName(field);
  for (int i = index; descriptor != nullptr && i >= 0; --i) {  // a list in brackets has one place for all of it
    const auto place = parsed.places->GetLocation(descriptor, i);
    if (place.line >= 0) return static_cast<uint32_t>(place.line) + 1;
  }
  return 1;
}

// True if some name fits both globs.
bool GlobsMeet(std::string_view a, std::string_view b) {
  // meets[j]: the rest of `a` from i on and the rest of `b` from j on have a name in common.
  std::vector<char> next(b.size() + 1), meets(b.size() + 1);
  for (size_t i = a.size() + 1; i-- > 0;) {
    for (size_t j = b.size() + 1; j-- > 0;) {
      const bool a_ends = i == a.size(), b_ends = j == b.size();
      bool meet = a_ends && b_ends;
      if (!a_ends && a[i] == '*') meet = meet || next[j] || (!b_ends && meets[j + 1]);
      if (!b_ends && b[j] == '*') meet = meet || meets[j + 1] || (!a_ends && next[j]);
      if (!a_ends && !b_ends && a[i] == b[j]) meet = meet || next[j + 1];
      meets[j] = meet;
    }
    std::swap(next, meets);
  }
  return next[0];
}

// A shorter text is no wording of its own: it stands in many licences.
constexpr size_t kLeastWords = 30;

// A wording that is compared with others.
struct Wording {
  std::string digest;                   // of its words; empty for a file that does not parse
  std::vector<uint64_t> all, required;  // shingles of all of it, and of what no text of it can lack; sorted, each once
  size_t required_words = 0;
};

std::vector<uint64_t> ShinglesOf(const std::vector<uint32_t>& words) {
  std::vector<classify::Shingle> found;
  classify::FindShingles(words, &found);
  std::vector<uint64_t> shingles;
  for (const auto& shingle : found) shingles.push_back(shingle.fingerprint);
  std::sort(shingles.begin(), shingles.end());
  shingles.erase(std::unique(shingles.begin(), shingles.end()), shingles.end());
  return shingles;
}

Wording WordingOf(std::string_view bytes) {
  const auto tokens = classify::ParseTokenFile(bytes);
  if (!tokens.ok()) return {};
  std::vector<uint32_t> all, required;
  for (const auto& token : tokens->words) all.push_back(token.hash);
  for (const auto& segment : tokens->segments) {
    if (segment.kind != classify::Segment::Kind::kFixed || segment.group != 0) continue;
    required.insert(required.end(), all.begin() + segment.begin, all.begin() + segment.end);
  }
  if (required.size() < kLeastWords) required = all;
  return {ToHex(classify::WordsDigest(*tokens)), ShinglesOf(all), ShinglesOf(required), required.size()};
}

// The share of a text that makes it ours. A disclaimer is nearly two thirds of the shortest licences and stands in new
// ones by right, so those must be there nearly whole.
constexpr size_t kShortWords = 300;
constexpr double kShareOfShort = 0.8, kShareOfLong = 0.6;
// What a best match does not leave this far behind is named with it, this many by name.
constexpr double kShareMargin = 0.05;
constexpr size_t kWordingsNamed = 8;

// How much of what `part` cannot lack stands in `whole`; 0 if that makes it no part.
double ShareIn(const Wording& part, const Wording& whole) {
  if (part.required_words < kLeastWords || part.required.empty()) return 0;
  size_t shared = 0;
  auto at = whole.all.begin();
  for (const uint64_t shingle : part.required) {
    while (at != whole.all.end() && *at < shingle) ++at;
    if (at != whole.all.end() && *at == shingle) ++shared;
  }
  const double share = static_cast<double>(shared) / static_cast<double>(part.required.size());
  return share >= (part.required_words < kShortWords ? kShareOfShort : kShareOfLong) ? share : 0;
}

class Finder {
 public:
  Finder(const std::vector<RuleFile>& base, const std::vector<RuleFile>& overlay) {
    std::vector<RuleIssue> issues;  // of rules that do not load; said by who loads them
    ours_ = Parse(base, &issues);
    theirs_ = Parse(overlay, &issues);
    for (const RuleFile& file : base) our_bytes_[file.path] = file.bytes;
    for (const RuleFile& file : overlay) their_bytes_[file.path] = file.bytes;
    // Rules that were layered before keep what is known of them.
    out_ = ours_.overlay.message;
    for (const auto& license : ours_.licenses) {
      *compiled_.add_licenses() = license.message;
      our_ids_[std::string(LicenseFolder(license.path))] = license.message.id();
    }
    // Our families as they are once the rules are laid over: a row that was replaced stands in nobody's way.
    for (const auto& family : ours_.families) {
      if (their_bytes_.count(family.path) == 0) our_families_.push_back(&family);
    }
  }

  Overlay Find() {
    const LicenseIndex index(compiled_);
    for (const auto& license : theirs_.licenses) LookAtLicense(license, index);
    for (const auto& [path, bytes] : theirs_.token_files) LookAtWording(path, bytes);
    for (const auto& family : theirs_.families) LookAtFamily(family);
    LookAtList(ours_.fields, theirs_.fields);
    LookAtList(ours_.countries, theirs_.countries);
    LookAtList(ours_.triggers, theirs_.triggers);
    std::sort(out_.mutable_redefinition()->begin(), out_.mutable_redefinition()->end(),
              [](const Redefinition& a, const Redefinition& b) {
                return std::make_pair(a.path(), a.line()) < std::make_pair(b.path(), b.line());
              });
    return std::move(out_);
  }

 private:
  Redefinition& Add(const std::string& path, uint32_t line, std::string difference) {
    Redefinition& added = *out_.add_redefinition();
    added.set_path(path);
    added.set_line(line);
    added.set_difference(std::move(difference));
    if (const auto ours = our_bytes_.find(path); ours != our_bytes_.end())
      added.set_ours_sha256(Sha256Hex(ours->second));
    return added;
  }

  // Another file in the place of ours; nothing if it says the same.
  template <typename Message>
  Redefinition* Replaced(const Parsed<Message>& ours, const Parsed<Message>& theirs) {
    if (MessageDifferencer::Equals(ours.message, theirs.message)) return nullptr;
    return &Add(theirs.path, FirstOtherLine(our_bytes_[theirs.path], their_bytes_[theirs.path]),
                DifferencesOf(ours.message, theirs.message));
  }

  void LookAtLicense(const Parsed<License>& theirs, const LicenseIndex& index) {
    if (const Parsed<License>* ours = AtPath(ours_.licenses, theirs.path)) {
      if (Redefinition* redefined = Replaced(*ours, theirs)) {
        redefined->add_license_ids(ours->message.id());
        if (theirs.message.id() != ours->message.id()) redefined->add_license_ids(theirs.message.id());
      }
      return;
    }
    const License& license = theirs.message;
    if (license.kind() == rules::v1::DocumentKind::use_policy) return;  // names no licence
    const auto taken = [&](const char* field, int i, std::string_view what, const std::string& name,
                           const std::vector<const License*>& owners) {
      if (owners.empty()) return;
      std::string names;
      for (const License* owner : owners) names += (names.empty() ? "" : ", ") + owner->short_id();
      Redefinition& added =
          Add(theirs.path, LineOf(theirs, field, i),
              absl::StrFormat("the %s \"%s\" of %s stands for %s too", what, name, names, license.short_id()));
      for (const License* owner : owners) added.add_license_ids(owner->id());
      added.add_license_ids(license.id());
    };
    for (int i = 0; i < license.hub_tags_size(); ++i) {
      taken("hub_tags", i, "hub tag", license.hub_tags(i), index.ByHubTag(license.hub_tags(i)));
    }
    for (int i = 0; i < license.license_names_size(); ++i) {
      taken("license_names", i, "license name", license.license_names(i), index.ByName(license.license_names(i)));
    }
    for (int i = 0; i < license.links_size(); ++i) {
      taken("links", i, "address", license.links(i), index.ByLink(license.links(i)));
    }
  }

  void LookAtWording(const std::string& path, std::string_view bytes) {
    const auto ours = ours_.token_files.find(path);
    const std::string folder(LicenseFolder(path));
    if (ours != ours_.token_files.end() && ours->second == bytes) return;
    if (const auto id = our_ids_.find(folder); id != our_ids_.end()) {
      Add(path, 0, ours != ours_.token_files.end() ? "another wording in the place of ours" : "a further wording")
          .add_license_ids(id->second);
      return;
    }
    // A wording of ours that is the user's licence too: which of them a text is would be for the order of files to say.
    const Wording wording = WordingOf(bytes);
    if (wording.digest.empty()) return;
    if (our_wordings_.empty()) {
      for (const auto& [our_path, our_bytes] : ours_.token_files) {
        our_wordings_.emplace_back(LicenseFolder(our_path), WordingOf(our_bytes));
      }
    }
    const auto add = [&](std::string difference, const std::vector<std::string>& owners) {
      Redefinition& added = Add(path, 0, std::move(difference));
      for (const std::string& owner : owners) added.add_license_ids(our_ids_[owner]);
      for (const auto& license : theirs_.licenses) {
        if (LicenseFolder(license.path) == folder) added.add_license_ids(license.message.id());
      }
    };
    for (const auto& [owner, our_wording] : our_wordings_) {
      if (our_wording.digest == wording.digest) return add(absl::StrFormat("has the wording of %s", owner), {owner});
    }
    // The same with words added, left out or changed.
    std::map<std::string, double> shares;
    double best = 0;
    for (const auto& [owner, our_wording] : our_wordings_) {
      const double share = std::max(ShareIn(our_wording, wording), ShareIn(wording, our_wording));
      if (share == 0) continue;
      shares[owner] = std::max(shares[owner], share);
      best = std::max(best, share);
    }
    std::vector<std::string> owners;
    for (const auto& [owner, share] : shares) {
      if (share >= best - kShareMargin) owners.push_back(owner);
    }
    if (owners.empty()) return;
    std::stable_sort(owners.begin(), owners.end(),
                     [&](const std::string& a, const std::string& b) { return shares[a] > shares[b]; });
    std::string names;
    for (size_t i = 0; i < std::min(owners.size(), kWordingsNamed); ++i) names += (i > 0 ? ", " : "") + owners[i];
    if (owners.size() > kWordingsNamed) names += absl::StrFormat(" and %d more", owners.size() - kWordingsNamed);
    add(absl::StrFormat("holds the wording of %s", names), owners);
  }

  void LookAtFamily(const Parsed<Family>& theirs) {
    if (const Parsed<Family>* ours = AtPath(ours_.families, theirs.path)) {
      Replaced(*ours, theirs);
      return;
    }
    for (int m = 0; m < theirs.message.members_size(); ++m) {
      const std::string difference = StandsBefore(theirs, theirs.message.members(m));
      if (!difference.empty()) Add(theirs.path, LineOf(theirs, "members", m), difference);
    }
  }

  // What a row of the user's hides of our families; empty for nothing.
  std::string StandsBefore(const Parsed<Family>& theirs, const FamilyMember& row) const {
    const auto own_word = [](const Family& family, const std::string& word) {
      return std::find(family.shared_architectures().begin(), family.shared_architectures().end(), word) ==
             family.shared_architectures().end();
    };
    for (const Parsed<Family>* family : our_families_) {
      for (const FamilyMember& ours : family->message.members()) {
        for (const std::string& organization : row.organizations()) {
          // The first row that fits counts, in the order of the files.
          if (family->path < theirs.path || std::find(ours.organizations().begin(), ours.organizations().end(),
                                                      organization) == ours.organizations().end()) {
            continue;
          }
          for (const std::string& name : row.names()) {
            for (const std::string& our_name : ours.names()) {
              if (GlobsMeet(name, our_name)) {
                return absl::StrFormat("%s/%s stands before %s/%s of family %s", organization, name, organization,
                                       our_name, family->message.id());
              }
            }
          }
        }
        // An architecture that two families have points at neither.
        for (const auto& [words, our_words] : {std::make_pair(&row.model_types(), &ours.model_types()),
                                               std::make_pair(&row.architectures(), &ours.architectures()),
                                               std::make_pair(&row.gguf_architectures(), &ours.gguf_architectures())}) {
          for (const std::string& word : *words) {
            if (std::find(our_words->begin(), our_words->end(), word) != our_words->end() &&
                own_word(theirs.message, word) && own_word(family->message, word)) {
              return absl::StrFormat("the architecture %s no longer points at family %s", word, family->message.id());
            }
          }
        }
      }
    }
    return "";
  }

  template <typename Message>
  void LookAtList(const Parsed<Message>& ours, const Parsed<Message>& theirs) {
    if (!theirs.path.empty() && !ours.path.empty()) Replaced(ours, theirs);
  }

  ParsedRules ours_, theirs_;
  rules::v1::Compiled compiled_;
  std::map<std::string, std::string_view> our_bytes_, their_bytes_;
  std::map<std::string, std::string> our_ids_;                 // folder to id
  std::vector<std::pair<std::string, Wording>> our_wordings_;  // by folder; made when first asked for
  std::vector<const Parsed<Family>*> our_families_;
  Overlay out_;
};

}  // namespace

Overlay FindRedefinitions(const std::vector<RuleFile>& base, const std::vector<RuleFile>& overlay) {
  return Finder(base, overlay).Find();
}

RuleFile OverlayFile(const Overlay& overlay) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(overlay, &text);
  return {std::string(kOverlayPath),
          "# proto-file: proto/weighbridge/rules/v1/rulebook.proto\n"
          "# proto-message: weighbridge.rules.v1.Overlay\n"
          "# Written while layering: where rules laid over ours change what ours say.\n" +
              text};
}

std::string PlaceOf(const Redefinition& redefinition) {
  const std::string path = "rules/" + redefinition.path();
  return redefinition.line() == 0 ? path : absl::StrFormat("%s:%d", path, redefinition.line());
}

}  // namespace weighbridge::rulebook
