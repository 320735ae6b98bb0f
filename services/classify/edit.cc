#include "services/classify/edit.h"

namespace weighbridge::classify {

std::string_view EditClassName(EditClass cls) {
  switch (cls) {
    case EditClass::kTemplateSlot:
      return "template_slot";
    case EditClass::kOmitted:
      return "omitted";
    case EditClass::kListMarker:
      return "list_marker";
    case EditClass::kCopyrightNotice:
      return "copyright_notice";
    case EditClass::kLigature:
      return "ligature";
    case EditClass::kInserted:
      return "inserted";
    case EditClass::kDeleted:
      return "deleted";
    case EditClass::kReplaced:
      return "replaced";
    case EditClass::kDisguised:
      return "disguised";
    case EditClass::kPolarity:
      return "polarity";
    case EditClass::kModality:
      return "modality";
    case EditClass::kNumber:
      return "number";
    case EditClass::kQuantity:
      return "quantity";
    case EditClass::kScope:
      return "scope";
    case EditClass::kDate:
      return "date";
    case EditClass::kParty:
      return "party";
    case EditClass::kClause:
      return "clause";
    case EditClass::kHidden:
      return "hidden";
    case EditClass::kCollision:
      return "collision";
  }
  return "unknown";
}

bool IsCritical(EditClass cls) { return cls >= EditClass::kPolarity; }

bool IsAllowed(EditClass cls) { return cls <= EditClass::kLigature; }

}  // namespace weighbridge::classify
