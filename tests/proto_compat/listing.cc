#include "tests/proto_compat/listing.h"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"

namespace weighbridge::proto_compat {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

using Lines = std::vector<std::string>;

std::string TypeOf(const FieldDescriptor& field) {
  if (field.is_map()) {
    return absl::StrFormat("map<%s, %s>", TypeOf(*field.message_type()->map_key()),
                           TypeOf(*field.message_type()->map_value()));
  }
  if (field.message_type() != nullptr) return field.message_type()->full_name();
  if (field.enum_type() != nullptr) return field.enum_type()->full_name();
  return field.type_name();
}

// How often a field can stand, and whether its absence can be seen: both are part of what readers rely on.
std::string LabelOf(const FieldDescriptor& field) {
  if (field.is_map()) return "";
  if (field.is_repeated()) return "repeated ";
  if (field.is_required()) return "required ";
  // Messages and members of a oneof always have presence.
  if (field.message_type() != nullptr || field.real_containing_oneof() != nullptr) return "";
  return field.has_presence() ? "optional " : "";
}

std::string FieldLine(const FieldDescriptor& field) {
  std::string line = absl::StrFormat("%s %s %d %s%s", field.full_name(), field.is_extension() ? "extension" : "field",
                                     field.number(), LabelOf(field), TypeOf(field));
  if (field.real_containing_oneof() != nullptr) line += " in oneof " + field.real_containing_oneof()->name();
  if (field.is_extension()) line += " of " + field.containing_type()->full_name();
  return line;
}

void ListEnum(const EnumDescriptor& type, Lines& lines) {
  lines.push_back(type.full_name() + " enum");
  for (int i = 0; i < type.value_count(); ++i) {
    // Protobuf names a value beside its enum; below it is where a reader looks.
    lines.push_back(
        absl::StrFormat("%s.%s value %d", type.full_name(), type.value(i)->name(), type.value(i)->number()));
  }
}

void ListMessage(const Descriptor& type, Lines& lines) {
  if (type.options().map_entry()) return;  // said at its field
  lines.push_back(type.full_name() + " message");
  for (int i = 0; i < type.field_count(); ++i) lines.push_back(FieldLine(*type.field(i)));
  for (int i = 0; i < type.extension_count(); ++i) lines.push_back(FieldLine(*type.extension(i)));
  for (int i = 0; i < type.enum_type_count(); ++i) ListEnum(*type.enum_type(i), lines);
  for (int i = 0; i < type.nested_type_count(); ++i) ListMessage(*type.nested_type(i), lines);
}

void ListService(const ServiceDescriptor& service, Lines& lines) {
  lines.push_back(service.full_name() + " service");
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& rpc = *service.method(i);
    lines.push_back(absl::StrFormat("%s rpc %s%s -> %s%s", rpc.full_name(), rpc.client_streaming() ? "stream " : "",
                                    rpc.input_type()->full_name(), rpc.server_streaming() ? "stream " : "",
                                    rpc.output_type()->full_name()));
  }
}

void ListFile(const FileDescriptor& file, Lines& lines) {
  for (int i = 0; i < file.message_type_count(); ++i) ListMessage(*file.message_type(i), lines);
  for (int i = 0; i < file.enum_type_count(); ++i) ListEnum(*file.enum_type(i), lines);
  for (int i = 0; i < file.extension_count(); ++i) lines.push_back(FieldLine(*file.extension(i)));
  for (int i = 0; i < file.service_count(); ++i) ListService(*file.service(i), lines);
}

// One line of a listing, taken apart.
struct Element {
  std::string name;
  std::string kind;
  std::string number;  // of fields, extensions and values; empty for others
  std::string rest;    // label, type, oneof; the messages of an rpc

  std::string parent() const { return name.substr(0, name.rfind('.')); }
  std::string all_but_name() const {
    return kind + (number.empty() ? "" : " " + number) + (rest.empty() ? "" : " " + rest);
  }
};

std::optional<Element> ParseLine(const std::string& line) {
  std::istringstream in(line);
  Element element;
  in >> element.name >> element.kind;
  const bool numbered = element.kind == "field" || element.kind == "extension" || element.kind == "value";
  if (numbered) in >> element.number;
  std::getline(in >> std::ws, element.rest);
  const bool has_rest = element.kind == "field" || element.kind == "extension" || element.kind == "rpc";
  const bool known =
      numbered || has_rest || element.kind == "message" || element.kind == "enum" || element.kind == "service";
  if (!known || (numbered && element.number.empty()) || has_rest == element.rest.empty()) return std::nullopt;
  return element;
}

// The element that took the place of `gone`: same parent, kind and number.
const Element* SuccessorOf(const Element& gone, const std::map<std::string, Element>& now) {
  if (gone.number.empty()) return nullptr;
  for (const auto& [name, element] : now) {
    if (element.parent() == gone.parent() && element.kind == gone.kind && element.number == gone.number)
      return &element;
  }
  return nullptr;
}

std::string Break(const Element& was, const std::map<std::string, Element>& now) {
  const auto found = now.find(was.name);
  if (found == now.end()) {
    const Element* successor = SuccessorOf(was, now);
    if (successor == nullptr) return absl::StrFormat("%s: %s was removed", was.name, was.kind);
    return absl::StrFormat("%s: %s %s was renamed to %s", was.name, was.kind, was.number, successor->name);
  }
  const Element& is = found->second;
  if (is.kind == was.kind && is.rest == was.rest) {
    return absl::StrFormat("%s: %s was renumbered from %s to %s", was.name, was.kind, was.number, is.number);
  }
  return absl::StrFormat("%s: was `%s`, is now `%s`", was.name, was.all_but_name(), is.all_but_name());
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ListElements(const google::protobuf::FileDescriptorSet& files,
                                                      std::string_view package) {
  DescriptorPool pool;
  Lines lines;
  for (const auto& file : files.file()) {
    const FileDescriptor* built = pool.BuildFile(file);
    if (built == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s does not stand with the files before it in the set", file.name()));
    }
    if (built->package().compare(0, package.size(), package) == 0) ListFile(*built, lines);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> Breaks(const std::vector<std::string>& released, const std::vector<std::string>& now) {
  std::map<std::string, Element> elements;
  for (const std::string& line : now) {
    if (auto element = ParseLine(line)) elements[element->name] = *std::move(element);
  }
  std::vector<std::string> breaks;
  for (const std::string& line : released) {
    if (line.empty() || line[0] == '#') continue;
    const std::optional<Element> was = ParseLine(line);
    if (!was.has_value()) {
      breaks.push_back(absl::StrFormat("not an element: `%s`", line));
      continue;
    }
    const auto same = elements.find(was->name);
    if (same == elements.end() || same->second.all_but_name() != was->all_but_name()) {
      breaks.push_back(Break(*was, elements));
    }
  }
  return breaks;
}

}  // namespace weighbridge::proto_compat
