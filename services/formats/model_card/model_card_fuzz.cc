#include "services/formats/model_card/model_card.h"
#include "services/formats/testing/fuzz_target.h"

std::vector<std::string> FuzzSeeds() {
  return {"---\nlicense: mit\nbase_model:\n- a/b\n---\nbody\n", "\xEF\xBB\xBF---\r\nlicense: [a, b]\r\n---\r\n",
          "no front matter\n", "---\n---\n"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto card = weighbridge::formats::ParseModelCard(text);
  FuzzCheckStatuses(card.status(), card.status());
  if (card.ok()) FuzzCheck(card->body_begin <= size, "the body begins inside the card");
  return 0;
}
