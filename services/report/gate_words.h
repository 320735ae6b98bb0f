// A gate result in words: what all forms of it share, for people and for machines.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_GATE_WORDS_H_
#define WEIGHBRIDGE_SERVICES_REPORT_GATE_WORDS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/weighbridge/v1/gate.pb.h"
#include "services/report/layout.h"

namespace weighbridge::report {

// True if the finding speaks against an approval: violated, to be reviewed, not measurable, or of no known outcome.
bool Decides(const v1::Finding& finding);

// True if a waiver takes the finding out of the decision; what could not be measured cannot be waived
// (policy/decide.h).
bool Waived(const v1::Finding& finding);

// From what matters least to what matters most; findings of a kind are shown worst first.
int RankOf(v1::Outcome::Value outcome);

// "violated", "needs review", "cannot be measured", "met", "note".
std::string_view OutcomeWord(v1::Outcome::Value outcome);

// One sentence without its full stop; empty for no decision.
std::string Meaning(v1::Decision decision);
Tone ToneOf(v1::Decision decision);

// "LICENSE:24", "README.md:3 (license)"; empty if the reference names nothing.
std::string PlaceOf(const v1::EvidenceRef& ref);
// All of them, each once, with commas between.
std::string PlacesOf(const v1::Finding& finding);

// Short ids by licence id, for people.
class Names {
 public:
  explicit Names(const v1::GateResult& result);

  // True if the message begins with a name of the finding's licence.
  bool Begin(const v1::Finding& finding) const;

  // The short id, or the id itself where the result has none.
  std::string Of(const std::string& license_id) const;

 private:
  std::map<std::string, std::string> short_ids_, full_names_;
};

// "llama-3.1-license-2024, clause 2: "; empty if the message itself begins with the licence, as those of terms do.
std::string TermOf(const v1::Finding& finding, const Names& names);

// "open", "fulfilled", "not triggered", "recommended".
std::string StateOf(const v1::Obligation& duty);

// "EXACT", "EXACT, not bare", "no text".
std::string MatchWords(const v1::LicenseSummary& license);

// Open prohibited uses of one licence: use policies have dozens, which stand as one line.
struct Bans {
  std::string license_id;
  std::vector<std::string> clauses;
};
std::vector<Bans> OpenBans(const v1::GateResult& result);

// "weights", "freedom to use"; "known to be there", "known to be absent", "not known".
std::string PartWord(v1::OpennessComponent::Value component);
std::string_view StateWord(v1::ComponentState::Value state);
// What shows it, with the files: "measured [model.safetensors]".
std::string HowWords(const v1::OpennessPart& part);

// True if the mode of the run lets a decision pass that would stop it otherwise.
bool Softened(const v1::GateResult& result);

// "mode warn: DENIED does not stop this run"; empty where nothing is softened.
std::string ModeNote(const v1::GateResult& result);

// What a model is called: as the user named it, else its repository, else the beginning of its digest.
std::string ModelName(const v1::GateResult& result, std::string_view given);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_GATE_WORDS_H_
