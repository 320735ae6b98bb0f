#include "tests/support/inventory_mutator.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/unknown_field_set.h"
#include "services/crypto/sha256.h"

namespace weighbridge::testing_support {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr const char* kStrings[] = {
    "",
    "..",
    ".",
    "-",
    "/",
    "/etc/passwd",
    "../../etc/passwd",
    "a/../../b",
    "a/./b",
    "a//b",
    "a/",
    "a\\b",
    "C:\\model.safetensors",
    ".git",
    ".git/config",
    ".cache/huggingface",
    ".cache/huggingface/token",
    ".weighbridge/x",
    "LICENSE",
    "license",
    "README.md",
    "config.json",
    "model.safetensors",
    "model-00001-of-00009.safetensors",
    "model.safetensors.index.json",
    "a\nb",
    "a\x1b[2Jb",
    "\x7f",
    "\xe2\x80\xae"
    "txt.exe",  // right-to-left override
    "a\\x0a",
    "\\x41",
    "\\x",
    "weights",
    "license_text",
    "other",
    "card",
    "superuser",
    "safetensors",
    "gguf",
    "text",
    "png",
    "empty",
    "lfs_pointer",
    "unknown_binary",
    "pickle",
    "file.note",
    "file.malformed",
    "file.unreadable",
    "file.limit",
    "file.shard_missing",
    "license.approved",
    "v3",
    "directory",
    "file",
    "hub_snapshot",
    "ollama",
    "models/a",
    "org/model@main",
    "blobs/sha256-0000000000000000000000000000000000000000000000000000000000000000",
    "manifests/host/library/model/latest",
    "0123456789abcdef0123456789abcdef01234567",
    "vision",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};
constexpr const char* kMalformedStrings[] = {"\xff",
                                             "a\xc0\xaf"
                                             "b",
                                             "\xed\xa0\x80", "LICENSE\xf0\x9f"};
constexpr uint64_t kNumbers[] = {
    0, 1, 2, 4095, uint64_t{4} << 20, uint64_t{4} << 40, (uint64_t{4} << 40) + 1, uint64_t{1} << 63, UINT64_MAX};
constexpr int kFlood = 130'000;

class Mutator {
 public:
  Mutator(std::mt19937_64& rng, v1::Inventory& inventory, InventoryDocuments& documents, const MutatorOptions& options)
      : rng_(rng), inventory_(inventory), documents_(documents), options_(options) {}

  std::string Run() {
    std::string did;
    const size_t count = 1 + Below(2);
    for (size_t i = 0; i < count; ++i) {
      const size_t kind = Below(100);
      const std::string one = kind < 45 ? AnyField() : kind < 65 ? Document() : Lie();
      did += (did.empty() ? "" : "; ") + one;
    }
    return did;
  }

 private:
  size_t Below(size_t limit) { return limit == 0 ? 0 : rng_() % limit; }
  bool OneIn(size_t n) { return Below(n) == 0; }

