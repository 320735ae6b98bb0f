// The base of an adapter that was given with it: what it passes on, and whether it is the one that the adapter means.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_BASE_MODEL_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_BASE_MODEL_H_

#include <string>
#include <vector>

#include "services/provenance/evidence.h"
#include "services/provenance/model_view.h"
#include "services/provenance/reconcile.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {

// Bases of bases that are followed. Deeper is a finding: nobody stacks adapters so high.
inline constexpr int kBaseDepthMax = 4;

// Name of the component that stands for the base as a whole: "base", and "base:unet" for its component "unet".
std::string BaseComponent(const std::string& component);

// Marks everything that a reconciliation of the base points at as the base's own: components, paths and messages.
void MarkAsBase(Reconciliation& base);

// Licences of the base as claims on the model itself, for conflicts and for models without a licence of their own.
std::vector<Claim> ClaimsOfBase(const Reconciliation& base);

// How the base came to be known and under which licence it is; `base` is marked.
v1::LineageLink LinkToBase(const v1::Inventory& inventory, const Reconciliation& base);

// What the adapter says of its base against the base that was given:
//   - names that clearly disagree need review (a hub repository, or a family that nothing declared belongs to);
//   - an only declared base that the rulebook does not know is what was given, so that its finding becomes a note;
//   - a base for something that is no adapter is noted.
void CompareWithDeclared(const ModelView& view, const ModelView& base, const rulebook::Rulebook& rules,
                         Gathered& gathered);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_BASE_MODEL_H_
