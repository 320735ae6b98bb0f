// Where tests find real texts that the project itself does not contain.
#ifndef WEIGHBRIDGE_TESTS_SUPPORT_CORPUS_H_
#define WEIGHBRIDGE_TESTS_SUPPORT_CORPUS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weighbridge::testing_support {

// Folder of the corpus (licences, cards, artefacts with MANIFEST.tsv) named by WEIGHBRIDGE_CORPUS, if it exists.
std::optional<std::string> CorpusDir();

// Folder of the unpacked licence pack (deploy/licence-pack.sh) named by WEIGHBRIDGE_LICENCE_PACK, if it exists: it
// holds
// `<key>.LICENSE` files with YAML front matter.
std::optional<std::string> LicencePackDir();

// Copies of the corpus, below its licences, in which a line of the copyist stands before the title: the title begins
// here.
inline constexpr std::pair<const char*, const char*> kTitles[] = {
    {"gemma-tou-2024-02-21/1.txt", "Gemma Terms of Use"},
    {"gemma-tou-2024-02-21/2.txt", "Gemma Terms of Use"},
    {"codellama-use-policy/1.txt", "# Llama Code"},
};

// Whole file; fails the test and returns "" if it cannot be read.
std::string ReadFileOrFail(const std::string& path);

// Names in a folder, in order, without those that begin with a dot; none if it cannot be read.
std::vector<std::string> ListDir(const std::string& path);

// Rows of a tab-separated file without its header line.
std::vector<std::vector<std::string>> ReadTsvOrFail(const std::string& path);

// Text of a licence pack file behind its YAML front matter.
std::string WithoutFrontMatter(const std::string& text);

}  // namespace weighbridge::testing_support

#endif  // WEIGHBRIDGE_TESTS_SUPPORT_CORPUS_H_
