// A folder for one test, removed at the end.
#ifndef WEIGHBRIDGE_TESTS_SUPPORT_TEMP_DIR_H_
#define WEIGHBRIDGE_TESTS_SUPPORT_TEMP_DIR_H_

#include <string>
#include <string_view>

namespace weighbridge::testing_support {

// Paths given to its functions are relative to it. A step that fails fails the test.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string At(std::string_view relative) const;

  // Missing folders are made. Returns the full path.
  std::string Write(std::string_view relative, std::string_view bytes) const;
  std::string Folder(std::string_view relative) const;
  void Link(const std::string& target, std::string_view relative) const;
  void Fifo(std::string_view relative) const;

 private:
  std::string path_;
};

}  // namespace weighbridge::testing_support

#endif  // WEIGHBRIDGE_TESTS_SUPPORT_TEMP_DIR_H_