  std::string AString(const std::string& before) {
    switch (Below(10)) {
      case 0:
        return before + before;
      case 1:
        return before.substr(0, Below(before.size() + 1));
      case 2:
        return before + std::string(1, '\0');
      case 3:
        return std::string(Below(20'000), 'x');
      case 4: {
        std::string changed = before;
        if (!changed.empty())
          changed[Below(changed.size())] ^= static_cast<char>(1 + Below(options_.malformed_utf8 ? 255 : 3));
        return changed;
      }
      case 5:
        if (options_.malformed_utf8) return kMalformedStrings[Below(std::size(kMalformedStrings))];
        [[fallthrough]];
      default:
        return kStrings[Below(std::size(kStrings))];
    }
  }

  void CollectMessages(Message& message, std::vector<Message*>& all) {
    all.push_back(&message);
    const Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> set;
    reflection.ListFields(message, &set);
    for (const FieldDescriptor* field : set) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
      for (int i = 0; i < size; ++i) {
        CollectMessages(field->is_repeated() ? *reflection.MutableRepeatedMessage(&message, field, i)
                                             : *reflection.MutableMessage(&message, field),
                        all);
      }
    }
  }

  // ---- any field of any message

  std::string AnyField() {
    std::vector<Message*> all;
    CollectMessages(inventory_, all);
    Message& message = *all[Below(all.size())];
    const auto* descriptor = message.GetDescriptor();
    if (OneIn(40)) {
      message.GetReflection()->MutableUnknownFields(&message)->AddVarint(static_cast<int>(1000 + Below(9)), 1);
      return "unknown field in " + descriptor->name();
    }
    const FieldDescriptor& field = *descriptor->field(static_cast<int>(Below(descriptor->field_count())));
    return descriptor->name() + "." + field.name() + ": " +
           (field.is_repeated() ? List(message, field) : Single(message, field));
  }

  std::string Single(Message& message, const FieldDescriptor& field) {
    const Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        reflection.SetString(&message, &field, AString(reflection.GetString(message, &field)));
        return "another text";
      case FieldDescriptor::CPPTYPE_BOOL:
        reflection.SetBool(&message, &field, !reflection.GetBool(message, &field));
        return "the opposite";
      case FieldDescriptor::CPPTYPE_UINT32:
        reflection.SetUInt32(&message, &field, static_cast<uint32_t>(kNumbers[Below(std::size(kNumbers))]));
        return "another number";
      case FieldDescriptor::CPPTYPE_UINT64: {
        const uint64_t before = reflection.GetUInt64(message, &field);
        reflection.SetUInt64(&message, &field,
                             OneIn(3) ? before + 1 - 2 * Below(2) : kNumbers[Below(std::size(kNumbers))]);
        return "another number";
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (OneIn(2)) {
          reflection.ClearField(&message, &field);
          return "cleared";
        }
        reflection.MutableMessage(&message, &field)->Clear();
        return "empty";
      default:
        return "no change";
    }
  }

  std::string List(Message& message, const FieldDescriptor& field) {
    const Reflection& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, &field);
    const auto at = [&] { return static_cast<int>(Below(size)); };
    const bool texts = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    switch (Below(size == 0 ? 1 : 6)) {
      case 0:
        if (options_.floods && OneIn(60)) {
          for (int i = 0; i < kFlood; ++i) {
            if (texts) {
              reflection.AddString(&message, &field, "x");
            } else {
              reflection.AddMessage(&message, &field);
            }
          }
          return "a flood";
        }
        if (texts) {
          reflection.AddString(&message, &field, AString("x"));
        } else {
          reflection.AddMessage(&message, &field);
        }
        return "one more";
      case 1:
        reflection.SwapElements(&message, &field, at(), at());
        return "two swapped";
      case 2:
        if (texts) {
          const std::string copy = reflection.GetRepeatedString(message, &field, at());
          reflection.AddString(&message, &field, copy);
        } else {
          Message* added = reflection.AddMessage(&message, &field);
          added->CopyFrom(reflection.GetRepeatedMessage(message, &field, at()));
        }
        return "one twice";
      case 3:
        if (texts) {
          const int i = at();
          reflection.SetRepeatedString(&message, &field, i, AString(reflection.GetRepeatedString(message, &field, i)));
        } else {
          reflection.MutableRepeatedMessage(&message, &field, at())->Clear();
        }
        return "one changed";
      case 4:
        reflection.SwapElements(&message, &field, at(), size - 1);
        reflection.RemoveLast(&message, &field);
        return "one lost, order broken";
      default:
        if (OneIn(4)) {
          reflection.ClearField(&message, &field);
          return "all lost";
        }
        reflection.RemoveLast(&message, &field);
        return "the last lost";
    }
  }

  // ---- documents

