#include "services/profile/parse.h"

#include "services/profile/checks.h"
#include "services/profile/issues.h"
#include "services/profile/mapper.h"
#include "services/profile/read_message.h"

namespace weighbridge::profile {
namespace {

template <typename Message>
absl::StatusOr<Message> Parse(std::string_view bytes, std::string_view file_name, const Vocabulary& vocabulary,
                              void (*check)(const Message&, const Vocabulary&, const Places&, Issues*)) {
  Issues issues(file_name);
  Message message;
  Places places;
  if (!ReadMessage(bytes, file_name, &message, &places, &issues)) return issues.ToStatus();
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
