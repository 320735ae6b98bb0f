// Two macros for absl::Status propagation; nothing else in this project hides control flow.
#ifndef WEIGHBRIDGE_SERVICES_BASE_STATUS_MACROS_H_
#define WEIGHBRIDGE_SERVICES_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the calling function if `expr` (an absl::Status) is not OK.
#define WB_RETURN_IF_ERROR(expr)                   \
  do {                                             \
    absl::Status wb_status_ = (expr);              \
    if (!wb_status_.ok()) return wb_status_;       \
  } while (false)

#define WB_MACRO_CONCAT_INNER(a, b) a##b
#define WB_MACRO_CONCAT(a, b) WB_MACRO_CONCAT_INNER(a, b)

// Evaluates `expr` (an absl::StatusOr<T>); returns its status if not OK, else moves the value into `lhs`.
#define WB_ASSIGN_OR_RETURN(lhs, expr) WB_ASSIGN_OR_RETURN_IMPL(WB_MACRO_CONCAT(wb_statusor_, __LINE__), lhs, expr)
#define WB_ASSIGN_OR_RETURN_IMPL(var, lhs, expr) \
  auto var = (expr);                             \
  if (!var.ok()) return std::move(var).status(); \
  lhs = *std::move(var)

#endif  // WEIGHBRIDGE_SERVICES_BASE_STATUS_MACROS_H_
