#include "services/auditor/inventory_upload.h"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "services/auditor/artifact_check.h"
#include "services/auditor/message_check.h"
#include "services/auditor/refusal.h"
#include "services/base/status_macros.h"

namespace weighbridge::auditor {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// An inventory inside another one arrives in parts like the outer one.
bool IsInventory(const FieldDescriptor& field) {
  return !field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() == v1::Inventory::descriptor();
}

std::vector<const FieldDescriptor*> SetFields(const Message& message) {
  std::vector<const FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  return set;
}

// Elements of all kinds, the message itself not among them. The depth has been checked.
size_t CountElements(const Message& message) {
  size_t count = 0;
  const Reflection& reflection = *message.GetReflection();
  for (const FieldDescriptor* field : SetFields(message)) {
    const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    if (field->is_repeated()) count += static_cast<size_t>(size);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    for (int i = 0; i < size; ++i) {
      count += CountElements(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                                  : reflection.GetMessage(message, field));
    }
    if (!field->is_repeated()) ++count;
  }
  return count;
}

// A part behind the first has repeated fields alone, so that no value changes under what was checked before.
absl::Status CheckLaterPart(const std::string& field, const Message& part) {
  for (const FieldDescriptor* one : SetFields(part)) {
    const std::string at = field + "." + one->name();
    if (one->is_repeated()) continue;
    if (!IsInventory(*one)) return Refused(at, "stands in the first part alone");
    WB_RETURN_IF_ERROR(CheckLaterPart(at, part.GetReflection()->GetMessage(part, one)));
  }
  return absl::OkStatus();
}

// Fills parts with the elements of an inventory and gives each full one away.
class Splitter {
 public:
  Splitter(size_t part_bytes_max, const PartSink& sink) : part_bytes_max_(part_bytes_max), sink_(sink) {}

  bool Run(const v1::Inventory& inventory) {
    AddScalars(inventory, part_);
    bytes_ = part_.ByteSizeLong();
    std::vector<const FieldDescriptor*> outer;
    return AddElements(inventory, outer) && Flush();
  }

 private:
  // Single fields, those of inner inventories too: they go with the first part.
  static void AddScalars(const Message& from, Message& to) {
    const Reflection& reflection = *from.GetReflection();
    for (const FieldDescriptor* field : SetFields(from)) {
      if (field->is_repeated()) continue;
      if (IsInventory(*field)) {
        AddScalars(reflection.GetMessage(from, field), *reflection.MutableMessage(&to, field));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        reflection.MutableMessage(&to, field)->CopyFrom(reflection.GetMessage(from, field));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        reflection.SetString(&to, field, reflection.GetString(from, field));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
        reflection.SetUInt32(&to, field, reflection.GetUInt32(from, field));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
        reflection.SetUInt64(&to, field, reflection.GetUInt64(from, field));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
        reflection.SetBool(&to, field, reflection.GetBool(from, field));
      }
    }
  }

  bool AddElements(const Message& from, std::vector<const FieldDescriptor*>& outer) {
    const Reflection& reflection = *from.GetReflection();
    for (const FieldDescriptor* field : SetFields(from)) {
      if (IsInventory(*field)) {
        outer.push_back(field);
        if (!AddElements(reflection.GetMessage(from, field), outer)) return false;
        outer.pop_back();
        continue;
      }
      if (!field->is_repeated()) continue;
      for (int i = 0; i < reflection.FieldSize(from, field); ++i) {
        if (!AddElement(from, *field, i, outer)) return false;
      }
    }
    return true;
  }

  bool AddElement(const Message& from, const FieldDescriptor& field, int i,
                  const std::vector<const FieldDescriptor*>& outer) {
    // Tag and length of the element and of each inventory around it, at most.
    constexpr size_t kTagBytes = 8;
    const Reflection& reflection = *from.GetReflection();
    const bool message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    const size_t bytes = (message ? reflection.GetRepeatedMessage(from, &field, i).ByteSizeLong()
                                  : reflection.GetRepeatedString(from, &field, i).size()) +
                         kTagBytes * (outer.size() + 1);
    if (bytes_ > 0 && bytes_ + bytes > part_bytes_max_ && !Flush()) return false;
    Message* to = &part_;
    for (const FieldDescriptor* one : outer) to = to->GetReflection()->MutableMessage(to, one);
    if (message) {
      reflection.AddMessage(to, &field)->CopyFrom(reflection.GetRepeatedMessage(from, &field, i));
    } else {
      reflection.AddString(to, &field, reflection.GetRepeatedString(from, &field, i));
    }
    bytes_ += bytes;
    return true;
  }

  bool Flush() {
    if (bytes_ == 0 && sent_) return true;
    sent_ = true;
    const bool more = sink_.inventory(part_);
    part_.Clear();
    bytes_ = 0;
    return more;
  }

  const size_t part_bytes_max_;
  const PartSink& sink_;
  v1::Inventory part_;
  size_t bytes_ = 0;
  bool sent_ = false;
};

bool SplitDocument(std::string_view digest, std::string_view bytes, size_t part_bytes_max, const PartSink& sink) {
  do {
    const std::string_view part = bytes.substr(0, part_bytes_max);
    bytes.remove_prefix(part.size());
    if (!sink.document(digest, part, bytes.empty())) return false;
  } while (!bytes.empty());
  return true;
}

}  // namespace

absl::Status InventoryUpload::Fail(absl::Status status) {
  if (status.ok()) return status;
  status_ = status;
  collected_ = Collected();
  expected_.clear();
  open_ = nullptr;
  inventory_bytes_ = document_bytes_ = 0;
  return status;
}

