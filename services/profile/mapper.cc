#include "services/profile/mapper.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "services/profile/suggest.h"

namespace weighbridge::profile {
namespace {

using formats::Member;
using formats::Value;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMaxQuoted = 60;  // characters of a value that a message repeats

Place PlaceOf(const formats::Position& at) { return {at.line, at.column}; }

std::string Shown(std::string_view text) {
  if (text.size() <= kMaxQuoted) return std::string(text);
  return std::string(text.substr(0, kMaxQuoted)) + "...";
}

bool IsPlaceholder(const EnumValueDescriptor& value) {
  return value.number() == 0 &&
         (absl::EndsWith(value.name(), "unspecified") || absl::EndsWith(value.name(), "UNSPECIFIED"));
}

std::vector<std::string> WordsOf(const EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    if (!IsPlaceholder(*type.value(i))) words.push_back(type.value(i)->name());
  }
  return words;
}

std::vector<std::string> KeysOf(const google::protobuf::Descriptor& type) {
  std::vector<std::string> keys;
  for (int i = 0; i < type.field_count(); ++i) keys.push_back(type.field(i)->name());
  return keys;
}

const char* KindName(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kNull:
      return "nothing";
    case Value::Kind::kScalar:
      return "a single value";
    case Value::Kind::kList:
      return "a list";
    case Value::Kind::kMap:
      return "a mapping";
  }
  return "something";
}

// Why `text` is no whole number in plain digits, in words that help.
std::string WhyNoInteger(const Value& value) {
  const std::string& text = value.text;
  if (value.quoted) return absl::StrFormat("\"%s\" is text; write the number without quotes", Shown(text));
  const bool digits_and_separators = !text.empty() && text.find_first_not_of("0123456789_,.' ") == std::string::npos &&
                                     text.find_first_of("0123456789") != std::string::npos;
  const size_t separator = text.find_first_of("_,.' ");
  if (digits_and_separators && separator != std::string::npos) {
    const bool fraction =
        text[separator] == '.' && text.find('.', separator + 1) == std::string::npos && text.size() - separator != 4;
    if (!fraction) return absl::StrFormat("`%s`: write the number in digits alone, without separators", Shown(text));
    return absl::StrFormat("`%s` is no whole number", Shown(text));
  }
  if (text.find_first_not_of("0123456789+-.eE") == std::string::npos && value.AsDouble().has_value() &&
      !value.AsInt().has_value()) {
    if (text.find_first_of("eE.") != std::string::npos) {
      return absl::StrFormat("`%s`: write a whole number in digits, without exponent or fraction", Shown(text));
    }
    return absl::StrFormat("`%s` is too large", Shown(text));
  }
  return absl::StrFormat("`%s` is no whole number", Shown(text));
}

class TreeMapper {
 public:
  TreeMapper(const MapperOptions& options, Places* places, Issues* issues)
      : options_(options), places_(places), issues_(issues) {}

  void Fill(const Value& tree, const std::string& path, Message* message) {
    for (const Member& member : tree.members) {
      const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(member.key);
      if (field == nullptr) {
        issues_->Add(PlaceOf(member.key_at),
                     absl::StrFormat("unknown key `%s`%s", Shown(member.key),
                                     Suggestion(member.key, KeysOf(*message->GetDescriptor()))));
        continue;
      }
      const std::string field_path = path.empty() ? field->name() : path + "." + field->name();
      places_->Set(field_path, PlaceOf(member.value.IsNull() ? member.key_at : member.value.at));
      if (member.value.IsNull()) {
        issues_->Add(PlaceOf(member.key_at),
                     absl::StrFormat("`%s` has no value; leave the key out if there is nothing to say", field->name()));
        continue;
      }
      if (field->is_map()) {
        FillMap(member.value, *field, field_path, message);
      } else if (field->is_repeated()) {
        FillList(member.value, *field, field_path, message);
      } else {
        FillOne(member.value, *field, field_path, message);
      }
    }
  }

 private:
  void Refuse(const Value& value, const std::string& message) { issues_->Add(PlaceOf(value.at), message); }

  void FillList(const Value& value, const FieldDescriptor& field, const std::string& path, Message* message) {
    if (value.IsList()) {
      for (size_t i = 0; i < value.items.size(); ++i) {
        const std::string item_path = absl::StrFormat("%s[%d]", path, i);
        places_->Set(item_path, PlaceOf(value.items[i].at));
        if (value.items[i].IsNull()) {
          Refuse(value.items[i], absl::StrFormat("an entry of `%s` is empty", field.name()));
        } else {
          FillOne(value.items[i], field, item_path, message);
        }
      }
      return;
    }
    if (value.IsScalar() && field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      places_->Set(path + "[0]", PlaceOf(value.at));
      FillOne(value, field, path + "[0]", message);
      return;
    }
    Refuse(value, absl::StrFormat("`%s` must be a list, and this is %s", field.name(), KindName(value)));
  }

