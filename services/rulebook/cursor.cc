#include "services/rulebook/cursor.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"

namespace weighbridge::rulebook {

using google::protobuf::FieldDescriptor;
using google::protobuf::TextFormat;

const FieldDescriptor* Cursor::Field(const char* name) const {
  const FieldDescriptor* field = message_->GetDescriptor()->FindFieldByName(name);
  if (field == nullptr) {
    std::fprintf(stderr, "no field %s in %s\n", name, message_->GetTypeName().c_str());
    std::abort();
  }
  return field;
}

TextFormat::ParseLocation Cursor::Place(const FieldDescriptor* field, int index) const {
  if (places_ == nullptr) return {};
  if (!field->is_repeated()) return places_->GetLocation(field, -1);
  // A list in brackets has one place for all of its values: take the nearest before.
  for (int i = index < 0 ? 0 : index; i >= 0; --i) {
    const TextFormat::ParseLocation place = places_->GetLocation(field, i);
    if (place.line >= 0) return place;
  }
  return {};
}

Cursor Cursor::Sub(const char* field_name, int index) const {
  const FieldDescriptor* field = Field(field_name);
  const auto* reflection = message_->GetReflection();
  const google::protobuf::Message& sub = field->is_repeated() ? reflection->GetRepeatedMessage(*message_, field, index)
                                                              : reflection->GetMessage(*message_, field);
  const TextFormat::ParseLocation place = Place(field, index);
  const Places* places =
      places_ == nullptr ? nullptr : places_->GetTreeForNested(field, field->is_repeated() ? index : -1);
  return Cursor(*path_, sub, places, place.line < 0 ? line_ : place.line + 1,
                place.line < 0 ? column_ : place.column + 1, issues_);
}

void Cursor::Report(std::string message) const { issues_->push_back({*path_, line_, column_, std::move(message)}); }

void Cursor::ReportAt(const char* field, int index, std::string message) const {
  const TextFormat::ParseLocation place = Place(Field(field), index);
  if (place.line < 0) return Report(std::move(message));
  issues_->push_back({*path_, place.line + 1, place.column + 1, std::move(message)});
}

void Cursor::Require(std::initializer_list<const char*> fields) const {
  const auto* reflection = message_->GetReflection();
  for (const char* name : fields) {
    const FieldDescriptor* field = Field(name);
    bool present;
    if (field->is_repeated()) {
      present = reflection->FieldSize(*message_, field) > 0;
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      present = reflection->HasField(*message_, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      present = reflection->GetEnumValue(*message_, field) != 0;
    } else {
      present = reflection->HasField(*message_, field);
    }
    if (!present) ReportAt(name, absl::StrFormat("%s is missing", name));
  }
}

}  // namespace weighbridge::rulebook
