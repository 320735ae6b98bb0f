#include "services/auditor/problem_check.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/auditor/artifact_check.h"
#include "services/auditor/due_problems.h"
#include "services/auditor/read_files.h"
#include "services/auditor/refusal.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/source/listing.h"
#include "services/source/walk.h"

namespace weighbridge::auditor {
namespace {

using ProblemList = google::protobuf::RepeatedPtrField<v1::InventoryProblem>;

constexpr std::string_view kNote = "file.note";
constexpr std::string_view kLimit = "file.limit";
constexpr std::string_view kShards = "file.shard_missing";
constexpr std::string_view kDigests = "file.digest_mismatch";  // of blobs alone

struct Rule {
  std::string_view id;
  bool of_walk;
  bool of_reading;
};

constexpr Rule kRules[] = {
    {"file.unsafe_link", true, false},
    {"file.special", true, false},
    {"file.unreadable", true, true},
    {"file.bad_name", true, false},
    {kLimit, true, false},
    {"file.several_models", true, false},
    {kNote, true, true},
    {"file.changed", false, true},
    {"file.malformed", false, true},
    {"file.content_mismatch", false, true},
    {"file.format_unsupported", false, true},
    {kShards, false, false},
    {kDigests, false, false},
};

const Rule* FindRule(std::string_view id) {
  const auto* const found =
      std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& rule) { return rule.id == id; });
  return found == std::end(kRules) ? nullptr : found;
}

bool SamePlace(const v1::InventoryProblem& a, const v1::InventoryProblem& b) {
  return a.rule_id() == b.rule_id() && a.path() == b.path() && a.message() == b.message();
}

bool MeansUnread(std::string_view rule) { return rule == "file.unreadable" || rule == "file.changed"; }

absl::Status CheckForm(const std::string& at, const v1::InventoryProblem& problem) {
  if (FindRule(problem.rule_id()) == nullptr) return Refused(at + ".rule_id", "no problem that a scan reports");
  const std::optional<std::string> path = BytesOfPrinted(problem.path());
  if (!path.has_value()) return Refused(at + ".path", "is not in printable form");
  if (path->size() > source::kMaxPathBytes + 1 + source::kMaxNameBytes) {
    return Refused(at + ".path", absl::StrFormat("%d bytes are over the limit", path->size()));
  }
  const std::optional<std::string> message = BytesOfPrinted(problem.message());
  if (!message.has_value()) return Refused(at + ".message", "is not in printable form");
  if (message->empty()) return Refused(at + ".message", "is empty");
  if (message->size() > kProblemMessageBytesMax) {
    return Refused(at + ".message",
                   absl::StrFormat("%d bytes, the limit is %d", message->size(), kProblemMessageBytesMax));
  }
  return absl::OkStatus();
}

// Goes through the problems once, in the order of a scan.
class Checker {
 public:
  Checker(std::string_view field, const v1::Inventory& inventory, const provenance::DocumentBytes& documents,
          ScanKind kind)
      : field_(field),
        list_(std::string(field) + ".problems"),
        inventory_(inventory),
        problems_(inventory.problems()),
        documents_(documents),
        kind_(kind) {
    for (int i = 0; i < inventory.artifacts_size(); ++i)
      artifact_at_.emplace(Printable(inventory.artifacts(i).path()), i);
  }

  absl::Status Run() {
    for (int i = 0; i < problems_.size(); ++i) {
      WB_RETURN_IF_ERROR(CheckForm(FieldAt(list_, i), problems_[i]));
      if (kind_ != ScanKind::kOllama && problems_[i].rule_id() == kDigests) {
        return Refused(FieldAt(list_, i, "rule_id"), "is reported of stores of blobs alone");
      }
      if (IsOfTheSequence(problems_[i])) {
        order_.push_back(i);
      } else {
        WB_RETURN_IF_ERROR(CheckBlocksAt(i, BlocksAlone(problems_[i])));
      }
    }
    if (kind_ == ScanKind::kOllama) return InAnyOrder();
    WB_RETURN_IF_ERROR(Walk());
    WB_RETURN_IF_ERROR(Omitted());
    WB_RETURN_IF_ERROR(Reading());
    WB_RETURN_IF_ERROR(Shards());
    return Notes();
  }

 private:
  // Problems that concern other models, too, stand where the walk of all of them came upon them.
  bool IsOfTheSequence(const v1::InventoryProblem& problem) const {
    if (kind_ == ScanKind::kOllama || problem.of_context()) return false;
    return kind_ != ScanKind::kPart || problem.rule_id() != kLimit;
  }

  // "Further problems are not listed" blocks if one of them does.
  static bool BlocksAlone(const v1::InventoryProblem& problem) {
    return problem.rule_id() == kLimit ? problem.blocks() : problem.rule_id() != kNote;
  }

