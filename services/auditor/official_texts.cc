#include "services/auditor/official_texts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/classify/classifier.h"
#include "services/crypto/sha256.h"
#include "services/provenance/evidence.h"

namespace weighbridge::auditor {
namespace {

// The text behind a front matter of "---" lines, and the value of one of its keys.
std::string_view BehindFrontMatter(std::string_view bytes) {
  if (bytes.substr(0, 4) != "---\n") return bytes;
  const size_t end = bytes.find("\n---\n", 3);
  return end == std::string_view::npos ? bytes : bytes.substr(end + 5);
}

std::string FrontMatterValue(std::string_view bytes, std::string_view key) {
  const std::string_view matter = bytes.substr(0, bytes.size() - BehindFrontMatter(bytes).size());
  const std::string start = "\n" + std::string(key) + ": ";
  const size_t pos = matter.find(start);
  if (pos == std::string_view::npos) return "";
  const size_t begin = pos + start.size();
  return std::string(matter.substr(begin, matter.find('\n', begin) - begin));
}

}  // namespace

std::vector<ProvedText> Prove(std::string_view text, const rulebook::Rulebook& rules) {
  std::vector<ProvedText> proved;
  const classify::Classification found = rules.classifier().Classify(text);
  for (size_t i = 0; i < found.matches.size(); ++i) {
    const classify::TextMatch& match = found.matches[i];
    const bool whole = found.matches.size() == 1 && found.residue.empty();
    if (found.Bare(i) && match.verdict == classify::MatchVerdict::kExact && whole) {
      proved.push_back({match.license_id, match.token_file});
    }
  }
  return proved;
}

absl::Status KeepScannedTexts(const db::AuditRecord& audit, const rulebook::Rulebook& rules, db::Store& store) {
  std::vector<db::OfficialTextInput> inputs;
  for (const db::EvidenceRow& seen : audit.evidence) {
    const bool exact = seen.kind == provenance::EvidenceKindName(provenance::EvidenceKind::kLicenseText) &&
                       seen.value == v1::Match::Verdict_Name(v1::Match::EXACT) && seen.license_ids.size() == 1;
    if (!exact) continue;
    WB_ASSIGN_OR_RETURN(const auto known, store.ListOfficialTexts(seen.license_ids.front()));
    const auto has_wording = [&](const db::OfficialTextRow& row) { return row.token_file == seen.key; };
    if (std::any_of(known.begin(), known.end(), has_wording)) continue;
    const auto artifact = std::find_if(audit.artifacts.begin(), audit.artifacts.end(),
                                       [&](const db::ArtifactRow& row) { return row.path == seen.path; });
    if (artifact == audit.artifacts.end()) continue;
    const auto blob = std::find_if(audit.blobs.begin(), audit.blobs.end(), [&](const db::BlobInput& input) {
      return input.kind == db::BlobKind::kScannedText && static_cast<int64_t>(input.bytes.size()) == artifact->size &&
             Sha256Hex(input.bytes) == artifact->sha256;
    });
    if (blob == audit.blobs.end()) continue;
    for (const ProvedText& proof : Prove(blob->bytes, rules)) {
      inputs.push_back({{proof.license_id, proof.token_file, "", "scanned", ""}, blob->bytes});
    }
  }
  return inputs.empty() ? absl::OkStatus() : store.PutOfficialTexts(inputs).status();
}

absl::StatusOr<ImportResult> ImportTexts(const source::TextPack& pack, const rulebook::Rulebook& rules,
                                         db::Store& store) {
  const bool is_pinned = pack.sha256_hex == kPackSha256;
  ImportResult result;
  std::vector<db::OfficialTextInput> inputs;
  for (const source::PackText& text : pack.texts) {
    const std::string_view body = BehindFrontMatter(text.bytes);
    const std::vector<ProvedText> proved = Prove(body, rules);
    for (const ProvedText& proof : proved) {
      ++result.proved_by_tokens;
      inputs.push_back(
          {{proof.license_id, proof.token_file, "", is_pinned ? "pack" : "operator", is_pinned ? kPackVersion : ""},
           std::string(body)});
    }
    if (!proved.empty()) continue;
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      ++result.without_text;  // an entry that only points elsewhere
      continue;
    }
    std::string id = FrontMatterValue(text.bytes, "spdx_license_key");
    if (id.empty()) id = "LicenseRef-scancode-" + FrontMatterValue(text.bytes, "key");
    if (is_pinned) {
      ++result.proved_by_pack;
      inputs.push_back({{id, "", "", "pack", kPackVersion}, std::string(body)});
    } else {
      result.unproved.push_back(text.name);
    }
  }
  WB_ASSIGN_OR_RETURN(result.added, store.PutOfficialTexts(inputs));
  return result;
}

}  // namespace weighbridge::auditor
