// Each kind of break is caught, and nothing else is.

#include "tests/proto_compat/listing.h"

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace weighbridge::proto_compat {
namespace {

using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kReleased[] = R"pb(
  name: "a.proto"
  package: "weighbridge.a.v1"
  syntax: "proto3"
  message_type {
    name: "Point"
    field { name: "label" number: 2 label: LABEL_OPTIONAL type: TYPE_STRING oneof_index: 1 proto3_optional: true }
    field { name: "color" number: 4 label: LABEL_OPTIONAL type: TYPE_ENUM type_name: ".weighbridge.a.v1.Color" }
    field { name: "near" number: 5 label: LABEL_REPEATED type: TYPE_MESSAGE type_name: ".weighbridge.a.v1.Point" }
    field {
      name: "tags"
      number: 6
      label: LABEL_REPEATED
      type: TYPE_MESSAGE
      type_name: ".weighbridge.a.v1.Point.TagsEntry"
    }
    field { name: "x" number: 1 label: LABEL_OPTIONAL type: TYPE_INT32 }
    field { name: "id" number: 3 label: LABEL_OPTIONAL type: TYPE_STRING oneof_index: 0 }
    nested_type {
      name: "TagsEntry"
      field { name: "key" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
      field { name: "value" number: 2 label: LABEL_OPTIONAL type: TYPE_INT32 }
      options { map_entry: true }
    }
    nested_type { name: "Inner" }
    oneof_decl { name: "where" }
    oneof_decl { name: "_label" }
  }
  enum_type {
    name: "Color"
    value { name: "COLOR_UNSPECIFIED" number: 0 }
    value { name: "RED" number: 1 }
  }
  service {
    name: "Points"
    method { name: "Get" input_type: ".weighbridge.a.v1.Point" output_type: ".weighbridge.a.v1.Point" }
    method {
      name: "Watch"
      input_type: ".weighbridge.a.v1.Point"
      output_type: ".weighbridge.a.v1.Point"
      server_streaming: true
    }
  }
)pb";

FileDescriptorProto Released() {
  FileDescriptorProto file;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kReleased, &file));
  return file;
}

std::vector<std::string> List(const FileDescriptorProto& file) {
  FileDescriptorSet set;
  *set.add_file() = file;
  const auto lines = ListElements(set);
  EXPECT_TRUE(lines.ok()) << lines.status();
  return lines.ok() ? *lines : std::vector<std::string>();
}

TEST(ListElementsTest, OneLineForEachElementInBytewiseOrder) {
  EXPECT_THAT(List(Released()),
              ElementsAre("weighbridge.a.v1.Color enum",                                                       //
                          "weighbridge.a.v1.Color.COLOR_UNSPECIFIED value 0",                                  //
                          "weighbridge.a.v1.Color.RED value 1",                                                //
                          "weighbridge.a.v1.Point message",                                                    //
                          "weighbridge.a.v1.Point.Inner message",                                              //
                          "weighbridge.a.v1.Point.color field 4 weighbridge.a.v1.Color",                       //
                          "weighbridge.a.v1.Point.id field 3 string in oneof where",                           //
                          "weighbridge.a.v1.Point.label field 2 optional string",                              //
                          "weighbridge.a.v1.Point.near field 5 repeated weighbridge.a.v1.Point",               //
                          "weighbridge.a.v1.Point.tags field 6 map<string, int32>",                            //
                          "weighbridge.a.v1.Point.x field 1 int32",                                            //
                          "weighbridge.a.v1.Points service",                                                   //
                          "weighbridge.a.v1.Points.Get rpc weighbridge.a.v1.Point -> weighbridge.a.v1.Point",  //
                          "weighbridge.a.v1.Points.Watch rpc weighbridge.a.v1.Point -> stream weighbridge.a.v1.Point"));
}

TEST(ListElementsTest, FilesOfOthersAreLeftOut) {
  FileDescriptorProto file = Released();
  file.set_package("elsewhere.v1");
  for (auto& field : *file.mutable_message_type(0)->mutable_field()) field.clear_type_name();
  file.clear_message_type();
  file.clear_service();
  EXPECT_THAT(List(file), IsEmpty());
}

