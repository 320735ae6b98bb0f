// Textproto: protobuf's own parser, with its places kept.
#include <string>

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/text_format.h"
#include "services/profile/mapper.h"

namespace weighbridge::profile {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

// Messages nested deeper than any schema here.
constexpr int kRecursionMax = 16;

class Collector : public google::protobuf::io::ErrorCollector {
 public:
  explicit Collector(Issues* issues) : issues_(issues) {}
  // The parser counts from 0; -1 is the file as a whole.
  void AddError(int line, int column, const std::string& message) override {
    issues_->Add({static_cast<uint32_t>(line + 1), static_cast<uint32_t>(column + 1)}, message);
  }
  void AddWarning(int line, int column, const std::string& message) override { AddError(line, column, message); }

 private:
  Issues* issues_;
};

void KeepPlaces(const Message& message, const TextFormat::ParseInfoTree& tree, const std::string& path, Places* places,
                Issues* issues) {
  const Reflection* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string field_path = path.empty() ? field->name() : path + "." + field->name();
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      // GetLocation wants -1 for fields that do not repeat.
      const TextFormat::ParseLocation at = tree.GetLocation(field, field->is_repeated() ? i : -1);
      const Place place{static_cast<uint32_t>(at.line + 1), static_cast<uint32_t>(at.column + 1)};
      std::string part = field->is_repeated() ? absl::StrFormat("%s[%d]", field_path, i) : field_path;
      if (i == 0) places->Set(field_path, place);
      if (field->is_map()) {
        const Message& entry = reflection->GetRepeatedMessage(message, field, i);
        part = field_path + "." + entry.GetReflection()->GetString(entry, field->message_type()->map_key());
      }
      places->Set(part, place);
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64 && !field->is_repeated() &&
          reflection->GetInt64(message, field) < 0) {
        issues->Add(place,
                    absl::StrFormat("`%s`: `%d` is negative", field->name(), reflection->GetInt64(message, field)));
      }
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
      const TextFormat::ParseInfoTree* nested = tree.GetTreeForNested(field, field->is_repeated() ? i : -1);
      const Message& child = field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                                  : reflection->GetMessage(message, field);
      if (nested != nullptr) KeepPlaces(child, *nested, part, places, issues);
    }
  }
}

}  // namespace

bool MapTextproto(std::string_view bytes, Message* message, Places* places, Issues* issues) {
  Collector collector(issues);
  TextFormat::ParseInfoTree tree;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  parser.WriteLocationsTo(&tree);
  parser.SetRecursionLimit(kRecursionMax);
  google::protobuf::io::ArrayInputStream input(bytes.data(), static_cast<int>(bytes.size()));
  if (!parser.Parse(&input, message)) {
    if (issues->empty()) issues->Add({}, "cannot be read as textproto");
    return false;
  }
  KeepPlaces(*message, tree, "", places, issues);
  return true;
}

}  // namespace weighbridge::profile
