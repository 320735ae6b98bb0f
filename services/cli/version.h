// Version of the programs.
#ifndef WEIGHBRIDGE_SERVICES_CLI_VERSION_H_
#define WEIGHBRIDGE_SERVICES_CLI_VERSION_H_

namespace weighbridge::cli {

inline constexpr char kVersion[] = "weighbridge 0.1.0";

}  // namespace weighbridge::cli

#endif  // WEIGHBRIDGE_SERVICES_CLI_VERSION_H_