  bool More() const { return next_ < order_.size(); }
  const v1::InventoryProblem& Next() const { return problems_[order_[next_]]; }
  const v1::InventoryProblem& Before() const { return problems_[order_[next_ - 1]]; }
  std::string At(std::string_view name = "") const { return FieldAt(list_, order_[next_], name); }

  absl::Status CheckBlocksAt(int i, bool due) const {
    if (problems_[i].blocks() == due) return absl::OkStatus();
    return Refused(FieldAt(list_, i, "blocks"),
                   absl::StrFormat("a problem %s %s", problems_[i].rule_id(), due ? "blocks" : "blocks nothing"));
  }
  absl::Status CheckBlocks(bool due) const { return CheckBlocksAt(order_[next_], due); }

  // Every problem that is due is there as often as it must be.
  absl::Status InAnyOrder() const {
    std::map<std::pair<std::string_view, std::string_view>, int> there;
    for (const v1::InventoryProblem& problem : problems_) ++there[{problem.rule_id(), problem.path()}];
    for (int i = 0; i < inventory_.artifacts_size(); ++i) {
      const v1::InventoryArtifact& artifact = inventory_.artifacts(i);
      std::vector<DueProblem> all = DueOfFile(artifact, documents_);
      if (const auto digest = BlobDigest(artifact.path()); digest.has_value() && *digest != artifact.sha256()) {
        all.push_back({kDigests, artifact.path(), true});
      }
      for (const DueProblem& due : all) {
        if (!due.must || there[{due.rule, due.path}]-- > 0) continue;
        return Refused(FieldAt(field_ + ".artifacts", i), absl::StrFormat("the problem %s is missing", due.rule));
      }
    }
    return absl::OkStatus();
  }

  // What could not be listed or read is no artifact.
  absl::Status CheckIsNoArtifact() const {
    if (artifact_at_.count(Next().path()) == 0) return absl::OkStatus();
    return Refused(At("path"), absl::StrFormat("%s: what could not be read is no artifact", Next().rule_id()));
  }

  // Names as far as they go in order of path; a note or an unreadable file may be the first of the reading as well,
  // which changes nothing.
  absl::Status Walk() {
    for (; More(); ++next_) {
      const v1::InventoryProblem& problem = Next();
      const Rule& rule = *FindRule(problem.rule_id());
      if (!rule.of_walk) break;
      const bool blocks = rule.id != kNote;
      int& shown = blocks ? blocking_ : notes_;
      const bool in_order = next_ == 0 || problem.path() >= Before().path();
      if (!in_order || shown == static_cast<int>(source::kMaxProblemsShown)) break;
      if (next_ > 0 && SamePlace(problem, Before())) return Refused(At(), "the same problem stands there before");
      WB_RETURN_IF_ERROR(CheckBlocks(blocks));
      // The path that stands for one over the limit may be that of another file.
      if (blocks && rule.id != kLimit) WB_RETURN_IF_ERROR(CheckIsNoArtifact());
      ++shown;
      if (!blocks) ++notes_at_[problem.path()];
    }
    return absl::OkStatus();
  }

  // "N further problems are not listed", behind as many as are listed.
  absl::Status Omitted() {
    if (!More() || Next().rule_id() != kLimit) return absl::OkStatus();
    if (!Next().path().empty() || (blocking_ < static_cast<int>(source::kMaxProblemsShown) &&
                                   notes_ < static_cast<int>(source::kMaxProblemsShown))) {
      return Refused(At("path"), "problems of the walk are not in order of path");
    }
    WB_RETURN_IF_ERROR(CheckBlocks(blocking_ > 0));
    omitted_ = true;
    ++next_;
    return absl::OkStatus();
  }

  absl::Status Reading() {
    int artifact = 0;
    std::string unread_before;
    size_t unread = 0;
    for (; More(); ++next_) {
      const v1::InventoryProblem& problem = Next();
      if (!FindRule(problem.rule_id())->of_reading) break;
      if (MeansUnread(problem.rule_id())) {
        WB_RETURN_IF_ERROR(CheckBlocks(true));
        WB_RETURN_IF_ERROR(CheckIsNoArtifact());
        const std::string path = BytesOfPrinted(problem.path()).value_or("");
        if (const std::string why = WhyNoModelPath(path); !why.empty()) return Refused(At("path"), why);
        if (path <= unread_before) return Refused(At("path"), "files that could not be read are not in order of path");
        if (++unread + inventory_.artifacts_size() > source::WalkLimits().max_entries)
          return Refused(list_, "more files than a scan lists");
        // Those of files before it have been reported.
        while (artifact < inventory_.artifacts_size() && inventory_.artifacts(artifact).path() < path)
          WB_RETURN_IF_ERROR(EndFile(artifact++));
        if (due_of_.has_value()) return Refused(At("path"), "problems of reading are not in order of path");
        unread_before = path;
        continue;
      }
      const auto found = artifact_at_.find(problem.path());
      if (found == artifact_at_.end()) return Refused(At("path"), "no artifact has this path");
      if (found->second < artifact) return Refused(At("path"), "problems of reading are not in order of path");
      while (artifact < found->second) WB_RETURN_IF_ERROR(EndFile(artifact++));
      if (!due_of_.has_value()) StartFile(artifact);
      WB_RETURN_IF_ERROR(Take(FieldAt(field_ + ".artifacts", artifact)));
    }
    while (artifact < inventory_.artifacts_size()) WB_RETURN_IF_ERROR(EndFile(artifact++));
    return absl::OkStatus();
  }

