#include "tests/bench/classifier/inputs.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <utility>

#include "google/protobuf/text_format.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "services/classify/learn.h"
#include "services/rulebook/builtin.h"
#include "services/rulebook/rule_file.h"

namespace weighbridge::bench {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::vector<fs::path> FilesBelow(const fs::path& root) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    if (it->is_regular_file()) files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string ValueOf(const std::string& matter, const std::string& key) {
  const size_t at = matter.find("\n" + key + ": ");
  if (at == std::string::npos) return "";
  const size_t begin = at + key.size() + 3;
  return matter.substr(begin, matter.find('\n', begin) - begin);
}

void ReadPack(const fs::path& folder, ClassifierInputs* inputs) {
  for (const fs::path& path : FilesBelow(folder)) {
    if (path.extension() != ".LICENSE") continue;
    const std::string bytes = ReadFile(path);
    const size_t end = bytes.rfind("---\n", 0) == 0 ? bytes.find("\n---\n", 3) : std::string::npos;
    if (end == std::string::npos) continue;
    const std::string matter = bytes.substr(0, end + 1);
    NamedText text;
    text.name = "pack/" + path.stem().string();
    const std::string spdx = ValueOf(matter, "spdx_license_key");
    text.spdx = !spdx.empty() && spdx.rfind("LicenseRef-", 0) != 0;
    text.id = text.spdx ? spdx : "LicenseRef-scancode-" + path.stem().string();
    text.bytes = bytes.substr(end + 5);
    classify::LearnRequest request;
    request.id = text.id;
    request.source = "licence pack";
    request.text = text.bytes;
    const auto learnt = classify::Learn(request);
    if (learnt.ok()) {
      auto file = classify::ParseTokenFile(*learnt);
      if (file.ok()) {
        file->name = text.name;
        inputs->learnt.push_back(*std::move(file));
      }
    }
    inputs->pack.push_back(std::move(text));
  }
}

}  // namespace

ClassifierInputs ReadInputs() {
  ClassifierInputs inputs;
  const auto files = rulebook::UnpackBundle((*rulebook::BuiltinRulebook())->bundle());
  for (const rulebook::RuleFile& file : *files) {
    if (fs::path(file.path).extension() == ".tokens") {
      auto parsed = classify::ParseTokenFile(file.bytes);
      parsed->name = fs::path(file.path).filename().string();
      inputs.shipped.push_back(*std::move(parsed));
    } else if (file.path == "triggers.textproto") {
      rules::v1::TriggerSet set;
      google::protobuf::TextFormat::ParseFromString(file.bytes, &set);
      for (const rules::v1::TriggerPhrase& phrase : set.phrase()) {
        inputs.phrases.push_back(
            {phrase.id(), phrase.kind(), phrase.pattern(), phrase.restrictive(), phrase.hit(), phrase.miss()});
      }
    }
  }
  if (const char* corpus = std::getenv("WEIGHBRIDGE_CORPUS")) {
    for (const char* folder : {"licenses", "negatives", "traps", "model-cards"}) {
      const bool official = std::string(folder) == "licenses";
      for (const fs::path& path : FilesBelow(fs::path(corpus) / folder)) {
        if (path.filename() == "MANIFEST.tsv") continue;
        (official ? inputs.corpus : inputs.others)
            .push_back({"corpus/" + path.lexically_relative(corpus).string(),
                        official ? path.parent_path().filename().string() : "", false, ReadFile(path)});
      }
    }
  }
  if (const char* pack = std::getenv("WEIGHBRIDGE_LICENCE_PACK")) ReadPack(pack, &inputs);
  return inputs;
}

std::string Edited(const std::string& text, uint32_t seed) {
  std::minstd_rand random(seed * 2654435761u + 1);
  const auto below = [&random](size_t n) { return static_cast<size_t>(random()) % n; };
  std::vector<std::pair<size_t, size_t>> words;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = text.find_first_not_of(" \t\r\n", at);
    if (begin == std::string::npos) break;
    const size_t end = std::min(text.find_first_of(" \t\r\n", begin), text.size());
    words.push_back({begin, end});
    at = end;
  }
  if (words.empty()) return text;
  std::vector<size_t> places(1 + below(10));
  for (size_t& place : places) place = below(words.size());
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  constexpr const char* kSmall[] = {"not", "any", "only", "the", "may"};
  std::string out;
  size_t copied = 0;
  for (const size_t place : places) {
    const auto [begin, end] = words[place];
    out.append(text, copied, begin - copied);
    const std::string word = text.substr(begin, end - begin);
    const auto& other = words[below(words.size())];
    switch (below(4)) {
      case 0:
        break;
      case 1:
        out += word + " " + word;
        break;
      case 2:
        out.append(text, other.first, other.second - other.first);
        break;
      default:
        out += std::string(kSmall[below(5)]) + " " + word;
        break;
    }
    copied = end;
  }
  out.append(text, copied);
  return out;
}

}  // namespace weighbridge::bench
