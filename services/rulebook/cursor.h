// A message of a rule file that knows where it stands, for the linter.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_CURSOR_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_CURSOR_H_

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "services/rulebook/parse.h"
#include "services/rulebook/rule_file.h"

namespace weighbridge::rulebook {

// Points at one message inside a parsed file and writes issues with the line and column of one of its fields. Cheap to
// copy; the parsed file and the list of issues outlive it. Field names are those of the schema; a wrong one ends the
// process.
class Cursor {
 public:
  using Places = google::protobuf::TextFormat::ParseInfoTree;

  template <typename Message>
  Cursor(const Parsed<Message>& parsed, std::vector<RuleIssue>* issues)
      : Cursor(parsed.path, parsed.message, parsed.places.get(), 1, 1, issues) {}

  const std::string& path() const { return *path_; }
  const google::protobuf::Message& message() const { return *message_; }
  std::vector<RuleIssue>* issues() const { return issues_; }

  // The message as what it is.
  template <typename Message>
  const Message& As() const {
    return *google::protobuf::DynamicCastToGenerated<Message>(message_);
  }

  // The message in `field`; `index` for repeated fields.
  Cursor Sub(const char* field, int index = -1) const;

  // Reports at the start of this message.
  void Report(std::string message) const;

  // Reports at `field`, or at the start of this message if the field is absent.
  void ReportAt(const char* field, std::string message) const { ReportAt(field, -1, std::move(message)); }
  void ReportAt(const char* field, int index, std::string message) const;

  // Reports "<field> is missing" for each of the named string, enum or message fields that is absent, empty or 0.
  void Require(std::initializer_list<const char*> fields) const;

 private:
  Cursor(const std::string& path, const google::protobuf::Message& message, const Places* places, int line, int column,
         std::vector<RuleIssue>* issues)
      : path_(&path), message_(&message), places_(places), line_(line), column_(column), issues_(issues) {}

  const google::protobuf::FieldDescriptor* Field(const char* name) const;
  google::protobuf::TextFormat::ParseLocation Place(const google::protobuf::FieldDescriptor* field, int index) const;

  const std::string* path_;
  const google::protobuf::Message* message_;
  const Places* places_;  // null where nothing is known
  int line_, column_;     // of the message itself
  std::vector<RuleIssue>* issues_;
};

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_CURSOR_H_
