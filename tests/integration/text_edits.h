// Edits of a licence text, as scenario files name them. Harmless ones change the layout, the others what it says.
#ifndef WEIGHBRIDGE_TESTS_INTEGRATION_TEXT_EDITS_H_
#define WEIGHBRIDGE_TESTS_INTEGRATION_TEXT_EDITS_H_

#include <optional>
#include <string>
#include <string_view>

namespace weighbridge::integration {

// Applies one edit; nullopt with `error` set if the edit is unknown or its words are not in the text.
//
//   replace A -> B          the first place       replace-all A -> B
//   insert-before A -> B    insert-after A -> B   B beside the first A
//   append A                prepend A             as a paragraph of its own
//   reflow N                paragraphs broken at N columns; 0 is one line each
//   crlf, curly             line ends; curly quotes
//   comment P               P and a blank before each line
//   heading                 the first line becomes a Markdown heading
//   collide A               the first A becomes another number with the same 32-bit word hash, found by search
//   cut N                   without the last N bytes
//   pointer                 a git-lfs pointer to the bytes
std::optional<std::string> ApplyEdit(std::string_view edit, std::string text, std::string& error);

// A number other than `word` whose 32-bit hash in the classifier is the same. Some 4,000,000,000 tries: a few seconds,
// once.
std::string CollidingNumber(std::string_view word);

// The value of `size` lower-case hexadecimal digits: SHA-256 of the bytes.
std::string Sha256Of(std::string_view bytes);

}  // namespace weighbridge::integration

#endif  // WEIGHBRIDGE_TESTS_INTEGRATION_TEXT_EDITS_H_
