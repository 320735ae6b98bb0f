#include "services/provenance/model_fixture.h"

#include "gtest/gtest.h"
#include "services/rulebook/fixture.h"

namespace weighbridge::provenance {

TestModel& TestModel::File(std::string_view path, std::string_view role, std::string_view format) {
  v1::InventoryArtifact& artifact = *inventory.add_artifacts();
  artifact.set_path(std::string(path));
  artifact.set_role(std::string(role));
  artifact.set_format(std::string(format));
  artifact.set_sha256(std::string(64, '0'));
  return *this;
}

TestModel& TestModel::Doc(std::string_view path, std::string_view role, std::string_view text) {
  const bool json = path.size() > 5 && path.substr(path.size() - 5) == ".json";
  File(path, role, json ? "json" : "text");
  Last().set_document_sha256(std::string(path));
  documents[std::string(path)] = std::string(text);
  return *this;
}

TestModel& TestModel::Weights(std::string_view path, const std::vector<std::pair<std::string, std::string>>& fields,
                              std::string_view format) {
  File(path, "weights", format);
  Last().mutable_header()->set_tensor_count(1);
  for (const auto& [key, value] : fields) {
    v1::HeaderField& field = *Last().mutable_header()->add_fields();
    field.set_key(key);
    field.set_value(value);
  }
  return *this;
}

TestModel& TestModel::Format(std::string_view format) {
  Last().set_format(std::string(format));
  return *this;
}

TestModel& TestModel::Truncated() {
  Last().set_document_truncated(true);
  return *this;
}

TestModel& TestModel::Card(std::string_view front_matter, std::string_view body) {
  return Doc("README.md", "card", "---\n" + std::string(front_matter) + "\n---\n\n" + std::string(body) + "\n");
}

std::shared_ptr<const rulebook::Rulebook> MiniRules(const std::vector<RuleEdit>& edits) {
  std::vector<rulebook::RuleFile> files = rulebook::MiniRulebook();
  for (const RuleEdit& edit : edits) rulebook::Edit(edit.path, edit.from, edit.to, &files);
  std::vector<rulebook::RuleIssue> issues;
  auto rules = rulebook::Rulebook::FromFiles(std::move(files), &issues);
  EXPECT_TRUE(rules.ok()) << rulebook::ToString(issues);
  return rules.ok() ? *rules : nullptr;
}

}  // namespace weighbridge::provenance
