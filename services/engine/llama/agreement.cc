#include "services/engine/llama/agreement.h"

#ifdef WEIGHBRIDGE_HAS_LLAMA

#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/approval/refusal.h"
#include "services/base/utf8.h"
#include "services/formats/bytes/byte_source.h"
#include "services/formats/gguf/gguf.h"

namespace weighbridge::engine {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;

// The bytes behind a descriptor, by place: nothing moves the descriptor's own position.
class DescriptorSource final : public formats::ByteSource {
 public:
  explicit DescriptorSource(const SealedFile& file) : file_(file), block_(kBlockBytes) {}
  absl::StatusOr<std::string_view> NextBlock() override {
    const ssize_t got = pread(file_.fd.get(), block_.data(), block_.size(), static_cast<off_t>(at_));
    if (got < 0) return absl::UnavailableError("cannot read the copy");
    at_ += static_cast<uint64_t>(got);
    return std::string_view(block_.data(), static_cast<size_t>(got));
  }
  uint64_t size() const override { return file_.size; }

 private:
  const SealedFile& file_;
  std::vector<char> block_;
  uint64_t at_ = 0;
};

struct FreeGguf {
  const Library* library;
  void operator()(gguf_context* context) const { library->gguf_free(context); }
};

std::string KeyDifference(const Library& ggml, const gguf_context* theirs, int64_t id,
                          const formats::GgufHeader& ours) {
  const char* const name = ggml.gguf_get_key(theirs, id);
  const formats::GgufKey* const key = ours.Find(name);
  if (key == nullptr) return absl::StrFormat("key %s", Printable(name));
  const gguf_type type = ggml.gguf_get_kv_type(theirs, id);
  if (static_cast<uint32_t>(type) != static_cast<uint32_t>(key->type))
    return absl::StrFormat("the type of key %s", Printable(name));
  if (type == GGUF_TYPE_ARRAY) {
    const bool same =
        static_cast<uint32_t>(ggml.gguf_get_arr_type(theirs, id)) == static_cast<uint32_t>(key->element) &&
        ggml.gguf_get_arr_n(theirs, id) == key->size;
    return same ? "" : absl::StrFormat("the array under %s", Printable(name));
  }
  if (type == GGUF_TYPE_STRING) {
    const std::string_view value = ggml.gguf_get_val_str(theirs, id);
    // A string that holds a NUL is read to its end here, and up to it there.
    const bool same = value.size() == key->size && value.substr(0, key->text.size()) == key->text;
    return same ? "" : absl::StrFormat("the string under %s", Printable(name));
  }
  static constexpr size_t kWidths[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  const size_t width = static_cast<size_t>(type) < std::size(kWidths) ? kWidths[type] : 0;
  uint64_t bits = 0;
  if (width > 0) std::memcpy(&bits, ggml.gguf_get_val_data(theirs, id), width);
  return width > 0 && bits == key->bits ? "" : absl::StrFormat("the value under %s", Printable(name));
}

std::string TensorDifference(const Library& ggml, const gguf_context* theirs, int64_t id,
                             const formats::GgufTensor& tensor) {
  const std::string name = Printable(tensor.name);
  if (ggml.gguf_get_tensor_name(theirs, id) != tensor.name) return absl::StrFormat("the name of tensor %d", id);
  if (static_cast<uint32_t>(ggml.gguf_get_tensor_type(theirs, id)) != tensor.type)
    return absl::StrFormat("the type of tensor %s", name);
  if (ggml.gguf_get_tensor_offset(theirs, id) != tensor.offset ||
      ggml.gguf_get_tensor_size(theirs, id) != tensor.bytes) {
    return absl::StrFormat("the place of tensor %s", name);
  }
  const int64_t* const dims = ggml.gguf_get_tensor_ne(theirs, id);
  for (size_t i = 0; i < GGML_MAX_DIMS; ++i) {
    const uint64_t wanted = i < tensor.dims.size() ? tensor.dims[i] : 1;
    if (static_cast<uint64_t>(dims[i]) != wanted) return absl::StrFormat("the dimensions of tensor %s", name);
  }
  return "";
}

std::string Difference(const Library& ggml, const gguf_context* theirs, const formats::GgufHeader& ours) {
  if (ggml.gguf_get_alignment(theirs) != ours.alignment) return "the alignment";
  // Without tensors there is no data, and ggml does not pad to where it would begin.
  if (!ours.tensors.empty() && ggml.gguf_get_data_offset(theirs) != ours.data_begin) return "the start of the data";
  if (static_cast<uint64_t>(ggml.gguf_get_n_kv(theirs)) != ours.keys.size()) return "the number of keys";
  if (static_cast<uint64_t>(ggml.gguf_get_n_tensors(theirs)) != ours.tensors.size()) return "the number of tensors";
  for (int64_t id = 0; id < ggml.gguf_get_n_kv(theirs); ++id) {
    std::string difference = KeyDifference(ggml, theirs, id, ours);
    if (!difference.empty()) return difference;
  }
  for (int64_t id = 0; id < ggml.gguf_get_n_tensors(theirs); ++id) {
    std::string difference = TensorDifference(ggml, theirs, id, ours.tensors[static_cast<size_t>(id)]);
    if (!difference.empty()) return difference;
  }
  return "";
}

absl::Status Refused(const SealedFile& file, std::string_view why) {
  const std::string name = Printable(file.name);
  return approval::Refuse(v1::RefusalReason::weights_malformed, absl::StrFormat("%s: %s", name, std::string(why)),
                          name);
}

}  // namespace

absl::Status CheckAgreement(const Library& library, const SealedFile& file) {
  DescriptorSource source(file);
  const absl::StatusOr<formats::GgufHeader> ours = formats::ParseGguf(&source);
  if (!ours.ok()) return Refused(file, std::string(ours.status().message()));
  gguf_init_params params = {};
  params.no_alloc = true;
  const std::unique_ptr<gguf_context, FreeGguf> theirs(
      library.gguf_init_from_file(absl::StrFormat("/proc/self/fd/%d", file.fd.get()).c_str(), params),
      FreeGguf{&library});
  if (theirs == nullptr) return Refused(file, "llama.cpp does not read it, though it is well-formed");
  const std::string difference = Difference(library, theirs.get(), *ours);
  if (difference.empty()) return absl::OkStatus();
  return Refused(file, absl::StrFormat("llama.cpp would read %s in another way", difference));
}

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_HAS_LLAMA
