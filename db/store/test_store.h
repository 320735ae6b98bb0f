// Stores for tests.
#ifndef WEIGHBRIDGE_DB_STORE_TEST_STORE_H_
#define WEIGHBRIDGE_DB_STORE_TEST_STORE_H_

#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/store/store.h"
#include "gtest/gtest.h"

namespace weighbridge::db {

// A fresh path for each call.
inline std::string NewPath() {
  static std::atomic<int> count{0};
  return ::testing::TempDir() + "/store_" + std::to_string(getpid()) + "_" + std::to_string(count++) + ".db";
}

inline std::unique_ptr<Store> OpenOrFail(const std::string& path, StoreMode mode = StoreMode::kCreate) {
  StoreOptions options;
  options.path = path;
  options.mode = mode;
  absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(options);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

inline absl::Status OpenStatus(const std::string& path, StoreMode mode) {
  StoreOptions options;
  options.path = path;
  options.mode = mode;
  return Store::Open(options).status();
}

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_TEST_STORE_H_
