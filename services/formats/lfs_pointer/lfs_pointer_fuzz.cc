#include "services/formats/lfs_pointer/lfs_pointer.h"
#include "services/formats/testing/fuzz_target.h"

std::vector<std::string> FuzzSeeds() {
  return {"version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, 'a') + "\nsize 12\n"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::Status status = weighbridge::formats::ParseLfsPointer(text).status();
  FuzzCheckStatuses(status, status);
  return 0;
}
