#include "services/rulebook/fixture.h"

#include <utility>

#include "gtest/gtest.h"
#include "services/classify/learn.h"
#include "services/crypto/sha256.h"

namespace weighbridge::rulebook {
namespace {

constexpr std::string_view kLicenseHeader =
    "# proto-file: proto/weighbridge/rules/v1/license.proto\n"
    "# proto-message: weighbridge.rules.v1.License\n";

std::string RulebookHeader(std::string_view message) {
  return "# proto-file: proto/weighbridge/rules/v1/rulebook.proto\n# proto-message: weighbridge.rules.v1." +
         std::string(message) + "\n";
}

// Line 3 is the first of each text below.
constexpr std::string_view kAcorn1 = R"txt(id: "LicenseRef-acorn-1.0"
short_id: "acorn-1.0"
name: "Acorn Model Licence 1.0"
kind: license
version: "1.0"
released: "2024-01-15"
replaced: "2025-02-01"
licensor: "Acorn Works"
openness: OPEN_WEIGHTS_RESTRICTED
main_restriction: "No rights above ten million users."
summary: "An invented licence. It asks for a name."
family: "acorn"
siblings { short_id: "acorn-2.0" difference: "the newer one has no user test" }
hub_tags: "acorn"
license_names: "acorn-license"
license_names: "acorn model licence"
links: "example.org/acorn/license-1.0"
links: "example.org/acorn/"
other_names: "Acorn 1"
use_policies { short_id: "acorn-policy" clause: "4" }
tests {
  id: "users"
  clause: "2"
  summary: "No rights above ten million users."
  kind: threshold
  when {
    threshold {
      metric: monthly_active_users
      comparison: greater
      value: 10000000
      moment: month_before_release
      period: "2023-12"
      subject: licensee_and_affiliates
    }
  }
  unless { fact { id: received_in_end_user_product any_of: "true" } }
  unless_clause: "2.1"
  effect: all_rights
  cures: separate_license
}
duties {
  id: "name"
  kind: derivative_name
  clause: "3"
  summary: "Begin the name of derivatives with Acorn."
  trigger: modified_and_distributed
  strings { text: "Acorn" what: "name prefix" }
}
permissions { right: use stance: allowed clause: "1" }
permissions { right: commercial_use stance: conditional clause: "1" }
permissions { right: modify stance: allowed clause: "1" }
permissions { right: distribute stance: allowed clause: "1" }
outputs { commercial: allowed training: barred training_barred: "competing" clause: "5" }
terminations { cause: "breach" clause: "6" summary: "Ends on breach." automatic: true }
statements { topic: "governing_law" clause: "7" summary: "The law of nowhere." }
provenance {
  texts { sha256: "1111111111111111111111111111111111111111111111111111111111111111" source: "invented" }
  checked: "2026-11-21"
  checked_by: "Weighbridge authors"
  confidence: high
}
)txt";

constexpr std::string_view kAcorn2 = R"txt(id: "LicenseRef-acorn-2.0"
short_id: "acorn-2.0"
name: "Acorn Model Licence 2.0"
kind: license
openness: OPEN_WEIGHTS_RESTRICTED
main_restriction: "The use policy."
summary: "An invented licence."
hub_tags: "acorn"
hub_tags: "acorn2"
license_names: "acorn-license"
links: "example.org/acorn/license-2.0"
use_policies { short_id: "acorn-policy" clause: "4" }
duties { id: "copy" kind: license_copy clause: "3" summary: "Hand over a copy." trigger: distributed }
permissions { right: use stance: allowed clause: "1" }
permissions { right: commercial_use stance: allowed clause: "1" }
permissions { right: modify stance: allowed clause: "1" }
permissions { right: distribute stance: allowed clause: "1" }
provenance {
  texts { sha256: "2222222222222222222222222222222222222222222222222222222222222222" source: "invented" }
  checked: "2026-11-21"
  checked_by: "Weighbridge authors"
  confidence: medium
}
)txt";

