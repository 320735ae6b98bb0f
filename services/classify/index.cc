#include "services/classify/index.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/classify/index_view.h"
#include "services/classify/phrase_set.h"
#include "services/classify/shingle.h"
#include "services/classify/tokenize.h"
#include "services/classify/word_hash.h"

namespace weighbridge::classify {
namespace {

// Words of titles that tell no licence from another.
constexpr const char* kCommonTitleWords[] = {"license",    "agreement", "policy",  "terms",    "use",  "acceptable",
                                             "prohibited", "community", "public",  "the",      "of",   "and",
                                             "for",        "general",   "version", "research", "open", "source",
                                             "software",   "model",     "code",    "new",      "free", "noncommercial",
                                             "commercial", "v",         "a",       "du",       "de"};

class Writer {
 public:
  Writer() : bytes_(sizeof(IndexHeader), '\0') {}

  template <typename Record>
  IndexHeader::Table Put(const std::vector<Record>& records) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8, '\0');
    const IndexHeader::Table table = {bytes_.size(), records.size()};
    if (!records.empty()) {
      bytes_.append(reinterpret_cast<const char*>(records.data()), records.size() * sizeof(Record));
    }
    return table;
  }

  std::string Finish(IndexHeader header) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8, '\0');
    std::memcpy(header.magic, kIndexMagic, sizeof(kIndexMagic));
    header.format_version = kIndexFormatVersion;
    header.normaliser_version = kNormaliserVersion;
    header.total_bytes = bytes_.size();
    std::memcpy(&bytes_[0], &header, sizeof(header));
    header.checksum = IndexChecksum(bytes_);
    std::memcpy(&bytes_[0], &header, sizeof(header));
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
};

IndexString Intern(std::string_view value, std::vector<char>* pool) {
  const IndexString string = {static_cast<uint32_t>(pool->size()), static_cast<uint32_t>(value.size())};
  pool->insert(pool->end(), value.begin(), value.end());
  return string;
}

}  // namespace

