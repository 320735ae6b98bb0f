// Layout of a local file header: APPNOTE.TXT 6.3.9, section 4.3.7.
#include <algorithm>

#include "services/formats/sniff/internal.h"

namespace weighbridge::formats::internal {
namespace {

constexpr std::string_view kMember("PK\x03\x04", 4);
constexpr size_t kMemberHeaderBytes = 30;
constexpr int kMembersMax = 4096;

bool EndsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

}  // namespace

Format SniffZip(std::string_view first) {
  bool npy = false, pickle = false, keras = false, jar = false, office = false;
  size_t pos = 0;
  for (int i = 0; i < kMembersMax && pos + kMemberHeaderBytes <= first.size(); ++i) {
    if (first.substr(pos, 4) != kMember) {
      // Sizes behind the data (flag bit 3) or a lie: go on at the next thing that looks like a member.
      const size_t next = first.find(kMember, pos);
      if (next == std::string_view::npos || next + kMemberHeaderBytes > first.size()) break;
      pos = next;
    }
    const uint64_t packed = Little(first, pos + 18, 4);
    const size_t name_length = Little(first, pos + 26, 2);
    const size_t extra_length = Little(first, pos + 28, 2);
    const std::string_view name = first.substr(pos + kMemberHeaderBytes, name_length);
    const std::string_view content =
        first.substr(std::min(first.size(), pos + kMemberHeaderBytes + name_length + extra_length));
    if (i == 0 && name == "mimetype") {
      if (StartsWith(content, "application/vnd.oasis.opendocument.")) return Format::kOdt;
      if (StartsWith(content, "application/epub+zip")) return Format::kEpub;
    }
    npy = npy || EndsWith(name, ".npy");
    pickle = pickle || EndsWith(name, ".pkl") || EndsWith(name, ".pickle") || EndsWith(name, ".data/serialization_id");
    keras = keras || name == "model.weights.h5" || name == "metadata.json";
    jar = jar || StartsWith(name, "META-INF/");
    office = office || name == "[Content_Types].xml" || StartsWith(name, "word/");
    const uint64_t next = pos + kMemberHeaderBytes + name_length + extra_length + packed;
    pos = next < first.size() ? static_cast<size_t>(next) : first.size();
  }
  // TorchScript archives start with their storages: "<root>/data/0", larger than what is seen here.
  const std::string_view first_name =
      first.size() >= kMemberHeaderBytes ? first.substr(kMemberHeaderBytes, Little(first, 26, 2)) : "";
  const size_t slash = first_name.find('/');
  if (slash != std::string_view::npos && StartsWith(first_name.substr(slash), "/data/")) pickle = true;
  if (pickle) return Format::kPytorchZip;
  if (npy) return Format::kNpz;
  if (keras) return Format::kKerasZip;
  if (office) return Format::kDocx;
  if (jar) return Format::kJar;
  return Format::kZip;
}

}  // namespace weighbridge::formats::internal
