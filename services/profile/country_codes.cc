#include "services/profile/country_codes.h"

#include <algorithm>

namespace weighbridge::profile {
namespace {

// The 249 officially assigned codes of ISO 3166-1, two letters each, in order.
constexpr std::string_view kCodes =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZ"
    "BABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZ"
    "CACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ"
    "DEDJDKDMDODZ"
    "ECEEEGEHERESET"
    "FIFJFKFMFOFR"
    "GAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGY"
    "HKHMHNHRHTHU"
    "IDIEILIMINIOIQIRISIT"
    "JEJMJOJP"
    "KEKGKHKIKMKNKPKRKWKYKZ"
    "LALBLCLILKLRLSLTLULVLY"
    "MAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZ"
    "NANCNENFNGNINLNONPNRNUNZ"
    "OM"
    "PAPEPFPGPHPKPLPMPNPRPSPTPWPY"
    "QA"
    "RERORSRURW"
    "SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZ"
    "TCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZ"
    "UAUGUMUSUYUZ"
    "VAVCVEVGVIVNVU"
    "WFWS"
    "YEYT"
    "ZAZMZW";

}  // namespace

const std::vector<std::string>& CountryCodes() {
  static const std::vector<std::string>* const kAll = [] {
    auto* all = new std::vector<std::string>;
    for (size_t i = 0; i + 1 < kCodes.size(); i += 2) all->emplace_back(kCodes.substr(i, 2));
    return all;
  }();
  return *kAll;
}

bool IsCountryCode(std::string_view code) {
  const std::vector<std::string>& all = CountryCodes();
  return std::binary_search(all.begin(), all.end(), code);
}

}  // namespace weighbridge::profile