constexpr std::string_view kAcornPolicy = R"txt(id: "LicenseRef-acorn-policy"
short_id: "acorn-policy"
name: "Acorn Use Policy"
kind: use_policy
main_restriction: "No weapons."
summary: "An invented policy."
links: "example.org/acorn/policy"
duties {
  id: "weapons"
  kind: prohibited_use
  clause: "1"
  summary: "No weapons."
  trigger: any_use
  violated_when { fact { id: fields_of_use any_of: "weapons" } }
}
tests {
  id: "territory"
  clause: "2"
  summary: "Not granted in the union."
  kind: territory
  when {
    all {
      of { fact { id: domicile any_of: "group:UNION" any_of: "CH" } }
      of { not { fact { id: modality any_of: "text" assume: "text" assume_reason: "invented" } } }
    }
  }
  effect: duty
  duties { id: "ask" kind: registration clause: "2" summary: "Ask first." trigger: any_use }
}
provenance {
  texts { sha256: "3333333333333333333333333333333333333333333333333333333333333333" source: "invented" }
  checked: "2026-11-21"
  checked_by: "Weighbridge authors"
  confidence: low
}
)txt";

constexpr std::string_view kPebble = R"txt(id: "LicenseRef-pebble"
short_id: "pebble"
name: "Pebble Research Terms"
kind: license
openness: NON_COMMERCIAL
main_restriction: "Research only."
summary: "An invented licence."
license_names: "pebble"
tests {
  id: "purpose"
  clause: "1"
  summary: "Research only."
  kind: purpose
  when { not { fact { id: use any_of: "research" any_of: "academic" } } }
  effect: all_rights
}
tests {
  id: "revenue"
  clause: "2"
  summary: "No rights above a revenue."
  kind: threshold
  when {
    threshold {
      metric: annual_revenue comparison: greater_or_equal value: 1000000 currency: "USD" moment: fiscal_year subject: control_group
    }
  }
  effect: all_rights
}
permissions { right: use stance: conditional clause: "1" }
permissions { right: commercial_use stance: barred clause: "1" }
permissions { right: modify stance: silent clause: "1" }
permissions { right: distribute stance: silent clause: "1" }
provenance {
  texts { sha256: "4444444444444444444444444444444444444444444444444444444444444444" source: "invented" }
  checked: "2026-11-21"
  checked_by: "Weighbridge authors"
  confidence: high
}
)txt";

constexpr std::string_view kWillow = R"txt(id: "Willow-1.0"
short_id: "Willow-1.0"
name: "Willow Licence 1.0"
kind: license
openness: OPEN_WEIGHTS_PERMISSIVE
main_restriction: "None: keep the notice."
summary: "An invented licence."
hub_tags: "willow"
license_names: "willow license"
links: "example.org/willow/text/"
other_names: "The Willow Licence"
duties { id: "notice" kind: copyright_notice clause: "1" summary: "Keep the notice." trigger: distributed }
permissions { right: use stance: allowed clause: "1" }
permissions { right: commercial_use stance: allowed clause: "1" }
permissions { right: modify stance: allowed clause: "1" }
permissions { right: distribute stance: conditional clause: "1" }
provenance {
  texts { sha256: "@WILLOW@" source: "invented" token_file: "1.tokens" }
  checked: "2026-11-21"
  checked_by: "Weighbridge authors"
  confidence: high
}
)txt";

constexpr std::string_view kAcornFamily = R"txt(id: "acorn"
name: "Acorn"
developer: "Acorn Works"
members {
  organizations: "acorn-works"
  names: "acorn-2.0-9b*"
  version: "2.0"
  license_ids: "pebble"
  boundary: "The large one is for research."
  openness: NON_COMMERCIAL
  source: "invented"
}
members {
  organizations: ["acorn-works", "acorn-mirror"]
  names: ["acorn-2.0-*", "acorn2-*"]
  version: "2.0"
  license_ids: "acorn-2.0"
  use_policies: "acorn-policy"
  model_types: "acorn"
  architectures: "AcornForCausalLM"
  modality: "vision"
  openness: OPEN_WEIGHTS_RESTRICTED
  source: "invented"
}
members {
  organizations: "acorn-works"
  names: "acorn-*"
  version: "1.0"
  license_ids: ["acorn-1.0", "acorn-2.0"]
  boundary: "By date of the copy."
  model_types: "acorn"
  gguf_architectures: "acorn"
  released: "2024-01-15"
  shapes { vocab_size: 9000 hidden_size: 64 intermediate_size: 256 num_hidden_layers: 4 }
  openness: OPEN_WEIGHTS_RESTRICTED
  source: "invented"
}
)txt";

