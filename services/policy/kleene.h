// Truth in three values after Kleene: what follows from absent facts is unknown, never a guess.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_KLEENE_H_
#define WEIGHBRIDGE_SERVICES_POLICY_KLEENE_H_

#include <algorithm>

namespace weighbridge::policy {

// Ordered, so that AND is the minimum and OR the maximum.
enum class Truth { kFalse = 0, kUnknown = 1, kTrue = 2 };

inline Truth And(Truth a, Truth b) { return std::min(a, b); }
inline Truth Or(Truth a, Truth b) { return std::max(a, b); }
inline Truth Not(Truth a) { return a == Truth::kUnknown ? a : (a == Truth::kTrue ? Truth::kFalse : Truth::kTrue); }
inline Truth FromBool(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_KLEENE_H_
