// Forged and malformed envelopes: each kind in many forms, none accepted.
#include <cstdlib>
#include <functional>
#include <random>
#include <set>

#include "gtest/gtest.h"
#include "services/approval/dsse.h"
#include "services/approval/refusal.h"
#include "services/approval/sample_approval.h"
#include "services/approval/statement.h"
#include "services/approval/verify.h"
#include "services/base/base64.h"

namespace weighbridge::approval {
namespace {

using Random = std::mt19937_64;

struct World {
  std::unique_ptr<Ed25519Signer> trusted = *Ed25519Signer::Generate();
  std::unique_ptr<Ed25519Signer> stranger = *Ed25519Signer::Generate();
  TrustedKeys keys;
  std::string statement = *MakeStatement(SampleDetails());
  World() { keys.Trust({trusted->public_key(), "", "file"}); }
  Envelope Good() const { return *SignPayload(kStatementPayloadType, statement, *trusted); }
  std::string Signed(std::string_view payload, std::string_view type = kStatementPayloadType) const {
    return SerializeEnvelope(*SignPayload(type, payload, *trusted));
  }
};

const World& TheWorld() {
  static const World* const kWorld = new World;
  return *kWorld;
}

size_t Below(Random& random, size_t end) { return random() % end; }

std::string Replaced(std::string text, std::string_view what, std::string_view by) {
  const size_t at = text.find(what);
  if (at != text.npos) text.replace(at, what.size(), by);
  return text;
}

struct Kind {
  std::string name;
  std::function<std::string(const World&, Random&)> make;
};

// Bytes of the base64 text of a field, as they stand in the envelope.
std::string InBase64(std::string_view bytes) { return "\"" + Base64Encode(bytes) + "\""; }

std::vector<Kind> Kinds() {
  std::vector<Kind> kinds;
  const auto add = [&](std::string name, std::function<std::string(const World&, Random&)> make) {
    kinds.push_back({std::move(name), std::move(make)});
  };
  add("PayloadBitFlipped", [](const World& w, Random& r) {
    Envelope e = w.Good();
    e.payload[Below(r, e.payload.size())] ^= static_cast<char>(1 << Below(r, 8));
    return SerializeEnvelope(e);
  });
  add("SignatureBitFlipped", [](const World& w, Random& r) {
    Envelope e = w.Good();
    e.signatures[0].signature[Below(r, 64)] ^= static_cast<char>(1 << Below(r, 8));
    return SerializeEnvelope(e);
  });
  add("SignatureOfOtherLength", [](const World& w, Random& r) {
    Envelope e = w.Good();
    std::string& s = e.signatures[0].signature;
    if (r() % 2 == 0) {
      s.resize(Below(r, 64));
    } else {
      s += std::string(1 + Below(r, 64), static_cast<char>(r()));
    }
    return SerializeEnvelope(e);
  });
  add("StrangerWithOurKeyId", [](const World& w, Random& r) {
    std::string payload = w.statement;
    if (r() % 2 == 0) payload = Replaced(payload, "needed", "needed " + std::to_string(r()));
    Envelope e = *SignPayload(kStatementPayloadType, payload, *w.stranger);
    e.signatures[0].key_id = w.trusted->public_key().key_id();
    return SerializeEnvelope(e);
  });
  add("StrangerTwice", [](const World& w, Random& r) {
    Envelope e = *SignPayload(kStatementPayloadType, w.statement, *w.stranger);
    for (size_t i = Below(r, kSignaturesMax - 1); i > 0; --i) e.signatures.push_back(e.signatures[0]);
    return SerializeEnvelope(e);
  });
  add("OtherTypeSigned", [](const World& w, Random& r) {
    const std::string kTypes[] = {
        "application/vnd.in-toto+jso",  "application/vnd.in-toto+json ", "application/json", "",
        "APPLICATION/VND.IN-TOTO+JSON", std::string(kWaiverPayloadType)};
    return w.Signed(w.statement, kTypes[Below(r, std::size(kTypes))] + (r() % 3 == 0 ? std::to_string(r()) : ""));
  });
  add("TypeSwappedAfterSigning", [](const World& w, Random& r) {
    Envelope e = w.Good();
    e.payload_type = r() % 2 == 0 ? std::string(kWaiverPayloadType) : "text/plain" + std::to_string(r() % 1000);
    return SerializeEnvelope(e);
  });
  // A signature over a split of the same bytes at another place must not fit: lengths are part of what is signed.
  add("LengthTrick", [](const World& w, Random& r) {
    const size_t take = 1 + Below(r, 20);
    Envelope e = w.Good();
    e.payload_type += " " + std::to_string(e.payload.size()) + " " + e.payload.substr(0, take);
    e.payload = e.payload.substr(take);
    for (char& c : e.payload_type) c = c == '"' || c == '\\' ? '_' : c;
    return SerializeEnvelope(e);
  });
  add("SignedWithoutEncoding", [](const World& w, Random& r) {
    Envelope e = w.Good();
    e.signatures[0].signature = *w.trusted->Sign(r() % 2 == 0 ? e.payload : Base64Encode(e.payload));
    return SerializeEnvelope(e);
  });
  add("NoSignature", [](const World& w, Random& r) {
    Envelope e = w.Good();
    e.signatures.clear();
    return r() % 2 == 0 ? SerializeEnvelope(e) : Replaced(SerializeEnvelope(e), ",\"signatures\":[]", "");
  });
  add("EmptySignature", [](const World& w, Random& r) {
    Envelope e = w.Good();
    for (size_t i = Below(r, 5); i > 0; --i) e.signatures.push_back(e.signatures[0]);
    for (EnvelopeSignature& s : e.signatures) s.signature.clear();
    return SerializeEnvelope(e);
  });
  add("TooManySignatures", [](const World& w, Random& r) {
    Envelope e = w.Good();
    for (size_t i = kSignaturesMax + Below(r, 10); i > 0; --i) e.signatures.push_back(e.signatures[0]);
    return SerializeEnvelope(e);
  });
  add("TwoPayloads", [](const World& w, Random& r) {
    const std::string good = SerializeEnvelope(w.Good());
    const std::string forged = InBase64(Replaced(w.statement, "needed", std::to_string(r())));
    const std::string kNames[] = {"\"payload\":", "\"p\\u0061yload\":"};
    const std::string second = kNames[r() % 2] + forged;
    return r() % 2 == 0 ? "{" + second + "," + good.substr(1)
                        : Replaced(good, ",\"payloadType\"", "," + second + ",\"payloadType\"");
  });
  add("FieldTwice", [](const World& w, Random& r) {
    const std::string kFields[] = {"\"payloadType\":\"application/vnd.in-toto+json\"", "\"signatures\":[]"};
    return "{" + kFields[r() % 2] + "," + SerializeEnvelope(w.Good()).substr(1);
  });
  add("SomethingBehind", [](const World& w, Random& r) {
    std::string good = SerializeEnvelope(w.Good());
    const std::string kTails[] = {"{}", "x", std::string(1, '\0'), good, "]", ",", "//"};
    return good + kTails[Below(r, std::size(kTails))];
  });
  add("Truncated", [](const World& w, Random& r) {
    const std::string good = SerializeEnvelope(w.Good());
    return good.substr(0, Below(r, good.size() - 2));
  });
  add("Base64NotCanonical", [](const World& w, Random& r) {
    // 64 bytes end in one digit whose low bits are zero, and two signs of padding.
    const std::string good = SerializeEnvelope(w.Good());
    const std::string sig = Base64Encode(w.Good().signatures[0].signature);
    std::string other = sig;
    switch (r() % 4) {
      case 0: {
        const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const size_t value = kDigits.find(other[85]);
        other[85] = kDigits[value + 1 + Below(r, 15)];
        break;
      }
      case 1:
        other.resize(86);
        break;
      case 2:
        other.insert(Below(r, 80), 1, ' ');
        break;
      default:
        other += "====";
    }
    return Replaced(good, sig, other);
  });
  add("SignedButNoJson", [](const World& w, Random& r) {
    std::string payload = w.statement;
    const size_t at = Below(r, payload.size());
    return w.Signed(r() % 2 == 0 ? payload.substr(0, at) : payload + payload.substr(at, 1 + Below(r, 9)));
  });
  add("SignedNamesTwice", [](const World& w, Random& r) {
    const std::string kSecond[] = {"\"_type\":\"https://in-toto.io/Statement/v1\",", "\"subject\":[],",
                                   "\"predicate\":{},"};
    return w.Signed("{" + kSecond[Below(r, std::size(kSecond))] + w.statement.substr(1));
  });
  add("SignedOtherStatement", [](const World& w, Random& r) {
    const std::pair<std::string_view, std::string_view> kChanges[] = {
        {"Statement/v1", "Statement/v0.1"},     {"verification_summary/v1", "verification_summary/v0.2"},
        {"\"subject\":[", "\"subjects\":["},    {"weighbridgeApproval", "weighbridgeApprova1"},
        {"\"PASSED\"", "\"FAILED\""},           {"\"PASSED\"", "\"passed\""},
        {"\"predicate\":{", "\"predicates\":{"}};
    const auto& [from, to] = kChanges[Below(r, std::size(kChanges))];
    return w.Signed(Replaced(w.statement, from, to));
  });
  add("SignedSubjectsOfAnotherModel", [](const World& w, Random& r) {
    const std::string kDigests[] = {std::string(64, 'a'), std::string(64, 'b'), std::string(64, '3')};
    return w.Signed(
        Replaced(w.statement, kDigests[Below(r, 3)], std::string(63, 'f') + "0123456789abcdef"[Below(r, 16)]));
  });
  add("SignedDenied", [](const World& w, Random& r) {
    const std::string_view kDecisions[] = {
        "\"DENIED\"", "\"UNDECIDED\"", "\"NEEDS_REVIEW\"", "\"DECISION_UNSPECIFIED\"", "99", "null"};
    return w.Signed(Replaced(w.statement, "\"APPROVED_WITH_CONDITIONS\"", kDecisions[Below(r, std::size(kDecisions))]));
  });
  add("SignedFieldMissing", [](const World& w, Random& r) {
    const std::string_view kFields[] = {
        "\"not_before\"",     "\"expires\"", "\"rules_digest\"", "\"policy_digest\"",  "\"by\"",
        "\"reason\"",         "\"nonce\"",   "\"parts\"",        "\"schema_version\"", "\"model_digest\"",
        "\"weights_digest\"", "\"decision\""};
    return w.Signed(
        Replaced(w.statement, kFields[Below(r, std::size(kFields))], "\"x" + std::to_string(r() % 100) + "\""));
  });
  add("NoEnvelopeAtAll", [](const World& w, Random& r) {
    const std::string kOthers[] = {"",
                                   "null",
                                   "[]",
                                   "{}",
                                   w.statement,
                                   "{\"payload\":1,\"payloadType\":2,\"signatures\":3}",
                                   "[" + SerializeEnvelope(w.Good()) + "]",
                                   std::string(40, '[')};
    return kOthers[Below(r, std::size(kOthers))];
  });
  return kinds;
}

TEST(EnvelopeForgeryTest, GoodOnesAreAccepted) {
  const World& world = TheWorld();
  Random random(1);
  for (int i = 0; i < 500; ++i) {
    v1::ApprovalDetails details = SampleDetails();
    details.set_reason("reason \"" + std::to_string(random()) + "\" \\ \xc3\xa9");
    details.mutable_parts(0)->mutable_artifacts(2)->set_path("sub/m\xc3\xb6" + std::to_string(random()) + ".gguf");
    std::string envelope = SignedEnvelope(details, *world.trusted);
    if (i % 2 == 1) {  // the other alphabet, other order, unknown fields, white space
      const Envelope parsed = *ParseEnvelope(envelope);
      const auto url = [](std::string text) {
        for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
        return text;
      };
      envelope = "{\n \"x\": {\"y\": 1},\n \"signatures\": [{\"sig\": \"" +
                 url(Base64Encode(parsed.signatures[0].signature)) +
                 "\", \"cert\": null}],\n \"payloadType\": \"application/vnd.in-toto+json\", \"payload\": \"" +
                 url(Base64Encode(parsed.payload)) + "\"}\n";
    }
    const auto approval = VerifyApproval(envelope, world.keys);
    ASSERT_TRUE(approval.ok()) << approval.status() << "\n" << envelope;
    EXPECT_EQ(approval->statement.details.reason(), details.reason());
  }
}

TEST(EnvelopeForgeryTest, NoneIsAccepted) {
  const World& world = TheWorld();
  const std::vector<Kind> kinds = Kinds();
  ASSERT_GE(kinds.size(), 14u);
  const int cases = std::getenv("WEIGHBRIDGE_RELEASE") != nullptr ? 200000 : 20000;
  const int each = cases / static_cast<int>(kinds.size()) + 1;
  for (size_t k = 0; k < kinds.size(); ++k) {
    Random random(7 + k);
    std::set<v1::RefusalReason::Value> reasons;
    for (int i = 0; i < each; ++i) {
      const std::string envelope = kinds[k].make(world, random);
      const auto approval = VerifyApproval(envelope, world.keys);
      ASSERT_FALSE(approval.ok()) << kinds[k].name << " was accepted:\n" << envelope;
      const std::optional<v1::Refusal> refusal = RefusalOf(approval.status());
      ASSERT_TRUE(refusal.has_value()) << kinds[k].name << ": " << approval.status();
      reasons.insert(refusal->reason());
    }
    std::string shown;
    for (const auto reason : reasons) shown += " " + v1::RefusalReason::Value_Name(reason);
    std::printf("%-30s %6d refused:%s\n", kinds[k].name.c_str(), each, shown.c_str());
  }
}

}  // namespace
}  // namespace weighbridge::approval
