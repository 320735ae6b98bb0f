// The rulebook: what is known of licences, use policies and model families, loaded, checked and indexed.
//
//   std::vector<RuleIssue> issues;
//   absl::StatusOr<std::shared_ptr<const Rulebook>> book = Rulebook::FromFiles(files, &issues);
//   if (!book.ok()) { std::cerr << ToString(issues); ... }
//   for (const License* license : (*book)->LicensesByHubTag("gemma")) ...
//
// A Rulebook never changes after it is made; any thread may use it. Everything it hands out by pointer or reference
// lives as long as it does. Lists of licences are in bytewise order of id.
//
// Names compare as whole values: lower case, blanks at the ends removed. No look-up ever matches a part of a name, and
// words that say nothing ("other", "unknown", "") match nothing.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_RULEBOOK_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_RULEBOOK_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "services/rulebook/rule_file.h"

namespace weighbridge::classify {
class Classifier;
class TermExtractor;
}

namespace weighbridge::rulebook {

using ::weighbridge::rules::v1::Family;
using ::weighbridge::rules::v1::FamilyMember;
using ::weighbridge::rules::v1::License;

// Which row of the families a hub repository is.
struct ModelResolution {
  const Family* family = nullptr;
  // Has `modality`, `boundary`, `closed`, `openness`, `version`.
  const FamilyMember* member = nullptr;
  // The licences that may hold, in the order of the row; several where the copy's date decides (`member->boundary()`).
  // Empty for closed models only.
  std::vector<const License*> licenses;
  // Not empty: these stand in place of the licences' own `use_policies`.
  std::vector<const License*> use_policies;
};

// A family that a free string names: "Foo-Llama-3.1-8B-GGUF" names version 3.1 of llama.
struct NameMatch {
  const Family* family = nullptr;
  // The rows that the name fits, in the order of the family. All rows if the string gives no version.
  std::vector<const FamilyMember*> members;
  // As the rows have it; empty if the string gives none that is known.
  std::string version;
  // The words that matched, as written.
  std::string words;
};

// Rows whose measured words a config or header shows. Weak evidence: one architecture serves many licences.
struct ArchitectureMatch {
  const Family* family = nullptr;
  std::vector<const FamilyMember*> members;
};

class Rulebook {
 public:
  // Loads rule files in any order. INVALID_ARGUMENT if anything is wrong with them, and then `issues` (not null;
  // overwritten) says everything that is, in the order of path, line and column.
  static absl::StatusOr<std::shared_ptr<const Rulebook>> FromFiles(std::vector<RuleFile> files,
                                                                   std::vector<RuleIssue>* issues);

  // FromFiles over Layer(base, overlay): the rules of the binary with those of a user's folder over them. Where these
  // change what ours say, a file that names each change stands among the rules (overlay.h), and so in the digest.
  static absl::StatusOr<std::shared_ptr<const Rulebook>> Layered(std::vector<RuleFile> base,
                                                                 std::vector<RuleFile> overlay,
                                                                 std::vector<RuleIssue>* issues);

  // Loads what Compile() wrote. `blob` is not copied: it must outlive the rulebook and begin at an address divisible
  // by 8; `owner`, if not null, keeps it alive as long as the rulebook. DATA_LOSS if a checksum does not fit,
  // INVALID_ARGUMENT or FAILED_PRECONDITION for another format or version. The content is trusted to be what Compile()
  // made; the checksum guards against accident, not against forgery. The bundle is not looked at.
  static absl::StatusOr<std::shared_ptr<const Rulebook>> FromCompiled(std::string_view blob,
                                                                      std::shared_ptr<const void> owner = nullptr);

  Rulebook(const Rulebook&) = delete;
  Rulebook& operator=(const Rulebook&) = delete;
  ~Rulebook();

  // RulesDigest() of the source files.
  const std::string& digest() const;

  // The source files, packed by PackBundle(): what is stored with each audit, by their SHA-256 in hexadecimal digits.
  // The bundle of a compiled rulebook may be damaged: who stores it compares, and who reads it takes CheckedBundle().
  std::string_view bundle() const;
  const std::string& bundle_sha256() const;
  // DATA_LOSS if the bundle is not that of the digest. Hashes all of it.
  absl::StatusOr<std::string_view> CheckedBundle() const;