absl::Status InventoryUpload::AddInventory(v1::Inventory part) {
  if (!status_.ok()) return status_;
  try {
    return Fail(TakeInventory(part));
  } catch (const std::bad_alloc&) {
    return Fail(absl::ResourceExhaustedError("inventory: out of memory"));
  }
}

absl::Status InventoryUpload::TakeInventory(v1::Inventory& part) {
  const std::string field = "inventory";
  if (expects_) return Refused(field, "a part of the inventory behind a document");
  WB_RETURN_IF_ERROR(CheckMessage(field, part));
  if (const size_t bytes = part.ByteSizeLong(); bytes > kUploadPartBytesMax) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%s: a part of %d bytes, the limit is %d", field, bytes, kUploadPartBytesMax));
  } else if (bytes == 0) {
    return Refused(field, "a part without anything in it");
  }
  if (has_inventory_) {
    WB_RETURN_IF_ERROR(CheckLaterPart(field, part));
  } else if (part.schema_version() != kInventorySchemaVersion) {
    return Refused(field + ".schema_version", absl::StrFormat("the first part says %d, this version reads %d",
                                                              part.schema_version(), kInventorySchemaVersion));
  }
  const size_t held = part.ByteSizeLong() + kElementBytes * CountElements(part);
  if (held > limits_.inventory_bytes_max - inventory_bytes_) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%s: takes more than %d bytes", field, limits_.inventory_bytes_max));
  }
  if (has_inventory_) {
    collected_.inventory.MergeFrom(part);
  } else {
    collected_.inventory.Swap(&part);
  }
  inventory_bytes_ += held;
  has_inventory_ = true;
  return absl::OkStatus();
}

absl::Status InventoryUpload::AddDocument(std::string_view sha256, std::string_view bytes, bool last) {
  if (!status_.ok()) return status_;
  try {
    return Fail(TakeDocument(sha256, bytes, last));
  } catch (const std::bad_alloc&) {
    return Fail(absl::ResourceExhaustedError("documents: out of memory"));
  }
}

absl::Status InventoryUpload::StartDocument(std::string_view sha256) {
  const std::string field = FieldAt("document", documents_);
  if (!has_inventory_) return Refused(field, "a document before the inventory");
  if (!expects_) {
    const auto expect = [this](const v1::InventoryArtifact& artifact) {
      if (artifact.document_sha256().empty()) return;
      uint64_t& most = expected_[artifact.document_sha256()];
      most = std::max<uint64_t>(most, artifact.size());
    };
    const auto expect_all = [&expect](const v1::Inventory& inventory) {
      for (const v1::InventoryArtifact& artifact : inventory.artifacts()) expect(artifact);
      for (const v1::InventoryArtifact& artifact : inventory.context_artifacts()) expect(artifact);
    };
    expect_all(collected_.inventory);
    expect_all(collected_.inventory.base());
    expects_ = true;
  }
  if (!IsSha256Hex(sha256)) return Refused(field, "its digest is not 64 lower-case hexadecimal digits");
  if (expected_.count(sha256) == 0) return Refused(field, "no artifact refers to this document");
  const auto [at, added] = collected_.documents.emplace(sha256, "");
  if (!added) return Refused(field, "the document was sent before");
  open_ = &at->second;
  open_digest_ = at->first;
  ++documents_;
  return absl::OkStatus();
}

absl::Status InventoryUpload::TakeDocument(std::string_view sha256, std::string_view bytes, bool last) {
  if (open_ == nullptr) {
    WB_RETURN_IF_ERROR(StartDocument(sha256));
  } else if (sha256 != open_digest_) {
    return Refused(FieldAt("document", documents_ - 1), "another document begins before its last part");
  }
  const std::string field = FieldAt("document", documents_ - 1);
  if (bytes.size() > kUploadPartBytesMax) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%s: a part of %d bytes, the limit is %d", field, bytes.size(), kUploadPartBytesMax));
  }
  if (bytes.empty() && !last) return Refused(field, "a part without anything in it");
  if (bytes.size() > limits_.document_bytes_max - document_bytes_) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%s: documents of more than %d bytes together", field, limits_.document_bytes_max));
  }
  if (bytes.size() > expected_.find(sha256)->second - open_->size()) return Refused(field, "is longer than its file");
  open_->append(bytes);
  document_bytes_ += bytes.size();
  hash_.Update(bytes);
  if (!last) return absl::OkStatus();
  open_ = nullptr;
  if (ToHex(hash_.Finish()) != open_digest_)
    return Refused(field, "the bytes do not have the digest under which they were sent");
  return absl::OkStatus();
}

absl::StatusOr<Collected> InventoryUpload::Finish() {
  if (!status_.ok()) return status_;
  if (!has_inventory_) return Fail(Refused("inventory", "none was sent"));
  if (open_ != nullptr) return Fail(Refused(FieldAt("document", documents_ - 1), "its last part was not sent"));
  try {
    WB_RETURN_IF_ERROR(Fail(CheckInventory(collected_.inventory, collected_.documents)));
    Collected collected = std::move(collected_);
    Fail(absl::FailedPreconditionError("inventory: was finished before")).IgnoreError();
    return collected;
  } catch (const std::bad_alloc&) {
    return Fail(absl::ResourceExhaustedError("inventory: out of memory"));
  }
}

bool SplitInventory(const Collected& collected, size_t part_bytes_max, const PartSink& sink) {
  if (!Splitter(part_bytes_max, sink).Run(collected.inventory)) return false;
  for (const auto& [digest, bytes] : collected.documents) {
    if (!SplitDocument(digest, bytes, part_bytes_max, sink)) return false;
  }
  return true;
}

}  // namespace weighbridge::auditor
