#include "services/approval/read_message.h"

#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>
#include <utility>

#include "google/protobuf/descriptor.h"

namespace weighbridge::approval {
namespace {

using formats::Value;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Whole numbers in plain digits.
template <typename Integer>
bool ReadInteger(const Value& value, bool may_be_quoted, Integer* number) {
  if (!value.IsScalar() || (value.quoted && !may_be_quoted)) return false;
  const std::string_view text = value.text;
  const std::from_chars_result read = std::from_chars(text.data(), text.data() + text.size(), *number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

bool ReadMap(Value& value, const FieldDescriptor* field, Message* message) {
  const FieldDescriptor* key = field->message_type()->map_key();
  const FieldDescriptor* content = field->message_type()->map_value();
  if (!value.IsMap() || key->cpp_type() != FieldDescriptor::CPPTYPE_STRING ||
      content->type() != FieldDescriptor::TYPE_STRING) {
    return false;
  }
  for (formats::Member& member : value.members) {
    if (!member.value.IsQuotedString()) return false;
    Message* entry = message->GetReflection()->AddMessage(message, field);
    entry->GetReflection()->SetString(entry, key, std::move(member.key));
    entry->GetReflection()->SetString(entry, content, std::move(member.value.text));
  }
  return true;
}

// One value, set or added.
bool ReadOne(Value& value, const FieldDescriptor* field, Message* message) {
  const Reflection* reflection = message->GetReflection();
  const bool repeated = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (!value.IsQuotedString() || field->type() != FieldDescriptor::TYPE_STRING) return false;
      repeated ? reflection->AddString(message, field, std::move(value.text))
               : reflection->SetString(message, field, std::move(value.text));
      return true;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return value.IsMap() && ReadMessage(std::move(value), repeated ? reflection->AddMessage(message, field)
                                                          : reflection->MutableMessage(message, field));
    case FieldDescriptor::CPPTYPE_BOOL: {
      if (value.quoted || (value.text != "true" && value.text != "false")) return false;
      const bool is = value.text == "true";
      repeated ? reflection->AddBool(message, field, is) : reflection->SetBool(message, field, is);
      return true;
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      int32_t number = 0;
      if (!ReadInteger(value, true, &number)) return false;
      repeated ? reflection->AddInt32(message, field, number) : reflection->SetInt32(message, field, number);
      return true;
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      uint32_t number = 0;
      if (!ReadInteger(value, true, &number)) return false;
      repeated ? reflection->AddUInt32(message, field, number) : reflection->SetUInt32(message, field, number);
      return true;
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      int64_t number = 0;
      if (!ReadInteger(value, true, &number)) return false;
      repeated ? reflection->AddInt64(message, field, number) : reflection->SetInt64(message, field, number);
      return true;
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      uint64_t number = 0;
      if (!ReadInteger(value, true, &number)) return false;
      repeated ? reflection->AddUInt64(message, field, number) : reflection->SetUInt64(message, field, number);
      return true;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      int32_t number = 0;
      if (value.IsQuotedString()) {
        const auto* word = field->enum_type()->FindValueByName(value.text);
        if (word == nullptr) return true;
        number = word->number();
      } else if (!ReadInteger(value, false, &number)) {
        return false;
      }
      repeated ? reflection->AddEnumValue(message, field, number) : reflection->SetEnumValue(message, field, number);
      return true;
    }
    default:
      return false;
  }
}

// The field of that name. Writers keep the order of the proto, so that it mostly is one of the next behind `last`.
const FieldDescriptor* FieldNamed(const google::protobuf::Descriptor* descriptor, const std::string& name, int* last) {
  constexpr int kAhead = 4;
  for (int i = *last + 1; i <= *last + kAhead && i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->name() != name) continue;
    *last = i;
    return descriptor->field(i);
  }
  const FieldDescriptor* field = descriptor->FindFieldByName(name);
  if (field != nullptr) *last = field->index();
  return field;
}

}  // namespace

bool ReadMessage(Value&& tree, Message* message) {
  if (!tree.IsMap()) return false;
  const auto* descriptor = message->GetDescriptor();
  int last = -1;
  for (formats::Member& member : tree.members) {
    const FieldDescriptor* field = FieldNamed(descriptor, member.key, &last);
    if (field == nullptr || member.value.IsNull()) continue;
    if (field->is_map()) {
      if (!ReadMap(member.value, field, message)) return false;
    } else if (field->is_repeated()) {
      if (!member.value.IsList()) return false;
      for (Value& item : member.value.items) {
        if (item.IsNull() || !ReadOne(item, field, message)) return false;
      }
    } else if (!ReadOne(member.value, field, message)) {
      return false;
    }
  }
  return true;
}

}  // namespace weighbridge::approval
