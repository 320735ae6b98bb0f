// Tells what a file is from its first bytes, never from its suffix: a suffix is what an attacker chooses.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_SNIFF_SNIFF_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_SNIFF_SNIFF_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "services/formats/sniff/format.h"

namespace weighbridge::formats {

// More first bytes are not looked at; fewer make the answer less sure, never more permissive.
inline constexpr size_t kSniffBytes = 65536;
// Last bytes that AlsoLooksLike needs to see any zip directory end: 22 bytes and a comment of at most 65,535.
inline constexpr size_t kSniffTailBytes = 65557;

// Format of a file of `size` bytes that starts with `first_bytes`. `base_name` only decides between kinds of text
// (Markdown, YAML, Python, plain) that content cannot tell apart. Pure; linear in first_bytes.
Format Sniff(std::string_view first_bytes, uint64_t size, std::string_view base_name);

// Other formats that a reader could take the same bytes for (polyglots): a zip directory at the end of something that
// is no zip, a zip member, a pickle that runs (its two first bytes alone prove nothing), tar, HDF5 or PDF start inside
// another format, markup inside Markdown that starts a web page. `last_bytes` are the last min(size, kSniffTailBytes) bytes, or empty if not at hand. Sorted, without
// `format` itself.
std::vector<Format> AlsoLooksLike(Format format, std::string_view first_bytes, uint64_t size,
                                  std::string_view last_bytes);

// True if the suffix promises weights (.safetensors .gguf .bin .pt .onnx ...), in either case of letters. A file for
// which this holds and IsWeights(Sniff(...)) does not is "called weights, content is none".
bool NameSaysWeights(std::string_view base_name);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_SNIFF_SNIFF_H_
