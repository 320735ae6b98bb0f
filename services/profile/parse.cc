#include "services/profile/parse.h"

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/profile/checks.h"
#include "services/profile/issues.h"
#include "services/profile/mapper.h"
#include "services/profile/read_tree.h"

namespace weighbridge::profile {
namespace {

template <typename Message>
absl::StatusOr<Message> Parse(std::string_view bytes, std::string_view file_name, const Vocabulary& vocabulary,
                              void (*check)(const Message&, const Vocabulary&, const Places&, Issues*)) {
  Issues issues(file_name);
  if (bytes.size() > kMaxFileBytes) {
    issues.Add({}, absl::StrFormat("the file has %d bytes, over the limit of %d", bytes.size(), kMaxFileBytes));
    return issues.ToStatus();
  }
  if (!IsValidUtf8(bytes)) {
    issues.Add({}, "the file is not UTF-8");
    return issues.ToStatus();
  }
  Message message;
  Places places;
  const Notation notation = NotationOf(bytes, file_name);
  if (notation == Notation::kTextproto) {
    if (!MapTextproto(bytes, &message, &places, &issues)) return issues.ToStatus();
  } else {
    const std::optional<formats::Value> tree = ReadTree(bytes, notation, &issues);
    if (!tree.has_value()) return issues.ToStatus();
    MapperOptions options;
    options.quoted_integers = notation == Notation::kJson;
    MapTree(*tree, options, &message, &places, &issues);
  }
  check(message, vocabulary, places, &issues);
  if (!issues.empty()) return issues.ToStatus();
  UseLicenseIds(vocabulary, &message);
  return message;
}

}  // namespace

absl::StatusOr<v1::Profile> ParseProfile(std::string_view bytes, std::string_view file_name,
                                         const Vocabulary& vocabulary) {
  return Parse<v1::Profile>(bytes, file_name, vocabulary, &CheckProfile);
}

absl::StatusOr<v1::Policy> ParsePolicy(std::string_view bytes, std::string_view file_name,
                                       const Vocabulary& vocabulary) {
  return Parse<v1::Policy>(bytes, file_name, vocabulary, &CheckPolicy);
}

}  // namespace weighbridge::profile
