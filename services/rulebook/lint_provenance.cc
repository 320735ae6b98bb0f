// Who checked the facts against which text, and that the token files in the folder are those texts and no others.
#include <set>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "services/classify/token_file.h"
#include "services/crypto/sha256.h"
#include "services/rulebook/lint_parts.h"

namespace weighbridge::rulebook {
namespace {

using rules::v1::CheckedText;
using rules::v1::Confidence;
using rules::v1::DocumentKind;
using rules::v1::License;
using rules::v1::Provenance;
using rules::v1::Stance;

bool KindFits(DocumentKind::Value kind, const std::string& token_kind) {
  switch (kind) {
    case DocumentKind::license:
      return token_kind == "licence";
    case DocumentKind::use_policy:
      return token_kind == "use_policy";
    default:
      return true;  // an addendum can be an exception or a notice
  }
}

// The token file that a text names: it reads, and it was made from that text for this licence.
void LintTokenFile(const LintContext& context, const License& license, const Cursor& at) {
  const auto& text = at.As<CheckedText>();
  const std::string path = "licenses/" + std::string(LicenseFolder(at.path())) + "/" + text.token_file();
  const auto found = context.rules->token_files.find(path);
  if (found == context.rules->token_files.end()) {
    at.ReportAt("token_file", absl::StrFormat("there is no file %s", path));
    return;
  }
  const absl::StatusOr<classify::TokenFile> tokens = classify::ParseTokenFile(found->second);
  if (!tokens.ok()) return;  // LintTokenFolders reports it
  if (ToHex(tokens->source_sha256) != text.sha256()) {
    at.ReportAt("token_file", absl::StrFormat("%s was made from the text %s, not from this one", text.token_file(),
                                              ToHex(tokens->source_sha256)));
  }
  if (tokens->id != license.id() && tokens->id != license.short_id()) {
    at.ReportAt("token_file", absl::StrFormat("%s was made for the id \"%s\"", text.token_file(), tokens->id));
  }
  if (!KindFits(license.kind(), tokens->kind)) {
    at.ReportAt("token_file", absl::StrFormat("%s is of kind \"%s\"", text.token_file(), tokens->kind));
  }
}

// A licence whose text nobody had at hand is there for its name and for what is told of it: nothing is allowed by
// hearsay, and its confidence sends every decision to a person.
void LintUnread(const Cursor& license_at, const Cursor& at) {
  const auto& license = license_at.As<License>();
  const auto& provenance = at.As<Provenance>();
  if (provenance.confidence() != Confidence::low) {
    at.ReportAt("texts", "texts is missing");
    return;
  }
  if (provenance.note().empty()) at.ReportAt("note", "without a text the note says where the facts come from");
  if (license.openness() == v1::OPEN_WEIGHTS_PERMISSIVE || license.openness() == v1::FULLY_OPEN) {
    license_at.ReportAt("openness", "a licence that nobody read is not permissive");
  }
  for (int i = 0; i < license.permissions_size(); ++i) {
    if (license.permissions(i).stance() == Stance::allowed) {
      license_at.Sub("permissions", i).ReportAt("stance", "nothing is allowed by a text that nobody read");
    }
  }
}

}  // namespace

void LintProvenance(const LintContext& context, const Cursor& license_at) {
  const auto& license = license_at.As<License>();
  if (!license.has_provenance()) return;  // LintLicense asks for it
  const Cursor at = license_at.Sub("provenance");
  const auto& provenance = at.As<Provenance>();
  at.Require({"checked", "checked_by", "confidence"});
  if (provenance.texts().empty()) LintUnread(license_at, at);
  if (!provenance.checked().empty() && !IsDate(provenance.checked())) {
    at.ReportAt("checked", absl::StrFormat("\"%s\" is no date YYYY-MM-DD", provenance.checked()));
  }
  std::set<std::string> digests, token_files;
  for (int i = 0; i < provenance.texts_size(); ++i) {
    const Cursor text_at = at.Sub("texts", i);
    const CheckedText& text = provenance.texts(i);
    text_at.Require({"sha256", "source"});
    if (!text.sha256().empty() && !IsSha256Hex(text.sha256())) {
      text_at.ReportAt("sha256", "sha256 must be 64 hexadecimal digits in lower case");
    } else if (!digests.insert(text.sha256()).second) {
      text_at.ReportAt("sha256", "the text stands here twice");
    }
    if (text.token_file().empty()) continue;
    if (!token_files.insert(text.token_file()).second) {
      text_at.ReportAt("token_file", absl::StrFormat("%s belongs to another text", text.token_file()));
      continue;
    }
    LintTokenFile(context, license, text_at);
  }
}

void LintTokenFolders(const LintContext& context, std::vector<RuleIssue>* issues) {
  for (const auto& [path, bytes] : context.rules->token_files) {
    const absl::StatusOr<classify::TokenFile> tokens = classify::ParseTokenFile(bytes);
    if (!tokens.ok()) issues->push_back({path, 0, 0, std::string(tokens.status().message())});
    const std::string folder(LicenseFolder(path));
    const auto license = context.licenses.find(folder);
    if (license == context.licenses.end()) {
      issues->push_back({path, 0, 0, "there is no rule.textproto beside it"});
      continue;
    }
    if (license->second == nullptr) continue;
    bool named = false;
    for (const CheckedText& text : license->second->message.provenance().texts()) {
      named = named || path == "licenses/" + folder + "/" + text.token_file();
    }
    if (!named) issues->push_back({path, 0, 0, "no text in the provenance of rule.textproto names this file"});
  }
}

}  // namespace weighbridge::rulebook