absl::StatusOr<std::string> CompileIndex(const std::vector<TokenFile>& files,
                                         const std::vector<TriggerPhrase>& phrases) {
  std::vector<char> pool;
  std::vector<IndexText> texts;
  std::vector<uint32_t> words;
  std::vector<uint8_t> classes;
  std::vector<IndexMarker> markers;
  std::vector<IndexSegment> segments;
  std::set<uint32_t> titles;
  std::vector<uint32_t> shingle_counts;
  struct Places {
    std::vector<uint16_t> texts;
    std::vector<uint32_t> positions;
  };
  std::vector<Shingle> found;  // of one text
  std::vector<IndexShingle> shingles;
  std::vector<Places> places;  // of each
  absl::flat_hash_map<uint64_t, uint32_t> numbers;
  std::set<std::pair<std::string, std::string>> names;

  if (files.size() > kMaxIndexTexts) {
    return absl::InvalidArgumentError(absl::StrFormat("%d texts, more than %d", files.size(), kMaxIndexTexts));
  }
  std::set<uint32_t> common;
  for (const char* word : kCommonTitleWords) common.insert(HashOf(word));

  for (const TokenFile& file : files) {
    if (!names.insert({file.id, file.name}).second) {
      return absl::InvalidArgumentError(absl::StrFormat("two token files are %s %s", file.id, file.name));
    }
    IndexText text{};
    text.id = Intern(file.id, &pool);
    text.name = Intern(file.name, &pool);
    text.kind = Intern(file.kind, &pool);
    text.word_begin = static_cast<uint32_t>(words.size());
    text.word_count = static_cast<uint32_t>(file.words.size());
    text.marker_begin = static_cast<uint32_t>(markers.size());
    text.marker_count = static_cast<uint32_t>(file.markers.size());
    text.segment_begin = static_cast<uint32_t>(segments.size());
    text.segment_count = static_cast<uint32_t>(file.segments.size());
    for (const TokenFile::Token& token : file.words) {
      words.push_back(token.hash);
      classes.push_back(static_cast<uint8_t>(token.cls));
    }
    for (const TokenFile::Marker& marker : file.markers) markers.push_back({marker.before_word, marker.hash});
    for (const Segment& from : file.segments) {
      IndexSegment segment{};
      segment.begin = from.begin;
      segment.end = from.end;
      segment.group = from.group;
      segment.max_words = from.max_words;
      segment.kind = static_cast<uint32_t>(from.kind);
      std::copy(from.digest.begin(), from.digest.end(), segment.digest);
      segments.push_back(segment);
      if (from.group == kTitleGroup) {
        for (uint32_t i = from.begin; i < from.end; ++i) {
          if (common.count(file.words[i].hash) == 0) titles.insert(file.words[i].hash);
        }
      }
      if (from.kind == Segment::Kind::kFixed && from.group == 0) text.required_words += from.end - from.begin;
    }
    const uint32_t number = static_cast<uint32_t>(texts.size());
    FindShingles(absl::MakeConstSpan(words).subspan(text.word_begin, text.word_count), &found);
    for (const Shingle& shingle : found) {
      const auto [at, is_new] = numbers.insert({shingle.fingerprint, static_cast<uint32_t>(shingles.size())});
      if (is_new) {
        shingles.push_back({shingle.fingerprint, 0, 0});
        places.emplace_back();
      }
      places[at->second].texts.push_back(static_cast<uint16_t>(number));
      places[at->second].positions.push_back(shingle.position);
    }
    if (found.empty() || text.required_words == 0) {
      return absl::InvalidArgumentError(absl::StrFormat("%s %s is too short to be found", file.id, file.name));
    }
    shingle_counts.push_back(static_cast<uint32_t>(found.size()));
    texts.push_back(text);
  }

  std::vector<IndexWhole> wholes;
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto all = absl::MakeConstSpan(words).subspan(texts[i].word_begin, texts[i].word_count);
    wholes.push_back({WholeFingerprint(all), static_cast<uint32_t>(i), 0});
  }
  std::sort(wholes.begin(), wholes.end(), [](const IndexWhole& a, const IndexWhole& b) {
    return std::pair(a.fingerprint, a.text) < std::pair(b.fingerprint, b.text);
  });

  std::vector<IndexPhrase> phrase_records;
  std::vector<std::string> patterns;
  std::set<std::string> phrase_ids;
  for (const TriggerPhrase& phrase : phrases) {
    if (!phrase_ids.insert(phrase.id).second) {
      return absl::InvalidArgumentError(absl::StrFormat("two phrases are named %s", phrase.id));
    }
    WB_RETURN_IF_ERROR(CheckPhrase(phrase));
    phrase_records.push_back({Intern(phrase.id, &pool), Intern(phrase.kind, &pool), Intern(phrase.pattern, &pool),
                              phrase.restrictive ? 1u : 0u, 0});
    patterns.push_back(phrase.pattern);
  }
  WB_ASSIGN_OR_RETURN(const std::unique_ptr<PhraseSet> phrase_set, PhraseSet::Create(patterns));
  const std::string starts = phrase_set->Starts();

  size_t slot_count = 8;
  while (slot_count < shingles.size() * 2 + 1) slot_count *= 2;
  std::vector<ShingleSlot> slots(slot_count);
  std::vector<IndexTextSet> sets;
  std::vector<uint16_t> set_texts;
  std::vector<uint32_t> positions;
  std::map<std::vector<uint16_t>, uint32_t> known_sets;
  for (size_t i = 0; i < shingles.size(); ++i) {
    IndexShingle& shingle = shingles[i];
    const auto [at, is_new] = known_sets.insert({std::move(places[i].texts), static_cast<uint32_t>(sets.size())});
    if (is_new) {
      sets.push_back({static_cast<uint32_t>(set_texts.size()), static_cast<uint32_t>(at->first.size())});
      set_texts.insert(set_texts.end(), at->first.begin(), at->first.end());
    }
    shingle.set = at->second;
    shingle.position = static_cast<uint32_t>(positions.size());
    positions.insert(positions.end(), places[i].positions.begin(), places[i].positions.end());
    size_t slot = shingle.fingerprint & (slot_count - 1);
    while (slots[slot].shingle != 0) slot = (slot + 1) & (slot_count - 1);
    slots[slot] = {static_cast<uint32_t>(shingle.fingerprint >> 32), static_cast<uint32_t>(i + 1)};
  }
  if (pool.size() > UINT32_MAX || words.size() > UINT32_MAX || positions.size() > UINT32_MAX) {
    return absl::InvalidArgumentError("the index would be over 4 GiB");
  }

  Writer writer;
  IndexHeader header{};
  header.strings = writer.Put(pool);
  header.texts = writer.Put(texts);
  header.shingle_counts = writer.Put(shingle_counts);
  header.words = writer.Put(words);
  header.classes = writer.Put(classes);
  header.markers = writer.Put(markers);
  header.segments = writer.Put(segments);
  header.slots = writer.Put(slots);
  header.shingles = writer.Put(shingles);
  header.sets = writer.Put(sets);
  header.set_texts = writer.Put(set_texts);
  header.positions = writer.Put(positions);
  header.wholes = writer.Put(wholes);
  header.phrases = writer.Put(phrase_records);
  header.phrase_starts = writer.Put(std::vector<char>(starts.begin(), starts.end()));
  header.titles = writer.Put(std::vector<uint32_t>(titles.begin(), titles.end()));
  return writer.Finish(header);
}

}  // namespace weighbridge::classify
