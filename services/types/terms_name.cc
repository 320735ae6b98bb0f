#include "services/types/terms_name.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace weighbridge::types_internal {
namespace {

bool HasSettingsSuffix(const FileName& name) {
  return IsOneOf(name.suffix, {".json", ".yaml", ".yml", ".toml", ".xml", ".ini", ".cfg", ".conf"});
}

bool HasTableSuffix(const FileName& name) {
  return IsOneOf(name.suffix,
                 {".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".arrow", ".db", ".sqlite", ".xlsx", ".svg"});
}

bool HasMediaSuffix(const FileName& name) {
  return IsOneOf(name.suffix, {".png", ".jpg", ".jpeg", ".gif", ".webp", ".wav", ".mp3", ".mp4"});
}

// "license" in either spelling, as a word or glued to others ("GemmaLicense"), but not "licensed" or "licensee".
bool HoldsLicense(std::string_view word) {
  for (const std::string_view spelling : {std::string_view("license"), std::string_view("licence")}) {
    for (size_t at = word.find(spelling); at != std::string_view::npos; at = word.find(spelling, at + 1)) {
      const std::string_view behind = word.substr(at + spelling.size());
      if (!IsOneOf(behind, {"d", "e", "es", "r", "rs"})) return true;
    }
  }
  return false;
}

bool IsEula(std::string_view word) {
  if (EndsWith(word, "eula")) return true;
  return StartsWith(word, "eula") && word.find_first_not_of("v0123456789", 4) == std::string_view::npos;
}

// The same in languages whose scripts set spaces; lower case as Lower() makes it.
bool IsForeignLicense(std::string_view word) {
  if (StartsWith(word, "lizenz")) return !StartsWith(word, "lizenzier") && !StartsWith(word, "lizenznehmer");
  if (StartsWith(word, "лицензи")) return !StartsWith(word, "лицензир");
  return StartsWith(word, "nutzungsbedingung") || StartsWith(word, "gebruiksvoorwaarde") ||
         IsOneOf(word, {"agb",           "licencia",       "licencias", "licença",     "licenças",
                        "licenc\u0327a", "licenc\u0327as", "licenca",   "licencas",    "licenza",
                        "licenze",       "licencja",       "licencje",  "licentie",    "licenties",
                        "licens",        "lisens",         "lisenssi",  "lisans",      "términos",
                        "terminos",      "te\u0301rminos", "termos",    "condiciones", "condições",
                        "condicoes",     "condizioni"});
}

// Scripts without spaces: anywhere in the word.
bool HoldsTermsOfAsia(std::string_view name) {
  for (const std::string_view word : {"许可", "許可", "授权", "授權", "协议", "協議", "條款", "条款", "利用規約",
                                      "規約", "使用許諾", "ライセンス", "라이선스", "라이센스", "이용약관", "약관"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

bool NamesALicense(const std::string& word) {
  return HoldsLicense(word) || IsEula(word) || IsForeignLicense(word) || HoldsTermsOfAsia(word) ||
         IsOneOf(word, {"copying", "unlicense", "unlicence"});
}

bool NamesTerms(const std::string& word) {
  if (word == "terms" || StartsWith(word, "termsof") || StartsWith(word, "termsand") ||
      StartsWith(word, "conditionsof")) {
    return true;
  }
  return StartsWith(word, "terms") && word.find_first_not_of("v0123456789", 5) == std::string::npos;
}

bool NamesANotice(const std::string& word) { return IsOneOf(word, {"notice", "notices", "copyright", "copyrights"}); }

bool NamesAnyTerms(const std::string& word) {
  return NamesALicense(word) || NamesTerms(word) || NamesANotice(word) ||
         IsOneOf(word, {"agreement", "aup", "legal", "usepolicy", "acceptableuse"});
}

bool IsNumber(std::string_view word) { return word.find_first_not_of("v0123456789") == std::string_view::npos; }

// The words without version numbers at the end: "license", "2", "0" ends in "license".
size_t WordsWithoutVersion(const FileName& name) {
  size_t count = name.words.size();
  while (count > 1 && IsNumber(name.words[count - 1])) --count;
  return count;
}

bool HasTermsInCapitals(const FileName& name) {
  for (size_t i = 0; i < name.words.size(); ++i) {
    if (name.capitals[i] && NamesAnyTerms(name.words[i])) return true;
  }
  return false;
}

// One word of the law, or several that end in a licence: "search_terms" is a list, "model_license" is none.
bool EndsInTerms(const FileName& name) {
  const size_t count = WordsWithoutVersion(name);
  if (count == 0) return false;
  if (count == 1) return NamesAnyTerms(name.words[0]);
  const std::string& last = name.words[count - 1];
  const bool ends = NamesALicense(last) || IsOneOf(last, {"eula", "aup"}) ||
                    (last == "policy" && name.HasWord({"use", "usage"})) ||
                    name.HasPhrase({"terms_of_use", "terms_of_service", "conditions_of_use", "acceptable_use"});
  // What scripts do to licences.
  return ends &&
         !IsOneOf(name.words[0], {"add",   "apply", "build", "check", "collect",  "count",    "detect", "export",
                                  "fetch", "find",  "fix",   "gen",   "generate", "get",      "insert", "is",
                                  "lint",  "list",  "load",  "make",  "parse",    "print",    "read",   "remove",
                                  "scan",  "set",   "show",  "test",  "update",   "validate", "verify", "write"});
}

bool OnlySettingsBeside(const FileName& name) {
  bool terms = false;
  for (const std::string& word : name.words) {
    const bool names = NamesAnyTerms(word);
    terms = terms || names;
    if (!names && !IsNumber(word) &&
        !IsOneOf(word, {"config", "configuration", "settings", "info", "metadata", "meta", "file", "text", "texts",
                        "model", "models", "weights", "code", "of", "and", "use", "full", "en"})) {
      return false;
    }
  }
  return terms;
}

// Whether the suffix leaves room for terms; see the header.
bool SuffixAllowsTerms(const FileName& name, bool holds_text) {
  if (HasSourceSuffix(name)) return EndsInTerms(name) || HasTermsInCapitals(name);
  if (HasSettingsSuffix(name)) return EndsInTerms(name) || HasTermsInCapitals(name) || OnlySettingsBeside(name);
  if (HasTableSuffix(name) || (HasMediaSuffix(name) && !holds_text)) {
    return name.words.size() == 1 || (!name.words.empty() && name.capitals[0] && NamesAnyTerms(name.words[0]));
  }
  return true;
}

bool IsLicenseName(const FileName& name) {
  if (std::any_of(name.words.begin(), name.words.end(), NamesALicense)) return true;
  // The REUSE layout: LICENSES/MIT.txt.
  return IsOneOf(name.folder, {"license", "licenses", "licence", "licences"}) && !HasDataSuffix(name) &&
         !HasSourceSuffix(name);
}

bool IsTermsName(const FileName& name) {
  const bool agreement = name.HasWord({"agreement"}) && !name.HasWord({"annotator", "annotators", "rater"});
  const bool legal =
      name.joined == "_legal_"
          ? !HasTableSuffix(name)
          : name.HasPhrase({"legal_notice", "legal_notices", "legal_terms", "legal_information", "mentions_legales"});
  const bool conditions = name.HasPhrase({"conditions_of", "terms_conditions", "conditions_generales",
                                          "conditions_d_utilisation", "conditions_dutilisation", "usage_conditions",
                                          "use_conditions", "usage_rights", "use_rights"}) ||
                          (name.words.size() == 1 && name.words[0] == "conditions" && !HasDataSuffix(name) &&
                           !HasSourceSuffix(name));
  return agreement || legal || conditions || std::any_of(name.words.begin(), name.words.end(), NamesTerms);
}

bool IsUsePolicyName(const FileName& name) {
  return name.HasWord({"aup"}) || name.HasPhrase({"use_policy", "usage_policy", "acceptable_use", "prohibited_use",
                                                  "prohibited_uses", "use_restrictions", "usepolicy", "acceptableuse"});
}

}  // namespace

bool HasSourceSuffix(const FileName& name) {
  return IsOneOf(name.suffix,
                 {".py",  ".pyi", ".js",  ".mjs",  ".cjs", ".ts",  ".tsx",   ".jsx", ".sh",   ".bash", ".zsh",
                  ".bat", ".cmd", ".ps1", ".rb",   ".pl",  ".lua", ".c",     ".cc",  ".cpp",  ".h",    ".hpp",
                  ".cu",  ".rs",  ".go",  ".java", ".jl",  ".r",   ".ipynb", ".php", ".swift"});
}

bool HasDataSuffix(const FileName& name) {
  return HasSettingsSuffix(name) || HasTableSuffix(name) || HasMediaSuffix(name);
}

std::optional<Role> TermsRoleOf(const FileName& name, bool holds_text) {
  if (name.HasPhrase({"license_plate", "license_plates", "licence_plate", "licence_plates"})) return std::nullopt;
  if (!SuffixAllowsTerms(name, holds_text)) return std::nullopt;
  // Before licences: THIRD_PARTY_LICENSES.txt is no licence of the model.
  if (name.HasPhrase({"third_party", "thirdparty", "3rd_party", "3rdparty"}) &&
      ((!HasDataSuffix(name) && !HasSourceSuffix(name)) ||
       std::any_of(name.words.begin(), name.words.end(), NamesAnyTerms))) {
    return Role::kNotice;
  }
  if (IsLicenseName(name)) return Role::kLicenseText;
  if (IsUsePolicyName(name)) return Role::kUsePolicy;
  if (IsTermsName(name)) return Role::kLicenseText;
  if (std::any_of(name.words.begin(), name.words.end(), NamesANotice)) return Role::kNotice;
  return std::nullopt;
}

}  // namespace weighbridge::types_internal
