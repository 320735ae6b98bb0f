#include "services/classify/spelling.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "services/classify/word_hash.h"

namespace weighbridge::classify {
namespace {

struct Spelling {
  std::string_view from, to;
};

// Sorted by `from`. Singular, plural and inflected forms are spelt out: a rule for endings would also join words that differ.
constexpr Spelling kSpellings[] = {
    {"acknowledgement", "acknowledgment"},
    {"acknowledgements", "acknowledgments"},
    {"analogue", "analog"},
    {"analyse", "analyze"},
    {"artefact", "artifact"},
    {"artefacts", "artifacts"},
    {"authorisation", "authorization"},
    {"authorisations", "authorizations"},
    {"authorise", "authorize"},
    {"authorised", "authorized"},
    {"calibre", "caliber"},
    {"cancelled", "canceled"},
    {"capitalisations", "capitalizations"},
    {"catalogue", "catalog"},
    {"categorise", "categorize"},
    {"centre", "center"},
    {"colour", "color"},
    {"customisation", "customization"},
    {"emphasised", "emphasized"},
    {"favour", "favor"},
    {"favourite", "favorite"},
    {"fulfil", "fulfill"},
    {"fulfilment", "fulfillment"},
    {"initialise", "initialize"},
    {"judgement", "judgment"},
    {"labelling", "labeling"},
    {"labour", "labor"},
    {"licence", "license"},
    {"licenced", "licensed"},
    {"licencee", "licensee"},
    {"licencees", "licensees"},
    {"licences", "licenses"},
    {"licencing", "licensing"},
    {"maximise", "maximize"},
    {"modelled", "modeled"},
    {"modelling", "modeling"},
    {"normalise", "normalize"},
    {"offence", "offense"},
    {"offences", "offenses"},
    {"optimise", "optimize"},
    {"organisation", "organization"},
    {"organisations", "organizations"},
    {"practise", "practice"},
    {"programme", "program"},
    {"realise", "realize"},
    {"recognise", "recognize"},
    {"recognised", "recognized"},
    {"signalling", "signaling"},
    {"sublicence", "sublicense"},
    {"unauthorised", "unauthorized"},
    {"utilisation", "utilization"},
    {"utilise", "utilize"},
    {"whilst", "while"},
    {"wilful", "willful"},
    {"wilfull", "willful"},
};

constexpr uint32_t kFilterBits = 4096;

constexpr std::array<uint64_t, kFilterBits / 64> MakeFilter() {
  std::array<uint64_t, kFilterBits / 64> bits{};
  for (const Spelling& entry : kSpellings) {
    const uint32_t bit = HashOf(entry.from) % kFilterBits;
    bits[bit / 64] |= uint64_t{1} << (bit % 64);
  }
  return bits;
}

constexpr std::array<uint64_t, kFilterBits / 64> kFilter = MakeFilter();

}  // namespace

bool MayHaveOtherSpelling(uint32_t hash) {
  const uint32_t bit = hash % kFilterBits;
  return (kFilter[bit / 64] >> (bit % 64) & 1) != 0;
}

std::string_view OtherSpelling(std::string_view word) {
  const Spelling* found = std::lower_bound(std::begin(kSpellings), std::end(kSpellings), word,
                                           [](const Spelling& entry, std::string_view w) { return entry.from < w; });
  return found != std::end(kSpellings) && found->from == word ? found->to : std::string_view();
}

}  // namespace weighbridge::classify
