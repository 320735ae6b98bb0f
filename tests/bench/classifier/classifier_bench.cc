// How fast is the classifier with every licence of the pack loaded, and does it hold its bars?
//
//   classifier_bench [--check] [--answers FILE] [--peers FOLDER] [--rounds N]
//
// Needs WEIGHBRIDGE_CORPUS and WEIGHBRIDGE_LICENCE_PACK. Times are CPU time of this thread. --answers writes what is
// answered for every input, complete, so that two builds can be compared byte for byte. --check exits 1 if a bar is
// missed.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "re2/re2.h"
#include "re2/set.h"
#include "services/classify/classifier.h"
#include "services/classify/index.h"
#include "services/classify/tokenize.h"
#include "tests/bench/classifier/inputs.h"

namespace weighbridge::bench {
namespace {

bool all_hold = true;

double Micros() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// `most`: the bar is an upper one, else a lower one; 0: none.
void Show(const std::string& what, double value, const char* unit, double bar = 0, bool most = true) {
  std::printf("%-72s %10.2f %-6s", what.c_str(), value, unit);
  if (bar > 0) {
    const bool holds = most ? value <= bar : value >= bar;
    all_hold = all_hold && holds;
    std::printf(" %s %8.2f  %s", most ? "<=" : ">=", bar, holds ? "holds" : "MISSED");
  }
  std::printf("\n");
}

struct Engine {
  std::string index;
  std::unique_ptr<classify::Classifier> classifier;
};

Engine Build(const std::vector<classify::TokenFile>& files, const std::vector<classify::TriggerPhrase>& phrases) {
  Engine engine;
  auto index = classify::CompileIndex(files, phrases);
  if (!index.ok()) {
    std::fprintf(stderr, "classifier_bench: %s\n", std::string(index.status().message()).c_str());
    std::exit(2);
  }
  engine.index = *std::move(index);
  engine.classifier = *classify::Classifier::Create(engine.index);
  return engine;
}

// Texts that the index can hold: those too short to be found are left out, as are second texts of one id and name.
std::vector<classify::TokenFile> Indexable(const std::vector<classify::TokenFile>& files) {
  std::vector<classify::TokenFile> kept;
  for (const classify::TokenFile& file : files) {
    if (classify::CompileIndex({file}, {}).ok()) kept.push_back(file);
  }
  return kept;
}

struct Times {
  std::vector<double> micros;  // median of the rounds, sorted
  double megabytes_per_second = 0;
};

Times Measure(const classify::Classifier& classifier, const std::vector<std::string>& texts, int rounds) {
  std::vector<std::vector<double>> of_text(texts.size());
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < texts.size(); ++i) {
      const double begin = Micros();
      const classify::Classification found = classifier.Classify(texts[i]);
      const double end = Micros();
      if (found.words == UINT32_MAX) std::abort();
      of_text[i].push_back(end - begin);
    }
  }
  Times times;
  double bytes = 0, all = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    std::sort(of_text[i].begin(), of_text[i].end());
    times.micros.push_back(of_text[i][of_text[i].size() / 2]);
    all += times.micros.back();
    bytes += static_cast<double>(texts[i].size());
  }
  std::sort(times.micros.begin(), times.micros.end());
  times.megabytes_per_second = all > 0 ? bytes / all : 0;
  return times;
}

double At(const Times& times, double share) {
  if (times.micros.empty()) return 0;
  return times
      .micros[std::min(times.micros.size() - 1, static_cast<size_t>(share * static_cast<double>(times.micros.size())))];
}

// One warm pass of the phrases over the normalised bytes of the same texts.
double SetMegabytesPerSecond(const std::vector<classify::TriggerPhrase>& phrases,
                             const std::vector<std::string>& texts) {
  RE2::Options options;
  options.set_max_mem(64 << 20);
  RE2::Set set(options, RE2::UNANCHORED);
  for (const classify::TriggerPhrase& phrase : phrases) set.Add(phrase.pattern, nullptr);
  if (!set.Compile()) return 0;
  std::vector<std::string> normalised;
  double bytes = 0;
  for (const std::string& text : texts) {
    normalised.push_back(classify::Tokenize(text).normalised);
    bytes += static_cast<double>(text.size());
  }
  std::vector<int> hits;
  double best = 1e18;
  for (int round = 0; round < 4; ++round) {
    const double begin = Micros();
    for (const std::string& text : normalised) set.Match(text, &hits);
    best = std::min(best, Micros() - begin);
  }
  return bytes / best;
}

