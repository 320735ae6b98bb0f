#include "tests/integration/scenario.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "services/classify/learn.h"
#include "tests/integration/text_edits.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"

namespace weighbridge::integration {
namespace {

using testing_support::TempDir;

std::string Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin));
}

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<uint64_t> Dimensions(const std::string& text) {
  std::vector<uint64_t> dims;
  const char* at = text.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    dims.push_back(std::strtoull(at, &end, 10));
    if (end == at) return {};
    at = *end == 'x' ? end + 1 : end;
  }
  return dims;
}

// Builds the bytes of one file from its steps.
class FileComposer {
 public:
  FileComposer(const Scenario& scenario, const ScenarioFile& file) : scenario_(scenario), file_(file) {}

  Composed Compose(std::string& bytes) {
    for (const ScenarioLine& step : file_.steps) {
      if (!Step(step.text)) {
        if (composed_.missing.empty()) {
          composed_.error = scenario_.place + ":" + std::to_string(step.number) + ": " +
                            (composed_.error.empty() ? "not understood: " + step.text : composed_.error);
        }
        return composed_;
      }
    }
    Close();
    bytes = std::move(bytes_);
    return composed_;
  }

 private:
  bool Step(const std::string& step) {
    if (step.rfind("| ", 0) == 0 || step == "|") {
      bytes_ += step.substr(std::min<size_t>(2, step.size())) + "\n";
      return true;
    }
    const size_t blank = step.find(' ');
    const std::string verb = step.substr(0, blank);
    const std::string rest = blank == std::string::npos ? "" : Trimmed(step.substr(blank));
    if (verb == "empty") return true;
    if (verb == "ours") return AddOurRule(rest.empty() ? file_.path : rest);
    if (verb == "learn") return LearnAs(rest);
    if (verb == "text" || verb == "artifact") {
      std::string text;
      composed_ = FetchText(verb == "artifact" ? "artifact:" + rest : rest, text);
      bytes_ += text;
      return composed_.error.empty() && composed_.missing.empty();
    }
    if (verb == "safetensors") return AddTensor(rest);
    if (verb == "metadata") return AddMetadata(rest);
    if (verb == "gguf") {
      gguf_ = true;
      return rest.empty();
    }
    if (verb == "key") return AddKey(rest);
    if (verb == "tensor") return AddGgufTensor(rest);
    Close();
    std::optional<std::string> edited = ApplyEdit(step, std::move(bytes_), composed_.error);
    if (!edited.has_value()) return false;
    bytes_ = *std::move(edited);
    return true;
  }

  bool AddOurRule(const std::string& path) {
    const std::optional<std::string> bytes = ReadFile(testing_support::Runfile("rules/" + path));
    if (bytes.has_value()) {
      bytes_ += *bytes;
    } else {
      composed_.error = "no rule file of ours: " + path;
    }
    return bytes.has_value();
  }

  bool LearnAs(const std::string& id) {
    classify::LearnRequest request;
    request.id = id;
    request.source = "a scenario";
    request.text = bytes_;
    const absl::StatusOr<std::string> tokens = classify::Learn(request);
    if (tokens.ok())
      bytes_ = *tokens;
    else
      composed_.error = std::string(tokens.status().message());
    return tokens.ok();
  }

  bool AddTensor(const std::string& rest) {
    std::vector<std::string> words = SplitWords(rest);
    if (words.empty()) words = {"model.layers.0.self_attn.q_proj.weight", "F32", "2x2"};
    if (words.size() != 3) return false;
    tensors_.push_back({words[0], words[1], Dimensions(words[2])});
    return true;
  }

  bool AddMetadata(const std::string& rest) {
    const size_t equals = rest.find('=');
    if (equals == std::string::npos) return false;
    metadata_[rest.substr(0, equals)] = rest.substr(equals + 1);
    return true;
  }

  bool AddKey(const std::string& rest) {
    const size_t equals = rest.find('=');
    if (equals == std::string::npos) return false;
    const std::string name = rest.substr(0, equals), value = rest.substr(equals + 1);
    if (const size_t colon = name.find(":u32"); colon != std::string::npos) {
      keys_.push_back(testing_support::GgufU32(name.substr(0, colon),
                                               static_cast<uint32_t>(std::strtoul(value.c_str(), nullptr, 10))));
    } else {
      keys_.push_back(testing_support::GgufString(name, value));
    }
    return true;
  }

  bool AddGgufTensor(const std::string& rest) {
    const std::vector<std::string> words = SplitWords(rest);
    if (words.size() != 2) return false;
    gguf_tensors_.push_back({words[0], Dimensions(words[1])});
    return true;
  }

  // Turns what was collected into bytes, once.
  void Close() {
    if (gguf_) bytes_ += testing_support::BuildGguf(keys_, gguf_tensors_);
    if (!tensors_.empty()) bytes_ += testing_support::BuildSafetensors(tensors_, metadata_);
    gguf_ = false;
    tensors_.clear();
  }

  const Scenario& scenario_;
  const ScenarioFile& file_;
  Composed composed_;
  std::string bytes_;
  bool gguf_ = false;
  std::vector<testing_support::SafetensorsSpec> tensors_;
  std::map<std::string, std::string> metadata_;
  std::vector<testing_support::GgufKv> keys_;
  std::vector<testing_support::GgufTensorSpec> gguf_tensors_;
};

// Lines of an indented block without their two blanks.
void AppendBlock(std::optional<std::string>& block, std::string_view line) {
  if (!block.has_value()) block = "";
  *block += line.substr(0, 2) == "  " ? line.substr(2) : line;
  *block += '\n';
}

}  // namespace

