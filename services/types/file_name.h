// A file name in the forms that the rules of this package ask about.
#ifndef WEIGHBRIDGE_SERVICES_TYPES_FILE_NAME_H_
#define WEIGHBRIDGE_SERVICES_TYPES_FILE_NAME_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::types_internal {

using Words = std::initializer_list<std::string_view>;

bool IsOneOf(std::string_view text, Words words);
bool StartsWith(std::string_view text, std::string_view start);
bool EndsWith(std::string_view text, std::string_view end);
bool EndsWithOneOf(std::string_view text, Words ends);

// Lower case of ASCII, Latin-1 and basic Cyrillic letters in UTF-8; every other byte stays.
std::string Lower(std::string_view text);

// Everything lower case.
struct FileName {
  explicit FileName(std::string_view path);

  bool HasWord(Words any) const;
  bool HasPhrase(Words any) const;  // words joined with '_'

  std::string base;                // "llama-3.1-license.txt"
  std::string suffix;              // ".txt"; empty without a dot or if the dot comes first
  std::vector<std::string> words;  // of the base without suffix: "llama", "3", "1", "license"
  std::vector<bool> capitals;      // of each word: written in capitals alone
  std::string joined;              // "_llama_3_1_license_"
  std::string folder;              // name of the folder that holds the file; empty at the top
};

}  // namespace weighbridge::types_internal

#endif  // WEIGHBRIDGE_SERVICES_TYPES_FILE_NAME_H_