// The index in a file, mapped: from nothing to the first answer.
void ColdStart(const Engine& engine, const std::string& text) {
  char path[] = "/tmp/classifier_bench.XXXXXX";
  const int fd = mkstemp(path);
  if (fd < 0 || write(fd, engine.index.data(), engine.index.size()) != static_cast<ssize_t>(engine.index.size()))
    std::exit(2);
  std::vector<double> micros;
  for (int round = 0; round < 9; ++round) {
    const double begin = Micros();
    void* mapping = mmap(nullptr, engine.index.size(), PROT_READ, MAP_PRIVATE, fd, 0);
    const auto classifier =
        classify::Classifier::Create(std::string_view(static_cast<const char*>(mapping), engine.index.size()));
    if (!classifier.ok() || (*classifier)->Classify(text).matches.empty()) std::exit(2);
    micros.push_back(Micros() - begin);
    munmap(mapping, engine.index.size());
  }
  close(fd);
  unlink(path);
  std::sort(micros.begin(), micros.end());
  Show("cold start: index mapped and checked, first answer", micros[micros.size() / 2] / 1e3, "ms", 20);
  Show("index, all of it touched by its check", static_cast<double>(engine.index.size()) / (1 << 20), "MiB", 48);
}

std::vector<std::pair<std::string, std::string>> HostileTexts(const ClassifierInputs& inputs) {
  constexpr size_t kSize = 1 << 20;
  std::vector<std::pair<std::string, std::string>> texts;
  const auto repeat = [&](const std::string& name, const std::vector<std::string>& parts) {
    std::string text;
    for (size_t i = 0; text.size() < kSize && !parts.empty(); ++i) text += parts[i % parts.size()];
    text.resize(kSize);
    texts.push_back({name, text});
  };
  std::vector<std::string> edited, beginnings, same;
  for (size_t i = 0; i < inputs.corpus.size(); ++i) {
    edited.push_back(Edited(inputs.corpus[i].bytes, static_cast<uint32_t>(i)));
    beginnings.push_back(inputs.corpus[i].bytes.substr(0, 400) + "\n");
    if (inputs.corpus[i].id == "MIT") same.push_back(inputs.corpus[i].bytes);
  }
  repeat("edited licences one behind the other", edited);
  repeat("beginnings of licences", beginnings);
  repeat("one short licence again and again", same);
  repeat("one word", {"license "});
  repeat("brackets", {"<[(&#"});
  std::string words;
  std::string all;
  for (const NamedText& text : inputs.corpus) all += text.bytes.substr(0, 20000) + " ";
  for (size_t at = 0; words.size() < kSize; at = (at + 7919 * 6) % (all.size() - 64)) {
    const size_t begin = all.find(' ', at) + 1;
    words += all.substr(begin, 48) + " ";
  }
  words.resize(kSize);
  texts.push_back({"pieces of eight words of all licences", words});
  return texts;
}

// ---- answers