std::vector<std::string> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  size_t at = 0;
  while ((at = line.find_first_not_of(" \t", at)) != std::string_view::npos) {
    const bool quoted = line[at] == '"';
    const size_t begin = quoted ? at + 1 : at;
    const size_t end = std::min(line.find_first_of(quoted ? "\"" : " \t", begin), line.size());
    words.emplace_back(line.substr(begin, end - begin));
    at = quoted ? std::min(end + 1, line.size()) : end;
  }
  return words;
}

Scenario ParseScenario(std::string_view name, std::string_view place, std::string_view text) {
  Scenario scenario;
  scenario.name = name;
  scenario.place = place;
  std::string section;
  int number = 0;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const std::string line(text.substr(0, newline));
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    ++number;
    const std::string trimmed = Trimmed(line);
    const bool indented = line.rfind("  ", 0) == 0;
    if (!indented && !line.empty() && line[0] == '#') continue;
    if (line == "MODEL" || line == "RULES" || line == "PROFILE" || line == "POLICY" || line == "OPTIONS" ||
        line == "EXPECT") {
      section = line;
      if (section == "PROFILE") scenario.profile = "";
      if (section == "POLICY") scenario.policy = "";
    } else if (line.rfind("AT ", 0) == 0) {
      scenario.at = Trimmed(line.substr(3));
    } else if (section.empty()) {
      if (!trimmed.empty()) scenario.why += (scenario.why.empty() ? "" : " ") + trimmed;
    } else if (section == "PROFILE") {
      AppendBlock(scenario.profile, line);
    } else if (section == "POLICY") {
      AppendBlock(scenario.policy, line);
    } else if (trimmed.empty()) {
      continue;
    } else if (section == "MODEL" || section == "RULES") {
      std::vector<ScenarioFile>& files = section == "MODEL" ? scenario.files : scenario.rules;
      // Inline content keeps its blanks.
      const std::string step = trimmed[0] == '|' ? line.substr(line.find('|')) : trimmed;
      if (!indented) {
        files.push_back({trimmed, {}});
      } else if (files.empty()) {
        scenario.error = scenario.place + ":" + std::to_string(number) + ": a step before the first file";
      } else {
        files.back().steps.push_back({number, step});
      }
    } else if (section == "OPTIONS") {
      for (std::string& word : SplitWords(trimmed)) scenario.options.push_back(std::move(word));
    } else {
      scenario.expect.push_back({number, trimmed});
    }
  }
  if (scenario.why.empty()) scenario.error = scenario.place + ": says no sentence why it exists";
  if (scenario.at.empty()) scenario.error = scenario.place + ": has no AT line";
  if (scenario.expect.empty()) scenario.error = scenario.place + ": expects nothing";
  return scenario;
}

std::vector<Scenario> LoadScenarios(const std::string& folder) {
  std::vector<Scenario> scenarios;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error)) {
    if (entry.path().extension() != ".scenario") continue;
    const std::string name = entry.path().parent_path().filename().string() + "_" + entry.path().stem().string();
    const std::string place = entry.path().parent_path().filename().string() + "/" + entry.path().filename().string();
    scenarios.push_back(ParseScenario(name, place, ReadFile(entry.path().string()).value_or("")));
  }
  std::sort(scenarios.begin(), scenarios.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return scenarios;
}

Composed FetchText(std::string_view sources, std::string& text) {
  Composed composed;
  while (!sources.empty()) {
    const size_t next = sources.find(" or ");
    const std::string source = Trimmed(sources.substr(0, next));
    sources.remove_prefix(next == std::string_view::npos ? sources.size() : next + 4);
    const size_t colon = source.find(':');
    const std::string kind = source.substr(0, colon);
    const std::string name = colon == std::string::npos ? "" : source.substr(colon + 1);
    std::optional<std::string> path;
    if (kind == "pack") {
      path = testing_support::LicencePackDir();
      if (path.has_value()) *path += "/" + name + ".LICENSE";
    } else if (kind == "corpus" || kind == "artifact" || kind == "card") {
      path = testing_support::CorpusDir();
      if (path.has_value())
        *path += (kind == "corpus" ? "/licenses/" : kind == "card" ? "/model-cards/" : "/artifacts/") + name;
    } else {
      composed.error = "no such source: " + source;
      return composed;
    }
    if (!path.has_value()) continue;
    const std::optional<std::string> bytes = ReadFile(*path);
    if (!bytes.has_value()) {
      composed.error = "no such text: " + source;
      return composed;
    }
    text = kind == "pack" ? testing_support::WithoutFrontMatter(*bytes) : *bytes;
    composed.missing.clear();
    return composed;
  }
  composed.missing = "no licence pack or corpus with the text that this case is about";
  return composed;
}

Composed ComposeRules(const Scenario& scenario, const TempDir& dir, const std::string& folder) {
  Scenario rules = scenario;
  rules.files = scenario.rules;
  return ComposeModel(rules, dir, folder);
}

Composed ComposeModel(const Scenario& scenario, const TempDir& dir, const std::string& folder) {
  dir.Folder(folder);
  for (const ScenarioFile& file : scenario.files) {
    const std::string path = folder + "/" + file.path;
    const std::string first = file.steps.empty() ? "" : file.steps.front().text;
    if (first == "folder") {
      dir.Folder(path);
    } else if (first == "fifo") {
      dir.Fifo(path);
    } else if (first.rfind("link ", 0) == 0) {
      dir.Link(first.substr(5), path);
    } else {
      std::string bytes;
      const Composed composed = FileComposer(scenario, file).Compose(bytes);
      if (!composed.error.empty() || !composed.missing.empty()) return composed;
      dir.Write(path, bytes);
    }
  }
  return {};
}

}  // namespace weighbridge::integration
