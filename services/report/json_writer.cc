#include "services/report/json_writer.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"

namespace weighbridge::report {
namespace {

// A document with a hole in it must not exist.
void Check(bool holds) {
  if (!holds) std::abort();
}

void AppendQuoted(std::string_view value, std::string& out) {
  out += '"';
  int length = 0;
  for (size_t i = 0; i < value.size(); i += static_cast<size_t>(length)) {
    const int32_t point = DecodeUtf8(value, i, &length);
    if (point < 0) {
      out += "\\ufffd";
    } else if (point == '"' || point == '\\') {
      out += '\\';
      out += static_cast<char>(point);
    } else if (point == '\n') {
      out += "\\n";
    } else if (point < 0x20 || point == 0x7f || point == 0x2028 || point == 0x2029) {
      // The last two end a line for programs that read JSON as JavaScript.
      out += absl::StrFormat("\\u%04x", point);
    } else {
      out += value.substr(i, static_cast<size_t>(length));
    }
  }
  out += '"';
}

}  // namespace

void JsonWriter::BeforeValue() {
  Check(after_key_ || levels_.empty() || levels_.back() == Level::kArray);
  if (comma_ && !after_key_) out_ += ',';
  after_key_ = false;
  comma_ = true;
}

JsonWriter& JsonWriter::BeginObject() {
  BeforeValue();
  out_ += '{';
  levels_.push_back(Level::kObject);
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  Check(!levels_.empty() && levels_.back() == Level::kObject && !after_key_);
  levels_.pop_back();
  out_ += '}';
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  BeforeValue();
  out_ += '[';
  levels_.push_back(Level::kArray);
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  Check(!levels_.empty() && levels_.back() == Level::kArray);
  levels_.pop_back();
  out_ += ']';
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  Check(!levels_.empty() && levels_.back() == Level::kObject && !after_key_);
  if (comma_) out_ += ',';
  AppendQuoted(name, out_);
  out_ += ':';
  comma_ = false;
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  BeforeValue();
  AppendQuoted(value, out_);
  return *this;
}

JsonWriter& JsonWriter::Number(int64_t value) {
  BeforeValue();
  out_ += absl::StrFormat("%d", value);
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  BeforeValue();
  out_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::Value(const JsonWriter& made) {
  Check(made.levels_.empty() && !made.out_.empty());
  BeforeValue();
  out_ += made.out_;
  return *this;
}

JsonWriter& JsonWriter::Optional(std::string_view name, std::string_view value) {
  return value.empty() ? *this : Key(name).String(value);
}

std::string JsonWriter::Take() {
  Check(levels_.empty() && !after_key_);
  return std::move(out_);
}

}  // namespace weighbridge::report