TEST(ListElementsTest, AnIncompleteSetIsAnError) {
  FileDescriptorProto file = Released();
  file.add_dependency("missing.proto");
  FileDescriptorSet set;
  *set.add_file() = file;
  EXPECT_EQ(ListElements(set).status().code(), absl::StatusCode::kInvalidArgument);
}

// ---- breaks
// ----------------------------------------------------------------------------------------------------------

FieldDescriptorProto& Field(FileDescriptorProto& file, const std::string& name) {
  for (auto& field : *file.mutable_message_type(0)->mutable_field()) {
    if (field.name() == name) return field;
  }
  ADD_FAILURE() << "no field " << name;
  return *file.mutable_message_type(0)->add_field();
}

void RemoveField(FileDescriptorProto& file, const std::string& name) {
  auto& fields = *file.mutable_message_type(0)->mutable_field();
  for (int i = 0; i < fields.size(); ++i) {
    if (fields[i].name() == name) return fields.DeleteSubrange(i, 1);
  }
}

struct Case {
  std::string name;
  std::function<void(FileDescriptorProto&)> change;
  std::string says;  // the one break
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class BreakTest : public testing::TestWithParam<Case> {};

TEST_P(BreakTest, IsCaught) {
  FileDescriptorProto now = Released();
  GetParam().change(now);
  EXPECT_THAT(Breaks(List(Released()), List(now)), ElementsAre(HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    Of, BreakTest,
    testing::Values(
        Case{"FieldRemoved", [](auto& f) { RemoveField(f, "x"); }, "Point.x: field was removed"},
        Case{"FieldRemovedAndReserved",
             [](auto& f) {
               RemoveField(f, "x");
               auto* range = f.mutable_message_type(0)->add_reserved_range();
               range->set_start(1);
               range->set_end(2);
               f.mutable_message_type(0)->add_reserved_name("x");
             },
             "Point.x: field was removed"},
        Case{"FieldRenumbered", [](auto& f) { Field(f, "x").set_number(9); },
             "Point.x: field was renumbered from 1 to 9"},
        Case{"FieldRenamed", [](auto& f) { Field(f, "x").set_name("abscissa"); },
             "Point.x: field 1 was renamed to weighbridge.a.v1.Point.abscissa"},
        Case{"FieldRetyped", [](auto& f) { Field(f, "x").set_type(FieldDescriptorProto::TYPE_INT64); },
             "was `field 1 int32`, is now `field 1 int64`"},
        Case{"FieldOfAnotherMessage", [](auto& f) { Field(f, "near").set_type_name(".weighbridge.a.v1.Point.Inner"); },
             "is now `field 5 repeated weighbridge.a.v1.Point.Inner`"},
        Case{"FieldRepeated", [](auto& f) { Field(f, "x").set_label(FieldDescriptorProto::LABEL_REPEATED); },
             "is now `field 1 repeated int32`"},
        Case{"FieldNoLongerRepeated", [](auto& f) { Field(f, "near").set_label(FieldDescriptorProto::LABEL_OPTIONAL); },
             "is now `field 5 weighbridge.a.v1.Point`"},
        Case{"PresenceLost",
             [](auto& f) {
               Field(f, "label").clear_proto3_optional();
               Field(f, "label").clear_oneof_index();
               f.mutable_message_type(0)->mutable_oneof_decl()->RemoveLast();
             },
             "is now `field 2 string`"},
        Case{"LeftItsOneof",
             [](auto& f) {
               Field(f, "id").clear_oneof_index();
               Field(f, "label").set_oneof_index(0);
               f.mutable_message_type(0)->mutable_oneof_decl()->DeleteSubrange(0, 1);
             },
             "is now `field 3 string`"},
        Case{"JoinedAOneof", [](auto& f) { Field(f, "x").set_oneof_index(0); },
             "is now `field 1 int32 in oneof where`"},
        Case{"OneofRenamed", [](auto& f) { f.mutable_message_type(0)->mutable_oneof_decl(0)->set_name("place"); },
             "is now `field 3 string in oneof place`"},
        Case{"MapOfAnotherType",
             [](auto& f) {
               f.mutable_message_type(0)->mutable_nested_type(0)->mutable_field(1)->set_type(
                   FieldDescriptorProto::TYPE_STRING);
             },
             "is now `field 6 map<string, string>`"},
        Case{"MessageRemoved", [](auto& f) { f.mutable_message_type(0)->mutable_nested_type()->DeleteSubrange(1, 1); },
             "Point.Inner: message was removed"},
        Case{"ValueRemoved", [](auto& f) { f.mutable_enum_type(0)->mutable_value()->RemoveLast(); },
             "Color.RED: value was removed"},
        Case{"ValueRenumbered", [](auto& f) { f.mutable_enum_type(0)->mutable_value(1)->set_number(7); },
             "Color.RED: value was renumbered from 1 to 7"},
        Case{"ValueRenamed", [](auto& f) { f.mutable_enum_type(0)->mutable_value(1)->set_name("CRIMSON"); },
             "Color.RED: value 1 was renamed to weighbridge.a.v1.Color.CRIMSON"},
        Case{"RpcRemoved", [](auto& f) { f.mutable_service(0)->mutable_method()->DeleteSubrange(0, 1); },
             "Points.Get: rpc was removed"},
        Case{"RpcStreams", [](auto& f) { f.mutable_service(0)->mutable_method(0)->set_server_streaming(true); },
             "is now `rpc weighbridge.a.v1.Point -> stream weighbridge.a.v1.Point`"},
        Case{"RpcTakesAnotherMessage",
             [](auto& f) { f.mutable_service(0)->mutable_method(0)->set_input_type(".weighbridge.a.v1.Point.Inner"); },
             "is now `rpc weighbridge.a.v1.Point.Inner -> weighbridge.a.v1.Point`"}),
    [](const auto& info) { return info.param.name; });

TEST(BreaksTest, EverythingOfARemovedServiceIsNamed) {
  FileDescriptorProto now = Released();
  now.clear_service();
  EXPECT_THAT(Breaks(List(Released()), List(now)),
              ElementsAre(HasSubstr("Points: service was removed"), HasSubstr("Points.Get: rpc was removed"),
                          HasSubstr("Points.Watch: rpc was removed")));
}

TEST(BreaksTest, AnotherPackageKeepsNothing) {
  FileDescriptorProto now = Released();
  now.set_package("weighbridge.a.v2");
  for (auto& field : *now.mutable_message_type(0)->mutable_field()) {
    if (!field.has_type_name()) continue;
    std::string* type = field.mutable_type_name();
    if (const size_t at = type->find("v1"); at != std::string::npos) type->replace(at, 2, "v2");
  }
  now.clear_service();
  EXPECT_EQ(Breaks(List(Released()), List(now)).size(), List(Released()).size());
}

TEST(BreaksTest, NewElementsBreakNothing) {
  FileDescriptorProto now = Released();
  // Members of a oneof stand together, so the new one comes first.
  for (const std::string name : {"in_oneof", "alone"}) {
    auto* field = now.mutable_message_type(0)->add_field();
    field->set_name(name);
    field->set_number(19 + now.message_type(0).field_size());
    field->set_type(FieldDescriptorProto::TYPE_INT32);
    field->set_label(FieldDescriptorProto::LABEL_OPTIONAL);
    if (name == "in_oneof") field->set_oneof_index(0);
  }
  now.mutable_enum_type(0)->add_value()->set_name("BLUE");
  now.mutable_enum_type(0)->mutable_value(2)->set_number(2);
  now.add_message_type()->set_name("Line");
  auto* rpc = now.mutable_service(0)->add_method();
  *rpc = now.service(0).method(0);
  rpc->set_name("Put");
  EXPECT_EQ(List(now).size(), List(Released()).size() + 5);
  EXPECT_THAT(Breaks(List(Released()), List(now)), IsEmpty());
}

TEST(BreaksTest, CommentsPromiseNothingAndOtherLinesAreBreaks) {
  EXPECT_THAT(Breaks({"# a comment", ""}, {}), IsEmpty());
  for (const std::string line :
       {"weighbridge.a.v1.Point", "weighbridge.a.v1.Point thing", "weighbridge.a.v1.Point.x field",
        "weighbridge.a.v1.Point.x field 1", "weighbridge.a.v1.Point message of mine"}) {
    EXPECT_THAT(Breaks({line}, {line}), ElementsAre(HasSubstr("not an element"))) << line;
  }
}

}  // namespace
}  // namespace weighbridge::proto_compat
