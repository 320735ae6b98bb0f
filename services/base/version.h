// Version of the programs.
#ifndef WEIGHBRIDGE_SERVICES_BASE_VERSION_H_
#define WEIGHBRIDGE_SERVICES_BASE_VERSION_H_

namespace weighbridge {

inline constexpr char kVersion[] = "weighbridge 0.2.0";

}  // namespace weighbridge

#endif  // WEIGHBRIDGE_SERVICES_BASE_VERSION_H_
