// What users of a set of protos rely on, one line for each element, and what a later set breaks of it.
//
// Pure; no file is touched. Used by the test over `proto/released` and by the tool that writes those files.
#ifndef WEIGHBRIDGE_TESTS_PROTO_COMPAT_LISTING_H_
#define WEIGHBRIDGE_TESTS_PROTO_COMPAT_LISTING_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.pb.h"

namespace weighbridge::proto_compat {

// Lines in bytewise order, each `NAME KIND ...`:
//   a.v1.Color enum
//   a.v1.Color.RED value 1
//   a.v1.Point message
//   a.v1.Point.label field 3 optional string
//   a.v1.Point.tags field 4 map<string, int32>
//   a.v1.Point.x field 1 implicit int32 in oneof where
//   a.v1.Points service
//   a.v1.Points.List rpc a.v1.Request -> stream a.v1.Point
//   a.v1.note extension 50001 optional string of google.protobuf.EnumValueOptions
// Files whose package does not begin with `package` (imports of others) are left out. INVALID_ARGUMENT if the files are
// no complete set.
absl::StatusOr<std::vector<std::string>> ListElements(const google::protobuf::FileDescriptorSet& files,
                                                      std::string_view package = "weighbridge.");

// What `now` breaks of `released`, a sentence each; empty if nothing. New elements break nothing. Removal is a break
// also where the number is reserved: who has the old protos still sends it. Lines of `released` that are empty or begin
// with "#" are comments; one that is no element is a break, as nobody can say what it promised.
std::vector<std::string> Breaks(const std::vector<std::string>& released, const std::vector<std::string>& now);

}  // namespace weighbridge::proto_compat

#endif  // WEIGHBRIDGE_TESTS_PROTO_COMPAT_LISTING_H_
