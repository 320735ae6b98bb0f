// Where tests find real texts that the project itself does not contain.
#ifndef WEIGHBRIDGE_TESTS_SUPPORT_CORPUS_H_
#define WEIGHBRIDGE_TESTS_SUPPORT_CORPUS_H_

#include <optional>
#include <string>
#include <vector>

namespace weighbridge::testing_support {

// Folder of the corpus (licences, cards, artefacts with MANIFEST.tsv) named by WEIGHBRIDGE_CORPUS, if it exists.
std::optional<std::string> CorpusDir();

// Folder of the unpacked licence pack (deploy/licence-pack.sh) named by WEIGHBRIDGE_LICENCE_PACK, if it exists: it
// holds
// `<key>.LICENSE` files with YAML front matter.
std::optional<std::string> LicencePackDir();

// Whole file; fails the test and returns "" if it cannot be read.
std::string ReadFileOrFail(const std::string& path);

// Rows of a tab-separated file without its header line.
std::vector<std::vector<std::string>> ReadTsvOrFail(const std::string& path);

// Text of a licence pack file behind its YAML front matter.
std::string WithoutFrontMatter(const std::string& text);

}  // namespace weighbridge::testing_support

#endif  // WEIGHBRIDGE_TESTS_SUPPORT_CORPUS_H_