constexpr std::string_view kWillowFamily = R"txt(id: "willow"
name: "Willow"
developer: "Willow Group"
members {
  organizations: "willow-group"
  names: "*"
  license_ids: "Willow-1.0"
  model_types: "acorn"
  openness: OPEN_WEIGHTS_PERMISSIVE
  source: "invented"
}
)txt";

constexpr std::string_view kZephyrFamily = R"txt(id: "zephyr"
name: "Zephyr Cloud"
developer: "Zephyr"
members {
  names: "zephyr-cloud-5*"
  version: "5"
  openness: CLOSED_WEIGHTS
  closed: true
  source: "invented"
}
)txt";

constexpr std::string_view kFields = R"txt(field { id: "harm" meaning: "harm" }
field { id: "weapons" meaning: "weapons" within: "harm" }
field { id: "firearms" meaning: "firearms" within: "weapons" }
)txt";

constexpr std::string_view kCountries =
    R"txt(group { id: "UNION" meaning: "an invented union" countries: "DE" countries: "FR" as_of: "2026-01-01" }
)txt";

constexpr std::string_view kTriggers = R"txt(phrase {
  id: "nc"
  kind: "non_commercial"
  pattern: "only for noncommercial (?:use|purposes)"
  restrictive: true
  hit: "You may use it only for non-commercial purposes."
  miss: "You may use it for commercial purposes."
}
)txt";

}  // namespace

std::string_view WillowText() {
  return "Willow Licence 1.0\n\n"
         "Anybody who holds a copy of this invented work may plant it, water it and give cuttings of it to a "
         "neighbour, if the "
         "little label with the name of the gardener stays on the pot.\n\n"
         "The gardener promises neither shade nor fruit, and pays for no broken window, whoever threw the pot.\n";
}

std::vector<RuleFile> MiniRulebook() {
  classify::LearnRequest request;
  request.id = "Willow-1.0";
  request.source = "invented";
  request.text = WillowText();
  const absl::StatusOr<std::string> tokens = classify::Learn(request);
  EXPECT_TRUE(tokens.ok()) << tokens.status();
  std::string willow(kWillow);
  const std::string_view mark = "@WILLOW@";
  willow.replace(willow.find(mark), mark.size(), Sha256Hex(WillowText()));
  const auto license = [](std::string_view text) { return std::string(kLicenseHeader) + std::string(text); };
  std::vector<RuleFile> files = {
      {"licenses/acorn-1.0/rule.textproto", license(kAcorn1)},
      {"licenses/acorn-2.0/rule.textproto", license(kAcorn2)},
      {"licenses/acorn-policy/rule.textproto", license(kAcornPolicy)},
      {"licenses/pebble/rule.textproto", license(kPebble)},
      {"licenses/Willow-1.0/rule.textproto", license(willow)},
      {"licenses/Willow-1.0/1.tokens", tokens.ok() ? *tokens : ""},
      {"families/acorn.textproto", RulebookHeader("Family") + std::string(kAcornFamily)},
      {"families/willow.textproto", RulebookHeader("Family") + std::string(kWillowFamily)},
      {"families/zephyr.textproto", RulebookHeader("Family") + std::string(kZephyrFamily)},
      {"fields.textproto", RulebookHeader("FieldSet") + std::string(kFields)},
      {"countries.textproto", RulebookHeader("CountryGroups") + std::string(kCountries)},
      {"triggers.textproto", RulebookHeader("TriggerSet") + std::string(kTriggers)},
  };
  SortRuleFiles(&files);
  return files;
}

void Edit(std::string_view path, std::string_view from, std::string_view to, std::vector<RuleFile>* files) {
  for (RuleFile& file : *files) {
    if (file.path != path) continue;
    const size_t at = file.bytes.find(from);
    if (at == std::string::npos) break;
    file.bytes.replace(at, from.size(), to);
    return;
  }
  ADD_FAILURE() << "\"" << from << "\" does not stand in " << path;
}

}  // namespace weighbridge::rulebook
