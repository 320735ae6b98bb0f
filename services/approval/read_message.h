// A message out of a JSON tree that was read already, by the rules of proto3 JSON. One reading of the bytes, by the
// reader that refuses names given twice, is then the only one.
#ifndef WEIGHBRIDGE_SERVICES_APPROVAL_READ_MESSAGE_H_
#define WEIGHBRIDGE_SERVICES_APPROVAL_READ_MESSAGE_H_

#include "google/protobuf/message.h"
#include "services/formats/tree/value.h"

namespace weighbridge::approval {

// Fills `message`, which is empty, with what stands in a JSON object, whose strings it takes; false if a field has
// another type than it must have. Unknown fields and unknown names of enums are passed over, null is an absent field,
// integers may stand in quotes. Fields are named as in the proto; maps have string keys and values. Messages with bytes
// or floating point are not read (false). Depth is bounded by that of the tree.
bool ReadMessage(formats::Value&& tree, google::protobuf::Message* message);

}  // namespace weighbridge::approval

#endif  // WEIGHBRIDGE_SERVICES_APPROVAL_READ_MESSAGE_H_