void Put(std::string* out, const classify::Classification& found) {
  absl::StrAppendFormat(out, " words %d incomplete %d\n", found.words, found.incomplete);
  for (size_t i = 0; i < found.matches.size(); ++i) {
    const classify::TextMatch& match = found.matches[i];
    absl::StrAppendFormat(out, " match %s %s %s %s %d-%d edits %d blocked %d bare %d coverage %.6f", match.license_id,
                          match.token_file, match.kind, classify::MatchVerdictName(match.verdict), match.begin,
                          match.end, match.edit_count, match.blocked_by_residue, found.Bare(i), match.coverage);
    for (const std::string& also : match.also) *out += " also " + also;
    *out += "\n";
    for (const classify::Edit& edit : match.edits) {
      absl::StrAppendFormat(out, "  %s %d %d-%d %d+%d\n", classify::EditClassName(edit.cls), edit.critical, edit.begin,
                            edit.end, edit.expected_first_word, edit.expected_word_count);
    }
  }
  for (const classify::Residue& residue : found.residue) {
    absl::StrAppendFormat(out, " residue %d-%d words %d touches %d blocks %d", residue.begin, residue.end,
                          residue.words, residue.touches_match, residue.blocks);
    for (const std::string& trigger : residue.triggers) *out += " " + trigger;
    *out += "\n";
  }
  for (const classify::TermHit& term : found.terms) {
    absl::StrAppendFormat(out, " term %s %s '%s' %d-%d %d %d\n", term.kind, term.phrase_id, term.value, term.begin,
                          term.end, term.restrictive, term.in_match);
  }
  for (const classify::Oddity& oddity : found.oddities) {
    absl::StrAppendFormat(out, " oddity %s %d-%d\n", classify::OddityName(oddity.kind), oddity.begin, oddity.end);
  }
}

void WriteAnswers(const std::string& path, const Engine& engine, const ClassifierInputs& inputs) {
  std::ofstream out(path, std::ios::binary);
  const auto answer = [&](const std::string& name, const std::string& text) {
    std::string lines = name + "\n";
    Put(&lines, engine.classifier->Classify(text));
    out << lines;
  };
  for (const auto* texts : {&inputs.corpus, &inputs.pack, &inputs.others}) {
    for (size_t i = 0; i < texts->size(); ++i) {
      const NamedText& text = (*texts)[i];
      answer(text.name, text.bytes);
      for (uint32_t copy = 0; copy < 3; ++copy) {
        answer(absl::StrFormat("%s edited %d", text.name, copy),
               Edited(text.bytes, static_cast<uint32_t>(i) * 3 + copy));
      }
      // The bytes of an attacker: the same text with bytes of all kinds in it.
      std::string odd = text.bytes.substr(0, 4000);
      for (size_t at = i % 13; at < odd.size(); at += 17 + (at * 31 + i) % 97) odd[at] = static_cast<char>(at * 7 + i);
      answer(text.name + " odd bytes", odd);
      if (i + 1 < texts->size()) answer(text.name + " and the next", text.bytes + "\n\n" + (*texts)[i + 1].bytes);
    }
  }
  for (const auto& [name, text] : HostileTexts(inputs)) answer(name, text.substr(0, 200000));
}

// Files for programs of others, and what this one says of them: "name, id, edited or not, microseconds, id named bare".
void WritePeers(const std::string& folder, const Engine& engine, const ClassifierInputs& inputs) {
  std::ofstream table(folder + "/ours.tsv");
  table << "file\tid\tkind\tmicros\tnamed\n";
  for (size_t i = 0; i < inputs.corpus.size(); ++i) {
    const NamedText& text = inputs.corpus[i];
    for (const bool edited : {false, true}) {
      const std::string bytes = edited ? Edited(text.bytes, static_cast<uint32_t>(i)) : text.bytes;
      const std::string name = absl::StrFormat("%03d%s.txt", static_cast<int>(i), edited ? "e" : "");
      std::ofstream(folder + "/" + name, std::ios::binary) << bytes;
      std::vector<double> micros;
      std::string named;
      for (int round = 0; round < 5; ++round) {
        const double begin = Micros();
        const classify::Classification found = engine.classifier->Classify(bytes);
        micros.push_back(Micros() - begin);
        if (found.Bare(0)) named = found.matches[0].license_id;
      }
      std::sort(micros.begin(), micros.end());
      table << name << "\t" << text.id << "\t" << (edited ? "edited" : "pristine") << "\t" << micros[2] << "\t" << named
            << "\n";
    }
  }
}