  // Where rules laid over ours change them; empty for the rules of the binary and for rules that only add.
  const rules::v1::Overlay& overlay() const;

  // Licences that are known by their category alone (License.category_facts).
  size_t CategoryLicenses() const;

  // The blob for FromCompiled(): magic, version, section table, parsed messages, classifier index, bundle, SHA-256.
  std::string Compile() const;

  // Compares texts with every wording that the rulebook has; its matches name `License.id` or `short_id` (see
  // LicenseById). Shared by all threads; lives as long as the rulebook.
  const classify::Classifier& classifier() const;

  // Finds what text that no licence explains claims about itself. Compiled on the first call; otherwise as classifier().
  const classify::TermExtractor& terms() const;

  // ---- licences and use policies
  // ------------------------------------------------------------------------------------------

  absl::Span<const License* const> licenses() const;

  // By id or short id, exact but for case; null if there is none.
  const License* LicenseById(std::string_view id) const;

  // The documents that a spelling typed by a person can mean: ids, short ids, other names, full names, hub tags and
  // license names. Blanks, '-' and '_' are one. "gemma" means every Gemma terms text.
  std::vector<const License*> FindLicenses(std::string_view spelling) const;

  // The one that it means; null if there is none or more than one.
  const License* FindLicense(std::string_view spelling) const;

  // Candidate sets for metadata; a set of several stands for all of them. Use policies are never candidates.
  std::vector<const License*> LicensesByHubTag(std::string_view tag) const;
  std::vector<const License*> LicensesByName(std::string_view license_name) const;
  // By the longest listed prefix of the URL. One listed with '/' at its end stands for that place and what lies below
  // it, others for every address that goes on with another word. Scheme, "www." and case do not count.
  std::vector<const License*> LicensesByLink(std::string_view url) const;

  // ---- families
  // -----------------------------------------------------------------------------------------------------------

  absl::Span<const Family* const> families() const;

  // The row of a hub repository "org/name": organisation exact, name by glob, first match wins in the order of the
  // families' file names and their rows. Nothing for other shapes. A closed model resolves by the name that its
  // developer would give it, if its row has an organisation.
  std::optional<ModelResolution> ResolveModel(std::string_view repository) const;

  // The licences and use policies of a row.
  ModelResolution Resolve(const Family& family, const FamilyMember& member) const;

  // Families with rows that list the model type, one of the architectures, or the GGUF architecture (exact).
  std::vector<ArchitectureMatch> FamiliesByArchitecture(std::string_view model_type,
                                                        absl::Span<const std::string> architectures,
                                                        std::string_view gguf_architecture) const;

  // Families with rows that list these sizes; a vocabulary may be larger by a few hundred added tokens.
  std::vector<ArchitectureMatch> FamiliesByShape(const rules::v1::Shape& shape) const;

  // Families named in a free string such as the name of a directory or of somebody else's repository; of a string with
  // '/' in it the last part counts, because an organisation is no model. Whole words only: neither "TinyLlama" nor
  // "llamas" names llama. In the order of the string. Evidence to compare, never a licence by itself.
  std::vector<NameMatch> ModelNamesIn(std::string_view text) const;

  // ---- fields and countries
  // -----------------------------------------------------------------------------------------------

  const rules::v1::FieldSet& fields() const;
  bool HasField(std::string_view field) const;
  // True if a profile that names `stated` meets a rule that names `ruled`: the same field, or within it at any depth.
  bool FieldMeets(std::string_view stated, std::string_view ruled) const;

  const rules::v1::CountryGroups& countries() const;
  // True if `country` (ISO code) is `code_or_group`: the code itself, or "group:EU" for a member of that group.
  bool CountryIs(std::string_view country, std::string_view code_or_group) const;

 private:
  struct Index;
  explicit Rulebook(std::unique_ptr<const Index> index);

  const std::unique_ptr<const Index> index_;
};

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_RULEBOOK_H_
