#include "services/classify/vocabulary.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "services/classify/word_hash.h"

namespace weighbridge::classify {
namespace {

struct Group {
  EditClass cls;
  const char* words;  // separated by blanks
};

constexpr Group kCritical[] = {
    {EditClass::kPolarity,
     "no not non none neither nor never without except excepting exception exceptions excluding exclude excludes excluded "
     "exclusive exclusively nonexclusive unless notwithstanding otherwise cannot can't don't won't isn't prohibited prohibits "
     "prohibit prohibition forbidden forbid forbids deny denied refuse void null revoke revoked revocable irrevocable "
     "terminate terminates terminated terminable disclaim disclaims unlawful unauthorized invalid ineligible contrary "
     "barred ban banned disallow disallowed cease refrain instead despite but lest hardly nobody nothing nowhere less "
     "nontransferable transferable sublicensable nonsublicensable"},
    {EditClass::kModality,
     "may must shall will should would can could might need needs required require requires requirement requirements "
     "obligated obliged obligation entitled permitted permit permits allow allowed allows agree agrees agreed consent "
     "subject provided grant grants granted hereby warrant warrants waive waives waived if when upon until only solely "
     "merely optional mandatory prior"},
    {EditClass::kQuantity,
     "zero one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty ninety "
     "hundred thousand million billion percent half dozen usd eur gbp cny rmb dollar dollars euro euros yuan fee fees paid "
     "pay payment payments royalty royalties revenue revenues charge price cost more less fewer least most greater lesser "
     "exceed exceeds exceeding above below over under minimum maximum limit limits limited unlimited first second third "
     "once twice double day days week weeks month months monthly year years annual annually daily quarter"},
    {EditClass::kScope,
     "all any every each both either and or other others own commercial commercially noncommercial nonproduction production "
     "business profit nonprofit internal internally external personal research academic educational evaluation scientific "
     "military weapons surveillance government individual individuals person persons entity entities organization "
     "organizations company companies employees affiliate affiliates third party parties user users customer customers "
     "public publicly private privately worldwide territory country countries state states union european eu eea uk china "
     "chinese usa us america american california germany korea japan russia iran outside inside within except everywhere "
     "use uses used using copy copies modify modifies modifying modification modifications merge publish distribute "
     "distributes distribution redistribute redistribution sublicense sublicenses sell selling sale sold derivative "
     "derivatives output outputs train training improve host hosted hosting service services product products software "
     "model models weights source object code patent patents trademark trademarks copyleft free open proprietary "
     "attribution notice notices display prominently name names include includes included including retain remove delete "
     "perpetual temporary exclusive royalty assign assignment transfer transferable sublicensing liable liability "
     "indemnify indemnity damages warranty warranties law laws jurisdiction court courts arbitration license licenses "
     "licensed licensee licensor permission permissions right rights terms condition conditions restriction restrictions"},
    {EditClass::kDate,
     "january february march april june july august september october november december jan feb mar apr jun jul aug sep "
     "sept oct nov dec"},
};

constexpr char kTerms[] =
    "license licenses licensed licensing agreement permission permissions use uses used usage using user users commercial "
    "term terms condition conditions policy restriction restrictions restricted modified amended additional supplemental "
    "addendum rider exception custom comply compliance right distribute redistribute copy copies modify sell revenue "
    "pays payer eula tos startup startups industry academia gratis seat seats customers noncommercial "
    "contact request written authorization acceptable approve approval purchase buy subscription trial";

// May stand in a heading although it is a word of terms or critical by the lists above.
constexpr char kHeading[] =
    "license licenses agreement permission term terms condition conditions policy use usage acceptable copyright original copy "
    "notice notices open source software model models code all rights reserved public free the of and or for weights "
    "third party name version";

constexpr char kNotice[] =
    "and & of the by in at for a an de la le les du des del della da do dos van von der den et al e y und authors author "
    "contributors contributor team teams project projects community present inc ltd llc llp gmbh ag sa co corp corporation "
    "company foundation university institute laboratory laboratories labs lab group research developers maintainers its "
    "their holder holders c";

constexpr char kAbbreviations[] =
    "inc ltd llc llp co corp gmbh ag sa bv nv pty plc kk oy ab as srl spa jr sr dr prof st mr ms mrs dept univ no vol al";

constexpr char kHarmless[] =
    "the a an of in on at to and for by as is this that here there below above following follows file files text full begin "
    "begins end ends start page see section appendix line lines version updated created generated from with it its doctype html du mod\u00E8le modelo modell modello";

struct Table {
  std::vector<std::pair<uint32_t, EditClass>> critical;  // by hash
  std::vector<uint32_t> terms;
  std::vector<uint32_t> unfit;
  std::vector<uint32_t> heading, notice, abbreviations, harmless;  // sorted
};

template <typename Visit>
void ForEachWord(std::string_view words, Visit visit) {
  for (size_t begin = 0; begin < words.size();) {
    const size_t end = std::min(words.find(' ', begin), words.size());
    if (end > begin) visit(HashOf(words.substr(begin, end - begin)));
    begin = end + 1;
  }
}

const Table& Tables() {
  static const Table* table = [] {
    auto* made = new Table;
    std::vector<uint32_t> heading;
    ForEachWord(kHeading, [&](uint32_t hash) { heading.push_back(hash); });
    const auto in_heading = [&](uint32_t hash) {
      return std::find(heading.begin(), heading.end(), hash) != heading.end();
    };
    // Names of companies hold these; the sentence that misuses one holds another word too.
    std::vector<uint32_t> names;
    ForEachWord("all and or rights the of us usa eu uk union state states china america american california germany korea "
                "japan public research software open free model models company product products services service european "
                "government individual other others own first one two three",
                [&](uint32_t hash) { names.push_back(hash); });
    for (const Group& group : kCritical) {
      ForEachWord(group.words, [&](uint32_t hash) {
        made->critical.push_back({hash, group.cls});
        if (group.cls == EditClass::kDate) return;
        if (std::find(names.begin(), names.end(), hash) == names.end()) made->terms.push_back(hash);
        if (!in_heading(hash)) made->unfit.push_back(hash);
      });
    }
    ForEachWord(kTerms, [&](uint32_t hash) {
      made->terms.push_back(hash);
      if (!in_heading(hash)) made->unfit.push_back(hash);
    });
    std::stable_sort(made->critical.begin(), made->critical.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::sort(made->terms.begin(), made->terms.end());
    std::sort(made->unfit.begin(), made->unfit.end());
    const auto fill = [](const char* words, std::vector<uint32_t>* hashes) {
      ForEachWord(words, [&](uint32_t hash) { hashes->push_back(hash); });
      std::sort(hashes->begin(), hashes->end());
    };
    fill(kHeading, &made->heading);
    fill(kNotice, &made->notice);
    fill(kAbbreviations, &made->abbreviations);
    fill(kHarmless, &made->harmless);
    return made;
  }();
  return *table;
}

}  // namespace

std::optional<EditClass> CriticalWord(uint32_t hash) {
  const auto& critical = Tables().critical;
  const auto found = std::lower_bound(critical.begin(), critical.end(), hash,
                                      [](const auto& entry, uint32_t value) { return entry.first < value; });
  if (found == critical.end() || found->first != hash) return std::nullopt;
  return found->second;
}

bool SpeaksOfTerms(uint32_t hash) {
  const auto& terms = Tables().terms;
  return std::binary_search(terms.begin(), terms.end(), hash);
}

bool UnfitForHeading(uint32_t hash) {
  const auto& unfit = Tables().unfit;
  return std::binary_search(unfit.begin(), unfit.end(), hash);
}

bool IsHeadingWord(uint32_t hash) { return std::binary_search(Tables().heading.begin(), Tables().heading.end(), hash); }

bool IsNoticeWord(uint32_t hash) { return std::binary_search(Tables().notice.begin(), Tables().notice.end(), hash); }

bool IsAbbreviation(uint32_t hash) {
  return std::binary_search(Tables().abbreviations.begin(), Tables().abbreviations.end(), hash);
}

bool IsHarmlessWord(uint32_t hash) {
  return std::binary_search(Tables().harmless.begin(), Tables().harmless.end(), hash);
}

}  // namespace weighbridge::classify