  absl::Status Shards() {
    if (FilesLeftOut(inventory_) > 0) {
      // A part whose reading failed may have been counted: which sets are whole cannot be told.
      for (; More() && Next().rule_id() == kShards; ++next_) WB_RETURN_IF_ERROR(CheckBlocks(true));
    } else {
      due_of_ = DueOfShards(inventory_);
      due_at_ = 0;
      while (More() && Next().rule_id() == kShards) {
        WB_RETURN_IF_ERROR(Take(field_ + ".artifacts"));
        ++next_;
      }
      WB_RETURN_IF_ERROR(EndDue(field_ + ".artifacts"));
    }
    if (More()) return Refused(At("rule_id"), absl::StrFormat("%s stands where no scan reports it", Next().rule_id()));
    return absl::OkStatus();
  }

  absl::Status Notes() {
    if (omitted_) return absl::OkStatus();
    for (const auto& [path, count] : DueNotes(inventory_)) {
      const auto found = notes_at_.find(path);
      if (found != notes_at_.end() && found->second >= count) continue;
      const auto artifact = artifact_at_.find(path);
      const std::string at =
          artifact == artifact_at_.end() ? field_ + ".artifacts" : FieldAt(field_ + ".artifacts", artifact->second);
      return Refused(at, "the problem file.note is missing: the name looks like another one");
    }
    return absl::OkStatus();
  }

  void StartFile(int artifact) {
    due_of_ = DueOfFile(inventory_.artifacts(artifact), documents_);
    due_at_ = 0;
  }

  absl::Status EndFile(int artifact) {
    if (!due_of_.has_value()) StartFile(artifact);
    return EndDue(FieldAt(field_ + ".artifacts", artifact));
  }

  // The next problem must be among those that are due, behind the one before.
  absl::Status Take(const std::string& owner) {
    const v1::InventoryProblem& problem = Next();
    for (; due_at_ < due_of_->size(); ++due_at_) {
      const DueProblem& due = (*due_of_)[due_at_];
      if (due.rule == problem.rule_id() && due.path == problem.path()) {
        ++due_at_;
        return CheckBlocks(problem.rule_id() != kNote);
      }
      if (due.must) return Refused(owner, absl::StrFormat("the problem %s is missing", due.rule));
    }
    return Refused(At("rule_id"), absl::StrFormat("no scan reports %s here", problem.rule_id()));
  }

  absl::Status EndDue(const std::string& owner) {
    for (; due_at_ < due_of_->size(); ++due_at_) {
      if ((*due_of_)[due_at_].must)
        return Refused(owner, absl::StrFormat("the problem %s is missing", (*due_of_)[due_at_].rule));
    }
    due_of_.reset();
    return absl::OkStatus();
  }

  const std::string field_;
  const std::string list_;
  const v1::Inventory& inventory_;
  const ProblemList& problems_;
  const provenance::DocumentBytes& documents_;
  std::map<std::string, int, std::less<>> artifact_at_;  // by printable path
  const ScanKind kind_;
  std::vector<int> order_;  // of the sequence
  size_t next_ = 0;         // in `order_`
  int blocking_ = 0;        // of the walk
  int notes_ = 0;
  bool omitted_ = false;
  std::map<std::string, int, std::less<>> notes_at_;
  std::optional<std::vector<DueProblem>> due_of_;  // of the file, or of all shards, that is gone through
  size_t due_at_ = 0;
};

}  // namespace

size_t FilesLeftOut(const v1::Inventory& inventory) {
  return static_cast<size_t>(
      std::count_if(inventory.problems().begin(), inventory.problems().end(),
                    [](const v1::InventoryProblem& problem) { return MeansUnread(problem.rule_id()); }));
}

absl::Status CheckProblems(std::string_view field, const v1::Inventory& inventory,
                           const provenance::DocumentBytes& documents, ScanKind kind) {
  return Checker(field, inventory, documents, kind).Run();
}

}  // namespace weighbridge::auditor