  void FillMap(const Value& value, const FieldDescriptor& field, const std::string& path, Message* message) {
    if (!value.IsMap()) {
      Refuse(value, absl::StrFormat("`%s` must be a mapping of names to values, and this is %s", field.name(),
                                    KindName(value)));
      return;
    }
    const FieldDescriptor* key_field = field.message_type()->map_key();
    const FieldDescriptor* value_field = field.message_type()->map_value();
    for (const Member& member : value.members) {
      places_->Set(path + "." + member.key, PlaceOf(member.value.IsNull() ? member.key_at : member.value.at));
      std::vector<std::string> parts;
      bool good = true;
      const auto take = [&](const Value& scalar) {
        if (!scalar.IsScalar()) {
          good = false;
          issues_->Add(PlaceOf(scalar.IsNull() ? member.key_at : scalar.at),
                       absl::StrFormat("`%s` must be a single value or a list of them, and this is %s",
                                       Shown(member.key), KindName(scalar)));
          return;
        }
        // True and TRUE mean the boolean; in quotes they are text and stay as they are.
        const std::optional<bool> boolean = scalar.AsBool();
        parts.push_back(boolean.has_value() ? (*boolean ? "true" : "false") : scalar.text);
        if (parts.back().find(',') != std::string::npos) {
          good = false;
          Refuse(scalar, absl::StrFormat("`%s`: write several values as a list", Shown(scalar.text)));
        }
      };
      if (member.value.IsList()) {
        for (const Value& item : member.value.items) take(item);
        if (member.value.items.empty()) {
          good = false;
          Refuse(member.value, absl::StrFormat("`%s` has no value", Shown(member.key)));
        }
      } else {
        take(member.value);
      }
      if (!good) continue;
      Message* entry = message->GetReflection()->AddMessage(message, &field);
      entry->GetReflection()->SetString(entry, key_field, member.key);
      entry->GetReflection()->SetString(entry, value_field, absl::StrJoin(parts, ","));
    }
  }

  // Sets the field, or adds to it if it is repeated.
  void FillOne(const Value& value, const FieldDescriptor& field, const std::string& path, Message* message) {
    const Reflection* reflection = message->GetReflection();
    const bool add = field.is_repeated();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!value.IsMap()) {
        Refuse(value,
               absl::StrFormat("an entry of `%s` must be a mapping with keys such as %s, and this is %s", field.name(),
                               absl::StrJoin(KeysOf(*field.message_type()), ", "), KindName(value)));
        // An entry is added all the same, so that later indexes and places agree.
        if (add) reflection->AddMessage(message, &field);
        return;
      }
      Fill(value, path, add ? reflection->AddMessage(message, &field) : reflection->MutableMessage(message, &field));
      return;
    }
    if (!value.IsScalar()) {
      Refuse(value, absl::StrFormat("`%s` must be a single value, and this is %s", field.name(), KindName(value)));
      return;
    }
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        add ? reflection->AddString(message, &field, value.text) : reflection->SetString(message, &field, value.text);
        return;
      case FieldDescriptor::CPPTYPE_BOOL: {
        const std::optional<bool> boolean = value.AsBool();
        if (!boolean.has_value()) {
          Refuse(value,
                 absl::StrFormat("`%s` must be true or false, and this is `%s`", field.name(), Shown(value.text)));
          return;
        }
        reflection->SetBool(message, &field, *boolean);
        return;
      }
      case FieldDescriptor::CPPTYPE_INT64: {
        const std::optional<int64_t> number = Integer(value);
        if (number.has_value() && *number >= 0) {
          reflection->SetInt64(message, &field, *number);
          return;
        }
        Refuse(value, absl::StrFormat("`%s`: %s", field.name(),
                                      number.has_value() ? absl::StrFormat("`%s` is negative", Shown(value.text))
                                                         : WhyNoInteger(value)));
        return;
      }
      case FieldDescriptor::CPPTYPE_DOUBLE: {
        const std::optional<double> number = value.AsDouble();
        if (!number.has_value()) {
          Refuse(value, absl::StrFormat("`%s` must be a decimal number such as 1.08, and this is `%s`", field.name(),
                                        Shown(value.text)));
          return;
        }
        reflection->SetDouble(message, &field, *number);
        return;
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const EnumValueDescriptor* word = field.enum_type()->FindValueByName(value.text);
        if (word == nullptr || IsPlaceholder(*word)) {
          Refuse(value, absl::StrFormat("`%s`: unknown word `%s`%s", field.name(), Shown(value.text),
                                        Suggestion(value.text, WordsOf(*field.enum_type()))));
          // Keeps later indexes and places in agreement; the file is refused anyway.
          if (add) reflection->AddEnumValue(message, &field, 0);
          return;
        }
        add ? reflection->AddEnumValue(message, &field, word->number())
            : reflection->SetEnumValue(message, &field, word->number());
        return;
      }
      default:
        Refuse(value, absl::StrFormat("`%s` cannot be stated in a file", field.name()));
    }
  }

  std::optional<int64_t> Integer(const Value& value) const {
    Value plain = value;
    if (options_.quoted_integers) plain.quoted = false;
    const std::optional<int64_t> number = plain.AsInt();
    // A leading zero is octal to some readers and decimal to others.
    if (number.has_value() && plain.text.size() > 1 && plain.text[0] == '0') return std::nullopt;
    return number;
  }

  MapperOptions options_;
  Places* places_;
  Issues* issues_;
};

}  // namespace

Place Places::Of(const std::string& path) const {
  std::string part = path;
  for (;;) {
    const auto it = places_.find(part);
    if (it != places_.end()) return it->second;
    const size_t cut = part.find_last_of(".[");
    if (cut == std::string::npos) return {};
    part.resize(cut);
  }
}

void MapTree(const Value& tree, const MapperOptions& options, Message* message, Places* places, Issues* issues) {
  if (tree.IsNull()) return;  // an empty file states nothing
  if (!tree.IsMap()) {
    issues->Add(PlaceOf(tree.at),
                absl::StrFormat("the file must be a mapping of keys to values, and this is %s", KindName(tree)));
    return;
  }
  TreeMapper(options, places, issues).Fill(tree, "", message);
}

}  // namespace weighbridge::profile