int Main(int argc, char** argv) {
  bool check = false;
  std::string answers, peers;
  int rounds = 5;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--check") {
      check = true;
    } else if (word == "--answers" && i + 1 < argc) {
      answers = argv[++i];
    } else if (word == "--peers" && i + 1 < argc) {
      peers = argv[++i];
    } else if (word == "--rounds" && i + 1 < argc) {
      rounds = std::max(1, std::atoi(argv[++i]));
    } else {
      std::fprintf(stderr, "usage: classifier_bench [--check] [--answers FILE] [--peers FOLDER] [--rounds N]\n");
      return 2;
    }
  }
  const ClassifierInputs inputs = ReadInputs();
  if (inputs.corpus.empty() || inputs.pack.empty()) {
    std::fprintf(stderr, "classifier_bench: WEIGHBRIDGE_CORPUS and WEIGHBRIDGE_LICENCE_PACK must name their folders\n");
    return 2;
  }
  std::vector<classify::TokenFile> all = inputs.shipped;
  const std::vector<classify::TokenFile> learnt = Indexable(inputs.learnt);
  all.insert(all.end(), learnt.begin(), learnt.end());
  const Engine full = Build(all, inputs.phrases);
  const Engine shipped = Build(inputs.shipped, inputs.phrases);
  if (!answers.empty()) {
    WriteAnswers(answers, full, inputs);
    return 0;
  }

  if (!peers.empty()) {
    WritePeers(peers, full, inputs);
    return 0;
  }

  std::vector<std::string> spdx, spdx_edited, corpus_edited;
  uint32_t seed = 0;
  for (const NamedText& text : inputs.pack) {
    if (!text.spdx) continue;
    spdx.push_back(text.bytes);
    spdx_edited.push_back(Edited(text.bytes, ++seed));
  }
  for (const NamedText& text : inputs.corpus) corpus_edited.push_back(Edited(text.bytes, ++seed));
  std::printf("%d texts in the index, %d without the pack; %d SPDX texts, %d of the corpus\n\n",
              static_cast<int>(all.size()), static_cast<int>(inputs.shipped.size()), static_cast<int>(spdx.size()),
              static_cast<int>(inputs.corpus.size()));

  const Times edited = Measure(*full.classifier, spdx_edited, rounds);
  Show("SPDX texts with one to ten edits, p50", At(edited, 0.5), "us", 40);
  Show("  p99", At(edited, 0.99), "us", 800);
  Show("  throughput with the differences", edited.megabytes_per_second, "MB/s", 60, false);
  const double set_spdx = SetMegabytesPerSecond(inputs.phrases, spdx_edited);
  Show("  beside one pass of the phrases (RE2::Set)", set_spdx / edited.megabytes_per_second, "x", 5);
  const Times corpus = Measure(*full.classifier, corpus_edited, rounds);
  Show("corpus with one to ten edits, p50", At(corpus, 0.5), "us");
  Show("  throughput with the differences", corpus.megabytes_per_second, "MB/s", 60, false);
  const double set_corpus = SetMegabytesPerSecond(inputs.phrases, corpus_edited);
  Show("  beside one pass of the phrases (RE2::Set)", set_corpus / corpus.megabytes_per_second, "x", 5);
  const Times pristine = Measure(*full.classifier, spdx, rounds);
  Show("SPDX texts as they are, p50", At(pristine, 0.5), "us");
  Show("  p99", At(pristine, 0.99), "us");
  Show("  throughput", pristine.megabytes_per_second, "MB/s");
  const Times few = Measure(*shipped.classifier, spdx_edited, rounds);
  Show("growth: p50 of edited SPDX texts, all beside what ships", At(edited, 0.5) / At(few, 0.5), "x", 2);
  ColdStart(full, spdx.front());
  for (const auto& [name, text] : HostileTexts(inputs)) {
    const Times once = Measure(*full.classifier, {text}, 3);
    Show("1 MiB: " + name, once.micros[0] / 1e3, "ms", 50);
    const Times half = Measure(*full.classifier, {text.substr(0, text.size() / 2)}, 3);
    Show("  beside half of it", once.micros[0] / half.micros[0], "x", 2.6);
  }
  return check && !all_hold ? 1 : 0;
}

}  // namespace
}  // namespace weighbridge::bench

int main(int argc, char** argv) { return weighbridge::bench::Main(argc, argv); }
