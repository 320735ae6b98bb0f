#include "services/engine/llama/library.h"

#ifdef WEIGHBRIDGE_HAS_LLAMA

#include <dirent.h>
#include <dlfcn.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/approval/refusal.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "weighbridge_llama_abi.h"

namespace weighbridge::engine {
namespace {

absl::Status Missing(std::string_view why) {
  return approval::Refuse(v1::RefusalReason::runtime_missing,
                          absl::StrFormat("the inference libraries cannot be used: %s", std::string(why)));
}

// The shared library in `folder` whose name begins so ("libllama.so", "libllama.v0.5.0.so").
absl::StatusOr<std::string> Find(const std::string& folder, const std::string& stem) {
  DIR* directory = opendir(folder.c_str());
  if (directory == nullptr) return Missing(absl::StrFormat("there is no folder %s", Printable(folder)));
  std::vector<std::string> names;
  while (const dirent* entry = readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name.substr(0, stem.size() + 1) == stem + "." && name.find(".so") != name.npos) names.emplace_back(name);
  }
  closedir(directory);
  if (names.empty()) return Missing(absl::StrFormat("%s holds no %s", Printable(folder), stem));
  return folder + "/" + *std::min_element(names.begin(), names.end());
}

absl::StatusOr<void*> OpenOne(const std::string& folder, const std::string& stem) {
  WB_ASSIGN_OR_RETURN(const std::string path, Find(folder, stem));
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return Missing(Printable(dlerror()));
  return handle;
}

template <typename Function>
bool Bind(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(handle, name));
  return function != nullptr;
}

absl::StatusOr<std::unique_ptr<const Library>> Load(const std::string& folder) {
  std::string abi;
  std::ifstream(folder + "/ABI") >> abi;
  if (abi.empty())
    return Missing(absl::StrFormat("%s is no folder of them (deploy/llama.sh makes one)", Printable(folder)));
  if (abi != WEIGHBRIDGE_LLAMA_ABI) {
    return Missing(absl::StrFormat("those in %s were made from other headers than this program", Printable(folder)));
  }
  const std::string lib = folder + "/lib";
  WB_ASSIGN_OR_RETURN(void* const base, OpenOne(lib, "libggml-base"));
  WB_ASSIGN_OR_RETURN(void* const ggml, OpenOne(lib, "libggml"));
  WB_ASSIGN_OR_RETURN(void* const llama, OpenOne(lib, "libllama"));
  auto library = std::make_unique<Library>();
  std::string absent;
#define WB_BIND(handle, name) \
  if (!Bind(handle, #name, library->name)) absent = #name;
#define WB_BIND_LLAMA(name) WB_BIND(llama, name)
#define WB_BIND_GGML(name) WB_BIND(ggml, name)
#define WB_BIND_BASE(name) WB_BIND(base, name)
  WB_LLAMA_FUNCTIONS(WB_BIND_LLAMA)
  WB_GGML_FUNCTIONS(WB_BIND_GGML)
  WB_GGUF_FUNCTIONS(WB_BIND_BASE)
#undef WB_BIND_BASE
#undef WB_BIND_GGML
#undef WB_BIND_LLAMA
#undef WB_BIND
  if (!absent.empty()) return Missing(absl::StrFormat("they have no function %s", absent));
  // It speaks while it loads, too; who opens it listens afterwards.
  library->llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
  library->ggml_backend_load_all_from_path(lib.c_str());
  library->llama_backend_init();
  return std::unique_ptr<const Library>(std::move(library));
}

}  // namespace

absl::StatusOr<const Library*> Library::Open(const std::string& folder) {
  static std::mutex mutex;
  static auto* const opened = new std::map<std::string, std::unique_ptr<const Library>>;
  const std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<const Library>& library = (*opened)[folder];
  if (library == nullptr) {
    absl::StatusOr<std::unique_ptr<const Library>> loaded = Load(folder);
    if (!loaded.ok()) return loaded.status();
    library = *std::move(loaded);
  }
  return library.get();
}

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_HAS_LLAMA
