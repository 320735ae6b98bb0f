#include "services/source/document.h"

#include <string_view>

#include "absl/strings/str_format.h"

namespace weighbridge::source {

absl::StatusOr<std::string> ReadDocument(formats::ByteSource& source, size_t limit) {
  const auto too_large = [&] {
    return absl::ResourceExhaustedError(
        absl::StrFormat("a text of %d bytes is over the limit of %d bytes", source.size(), limit));
  };
  if (source.size() > limit) return too_large();
  std::string text;
  text.reserve(static_cast<size_t>(source.size()));
  for (;;) {
    const absl::StatusOr<std::string_view> block = source.NextBlock();
    if (!block.ok()) return block.status();
    if (block->empty()) return text;
    if (block->size() > limit - text.size()) return too_large();
    text.append(*block);
  }
}

}  // namespace weighbridge::source
