// Writes JSON (RFC 8259) from top to bottom, for formats that are not ours and have no message: SARIF.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_JSON_WRITER_H_
#define WEIGHBRIDGE_SERVICES_REPORT_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::report {

// Usage:
//   JsonWriter json;
//   json.BeginObject();
//   json.Key("name").String("a \"b\"");
//   json.EndObject();
//   std::string text = json.Take();
// Commas come by themselves. Calls that do not fit each other (a key in an array, an end without its beginning) are
// faults of the program and end it. Not thread-safe.
class JsonWriter {
 public:
  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view name);
  // Bytes that are no UTF-8 become U+FFFD: the text of the document stays well-formed whatever comes in.
  JsonWriter& String(std::string_view value);
  JsonWriter& Number(int64_t value);
  JsonWriter& Bool(bool value);
  // JSON that another writer made: a value that had to be known before its place came.
  JsonWriter& Value(const JsonWriter& made);

  // A key with a string, left out if the string is empty.
  JsonWriter& Optional(std::string_view name, std::string_view value);

  size_t size() const { return out_.size(); }
  std::string Take();

 private:
  void BeforeValue();

  enum class Level : char { kObject, kArray };
  std::string out_;
  std::vector<Level> levels_;
  bool comma_ = false;      // a value stands before this place
  bool after_key_ = false;  // a key waits for its value
};

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_JSON_WRITER_H_