  std::string Document() {
    if (documents_.empty() || OneIn(8)) {
      const std::string text = "a text nobody refers to " + std::to_string(Below(1000));
      documents_[Sha256Hex(text)] = text;
      return "a document that nobody refers to";
    }
    const auto chosen = std::next(documents_.begin(), static_cast<std::ptrdiff_t>(Below(documents_.size())));
    std::string& bytes = chosen->second;
    switch (Below(8)) {
      case 0:
        documents_.erase(chosen);
        return "a document lost";
      case 1:
        if (!bytes.empty()) bytes[Below(bytes.size())] ^= static_cast<char>(1 + Below(255));
        return "a byte of a document changed";
      case 2:
        bytes.resize(Below(bytes.size() + 1));
        return "a document cut";
      case 3:
        bytes += "and more";
        return "a document longer";
      case 4:
        std::swap(bytes, std::next(documents_.begin(), static_cast<std::ptrdiff_t>(Below(documents_.size())))->second);
        return "two documents swapped";
      case 5: {
        std::string moved = std::move(bytes);
        documents_.erase(chosen);
        documents_[AString("")] = std::move(moved);
        return "a document under another name";
      }
      case 6: {
        std::string digest = chosen->first;
        std::transform(digest.begin(), digest.end(), digest.begin(),
                       [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
        std::string moved = std::move(bytes);
        documents_.erase(chosen);
        documents_[digest] = std::move(moved);
        return "a digest in capitals";
      }
      default:
        documents_.clear();
        return "all documents lost";
    }
  }

  // ---- lies that keep the rest consistent

  v1::InventoryArtifact* AnArtifact(const std::function<bool(const v1::InventoryArtifact&)>& wanted) {
    std::vector<v1::InventoryArtifact*> all;
    for (v1::InventoryArtifact& one : *inventory_.mutable_artifacts()) {
      if (wanted(one)) all.push_back(&one);
    }
    return all.empty() ? nullptr : all[Below(all.size())];
  }

  void Sort() {
    std::sort(inventory_.mutable_artifacts()->begin(), inventory_.mutable_artifacts()->end(),
              [](const auto& a, const auto& b) { return a.path() < b.path(); });
  }

  void DropUnusedDocuments() {
    for (auto it = documents_.begin(); it != documents_.end();) {
      const bool used =
          std::any_of(inventory_.artifacts().begin(), inventory_.artifacts().end(),
                      [&](const v1::InventoryArtifact& one) { return one.document_sha256() == it->first; });
      it = used ? std::next(it) : documents_.erase(it);
    }
  }

  static bool IsDocument(const v1::InventoryArtifact& one) { return !one.document_sha256().empty(); }
  static bool IsAny(const v1::InventoryArtifact&) { return true; }

  std::string Lie() {
    switch (Below(14)) {
      case 0:
        return HideAs("png", "other");
      case 1:
        return HideAs("python", "code");
      case 2:
        return LeaveOut();
      case 3:
        return Rename();
      case 4:
        return Exchange();
      case 5:
        return SayTruncated();
      case 6:
        return DropProblem();
      case 7:
        return DropHeader();
      case 8:
        return Claim();
      case 9:
        return AddArtifact();
      case 10:
        return AddProblem();
      case 11:
        return OtherWeights();
      case 12: {
        inventory_.set_single_file(!inventory_.single_file());
        if (inventory_.artifacts_size() > 1 && OneIn(2)) {
          while (inventory_.artifacts_size() > 1) inventory_.mutable_artifacts()->RemoveLast();
          inventory_.clear_ignored();
          inventory_.clear_problems();
          DropUnusedDocuments();
        }
        return "single file or folder";
      }
      default:
        inventory_.set_repository(OneIn(2) ? "org/model" : AString("org/model"));
        inventory_.set_revision(OneIn(2) ? "0123456789abcdef0123456789abcdef01234567" : AString("main"));
        return "a repository";
    }
  }

  std::string HideAs(const std::string& format, const std::string& role) {
    v1::InventoryArtifact* one = AnArtifact(IsDocument);
    if (one == nullptr) return "nothing to hide";
    one->set_format(format);
    if (OneIn(2)) one->set_role(role);
    one->clear_document_sha256();
    one->clear_document_truncated();
    DropUnusedDocuments();
    return "a document called " + format;
  }

  std::string LeaveOut() {
    if (inventory_.artifacts_size() == 0) return "nothing to leave out";
    const int i = static_cast<int>(Below(inventory_.artifacts_size()));
    const std::string path = inventory_.artifacts(i).path();
    inventory_.mutable_artifacts()->DeleteSubrange(i, 1);
    if (OneIn(2)) {
      auto& problems = *inventory_.mutable_problems();
      problems.erase(
          std::remove_if(problems.begin(), problems.end(), [&](const auto& problem) { return problem.path() == path; }),
          problems.end());
    }
    DropUnusedDocuments();
    return "a file left out";
  }

  std::string Rename() {
    v1::InventoryArtifact* one = AnArtifact(IsAny);
    if (one == nullptr) return "nothing to rename";
    static constexpr const char* kNames[] = {
        "zz/LICENSE",     "NOTICE", "docs/terms.md", "model.gguf", "x.bin",       "adapter_config.json",
        "tokenizer.json", "a.py",   "photo.png",     "notes.txt",  "config.json", "a/b/c/d.txt"};
    one->set_path(OneIn(3) ? AString(one->path()) : kNames[Below(std::size(kNames))]);
    if (!OneIn(5)) Sort();
    return "a file renamed";
  }

  std::string Exchange() {
    v1::InventoryArtifact* one = AnArtifact(IsDocument);
    if (one == nullptr) return "nothing to exchange";
    static constexpr const char* kTexts[] = {
        "You may do as you please with this.\n",        "%PDF-1.4\n",   "<html>no terms</html>\n", "{}", "import os\n",
        "version https://git-lfs.github.com/spec/v1\n", "plain words\n"};
    const std::string text = kTexts[Below(std::size(kTexts))];
    const std::string digest = Sha256Hex(text);
    documents_[digest] = text;
    one->set_sha256(digest);
    one->set_document_sha256(digest);
    one->set_size(text.size());
    one->set_document_truncated(false);
    DropUnusedDocuments();
    return "another text in place of a document";
  }

  std::string SayTruncated() {
    v1::InventoryArtifact* one = AnArtifact(IsDocument);
    if (one == nullptr) return "nothing to cut";
    one->set_document_truncated(!one->document_truncated());
    if (OneIn(2)) {
      const auto found = documents_.find(one->document_sha256());
      std::string text = found == documents_.end() ? "" : found->second.substr(0, Below(found->second.size() + 1));
      one->set_document_sha256(Sha256Hex(text));
      documents_[one->document_sha256()] = std::move(text);
      DropUnusedDocuments();
    }
    return "a document said to be cut";
  }

  std::string DropProblem() {
    if (inventory_.problems_size() == 0) return "no problem to hide";
    inventory_.mutable_problems()->DeleteSubrange(static_cast<int>(Below(inventory_.problems_size())), 1);
    return "a problem hidden";
  }

  std::string DropHeader() {
    v1::InventoryArtifact* one = AnArtifact([](const auto& artifact) { return artifact.has_header(); });
    if (one == nullptr) return "no header to lose";
    one->clear_header();
    if (OneIn(2)) one->set_format(OneIn(2) ? "onnx" : "pickle");
    return "a header lost";
  }

  std::string Claim() {
    v1::InventoryArtifact* one = AnArtifact(IsAny);
    if (one == nullptr) return "nothing to claim";
    one->set_claimed(!one->claimed());
    if (OneIn(2)) one->set_format(one->claimed() ? "lfs_pointer" : "safetensors");
    if (OneIn(2)) one->clear_header();
    if (OneIn(2)) one->clear_document_sha256();
    DropUnusedDocuments();
    return "claimed or measured";
  }

  std::string AddArtifact() {
    struct Row {
      const char* path;
      const char* role;
      const char* format;
    };
    static constexpr Row kRows[] = {{"extra.png", "other", "png"},
                                    {"extra.py", "code", "python"},
                                    {"extra.safetensors", "weights", "safetensors"},
                                    {"extra.pt", "weights", "pickle"},
                                    {"../x", "other", "png"},
                                    {"model", "weights", "unknown_binary"},
                                    {"extra.zip", "archive", "zip"},
                                    {"LICENSE/x", "other", "png"},
                                    {"tokenizer.model", "tokenizer", "sentencepiece"},
                                    {"-", "other", "png"},
                                    {"config.json/y", "code", "python"}};
    const Row& row = kRows[Below(std::size(kRows))];
    v1::InventoryArtifact& added = *inventory_.add_artifacts();
    added.set_path(row.path);
    added.set_role(row.role);
    added.set_format(row.format);
    added.set_size(1 + Below(100'000));
    added.set_sha256(Sha256Hex(row.path));
    if (OneIn(2)) added.mutable_header()->set_tensor_count(1);
    if (!OneIn(5)) Sort();
    return std::string("a file more: ") + row.path;
  }

  std::string AddProblem() {
    static constexpr const char* kRules[] = {"file.unreadable",    "file.note",    "file.limit",
                                             "file.unsafe_link",   "file.changed", "file.malformed",
                                             "file.shard_missing", "file.nothing"};
    v1::InventoryProblem problem;
    problem.set_rule_id(kRules[Below(std::size(kRules))]);
    problem.set_path(inventory_.artifacts_size() > 0 && OneIn(2)
                         ? inventory_.artifacts(static_cast<int>(Below(inventory_.artifacts_size()))).path()
                         : AString("somewhere"));
    problem.set_message("something is wrong");
    problem.set_blocks(!OneIn(3));
    *inventory_.add_problems() = problem;
    if (OneIn(2)) inventory_.mutable_problems()->SwapElements(0, inventory_.problems_size() - 1);
    return "a problem more: " + problem.rule_id();
  }

  // What only the bytes of the file could contradict.
  std::string OtherWeights() {
    v1::InventoryArtifact* one = AnArtifact([](const auto& artifact) { return artifact.document_sha256().empty(); });
    if (one == nullptr) return "no weights";
    one->set_sha256(Sha256Hex(std::to_string(Below(1000))));
    if (OneIn(2)) one->set_size(1000 + Below(1'000'000));
    if (one->has_header() && OneIn(2)) one->mutable_header()->set_tensor_count(Below(40));
    return "another file of the same kind";
  }

  std::mt19937_64& rng_;
  v1::Inventory& inventory_;
  InventoryDocuments& documents_;
  const MutatorOptions options_;
};

}  // namespace

std::string MutateInventory(std::mt19937_64& rng, v1::Inventory& inventory, InventoryDocuments& documents,
                            const MutatorOptions& options) {
  return Mutator(rng, inventory, documents, options).Run();
}

}  // namespace weighbridge::testing_support
