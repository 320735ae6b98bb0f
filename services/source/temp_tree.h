// A folder of hostile things for tests, removed at the end.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_TEMP_TREE_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_TEMP_TREE_H_

#include <cstdint>
#include <string>

namespace weighbridge::source {

// Paths are relative to the tree; missing folders are made. A step that fails ends the test program: no test can go on.
class TempTree {
 public:
  TempTree();
  ~TempTree();
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;

  const std::string& path() const { return path_; }
  std::string At(const std::string& relative) const { return path_ + "/" + relative; }

  void File(const std::string& relative, const std::string& content = "x") const;
  void SparseFile(const std::string& relative, uint64_t size) const;
  void Folder(const std::string& relative) const;
  void Link(const std::string& target, const std::string& relative) const;
  void Fifo(const std::string& relative) const;
  void Socket(const std::string& relative) const;
  // `depth` folders, each named `name`, one within the other, with a file "x" at the bottom.
  void DeepFolders(const std::string& name, int depth) const;

 private:
  std::string path_;
};

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_TEMP_TREE_H_
