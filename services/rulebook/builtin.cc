#include "services/rulebook/builtin.h"

#include <string_view>

// The blob, placed by the assembler file that compile_rules writes.
extern "C" const char weighbridge_builtin_rules_begin[];
extern "C" const char weighbridge_builtin_rules_end[];

namespace weighbridge::rulebook {

const absl::StatusOr<std::shared_ptr<const Rulebook>>& BuiltinRulebook() {
  // Never destroyed, so that it may be used at exit.
  static const auto& rulebook =
      *new absl::StatusOr<std::shared_ptr<const Rulebook>>(Rulebook::FromCompiled(std::string_view(
          weighbridge_builtin_rules_begin, weighbridge_builtin_rules_end - weighbridge_builtin_rules_begin)));
  return rulebook;
}

}  // namespace weighbridge::rulebook
