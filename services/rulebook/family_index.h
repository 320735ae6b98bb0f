// Model families: which row a hub repository is, and which families a name or an architecture points at.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_FAMILY_INDEX_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_FAMILY_INDEX_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::rulebook {

// Look-ups over the families of a Compiled message, which must outlive it. See rulebook.h for what each one does.
class FamilyIndex {
 public:
  struct Row {
    const Family* family = nullptr;
    const FamilyMember* member = nullptr;
  };

  explicit FamilyIndex(const rules::v1::Compiled& compiled);

  const std::vector<const Family*>& all() const { return all_; }

  // The first row for "org/name"; null pointers if there is none.
  Row ByRepository(std::string_view repository) const;

  std::vector<ArchitectureMatch> ByArchitecture(std::string_view model_type,
                                                absl::Span<const std::string> architectures,
                                                std::string_view gguf_architecture) const;

  std::vector<ArchitectureMatch> ByShape(const rules::v1::Shape& shape) const;

  std::vector<NameMatch> NamesIn(std::string_view text) const;

 private:
  // Words that name a family, with the version where the row has one: {"llama", "3.1"}.
  struct Phrase {
    std::vector<std::string> words;
    const Family* family = nullptr;
    std::string version;
    std::vector<const FamilyMember*> members;
  };
  // A glob that begins with whole words and so can be found inside a longer name.
  struct NameGlob {
    std::string glob;
    Row row;
  };

  void AddPhrase(std::vector<std::string> words, const Family& family, const FamilyMember* member);

  std::vector<const Family*> all_;  // in the order of their files
  // Organisation to (glob, row), in first-match order.
  std::unordered_map<std::string, std::vector<NameGlob>> organizations_;
  // First word to phrases; first word to globs in first-match order.
  std::unordered_map<std::string, std::vector<Phrase>> phrases_;
  std::unordered_map<std::string, std::vector<NameGlob>> globs_;
};

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_FAMILY_INDEX_H_
