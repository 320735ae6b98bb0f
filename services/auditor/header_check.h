// Could our own parsers have read this header from some weights file?
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_HEADER_CHECK_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_HEADER_CHECK_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/formats/sniff/format.h"

namespace weighbridge::auditor {

// INVALID_ARGUMENT with a path below `field` unless ReadWeightsHeader() could have returned `header` for a file of
// `format`, for which IsParsable() holds, and of `size` bytes. Pure.
absl::Status CheckWeightsHeader(std::string_view field, const v1::WeightsHeader& header, formats::Format format,
                                uint64_t size);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_HEADER_CHECK_H_
