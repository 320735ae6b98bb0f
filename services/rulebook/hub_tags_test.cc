// What the names that model cards use stand for in the rulebook of this program: every licence tag of the hub, values
// of `license_name`, and addresses of licences. A name that stands for no one licence gives a set, never a guess.
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/rulebook/builtin.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::rulebook {
namespace {

using rules::v1::License;
using ::testing::UnorderedElementsAreArray;

struct TagCase {
  const char* name;
  std::vector<std::string> short_ids;
};

std::vector<std::string> ShortIds(const std::vector<const License*>& licenses) {
  std::vector<std::string> ids;
  for (const License* license : licenses) ids.push_back(license->short_id());
  return ids;
}

const Rulebook& Book() {
  static const Rulebook* const book = BuiltinRulebook().value().get();
  return *book;
}

// The hub's list of licence tags, in its order. A tag without licences stands for a text that the rulebook does not
// hold
// ("h-research", "intel-research") or for nothing at all ("unknown", "other"): both mean review.
const std::vector<TagCase>& HubTags() {
  static const auto* const tags = new std::vector<TagCase>{
      {"apache-2.0", {"Apache-2.0"}},
      {"mit", {"MIT"}},
      {"openrail",
       {"bigcode-open-rail-m-v1", "bigscience-open-rail-m", "bigscience-open-rail-m2", "openrail++",
        "responsible-ai-source-1.0", "responsible-ai-source-1.1", "stable-diffusion-2022-08-22"}},
      {"bigscience-openrail-m", {"bigscience-open-rail-m"}},
      {"creativeml-openrail-m", {"stable-diffusion-2022-08-22"}},
      {"bigscience-bloom-rail-1.0", {"bigscience-rail-1.0"}},
      {"bigcode-openrail-m", {"bigcode-open-rail-m-v1"}},
      {"afl-3.0", {"AFL-3.0"}},
      {"artistic-2.0", {"Artistic-2.0"}},
      {"bsl-1.0", {"BSL-1.0"}},  // Boost; the Business Source License has no tag
      {"bsd", {"0BSD", "BSD-1-Clause", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Clear", "BSD-4-Clause"}},
      {"bsd-2-clause", {"BSD-2-Clause"}},
      {"bsd-3-clause", {"BSD-3-Clause"}},
      {"bsd-3-clause-clear", {"BSD-3-Clause-Clear"}},
      {"c-uda", {"C-UDA-1.0"}},
      {"cc",
       {"CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-NC-2.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0",
        "CC-BY-NC-ND-3.0", "CC-BY-NC-ND-4.0", "CC-BY-NC-SA-2.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0",
        "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC0-1.0"}},
      {"cc0-1.0", {"CC0-1.0"}},
      {"cc-by-2.0", {"CC-BY-2.0"}},
      {"cc-by-2.5", {"CC-BY-2.5"}},
      {"cc-by-3.0", {"CC-BY-3.0"}},
      {"cc-by-4.0", {"CC-BY-4.0"}},
      {"cc-by-sa-3.0", {"CC-BY-SA-3.0"}},
      {"cc-by-sa-4.0", {"CC-BY-SA-4.0"}},
      {"cc-by-nc-2.0", {"CC-BY-NC-2.0"}},
      {"cc-by-nc-3.0", {"CC-BY-NC-3.0"}},
      {"cc-by-nc-4.0", {"CC-BY-NC-4.0"}},
      {"cc-by-nd-4.0", {"CC-BY-ND-4.0"}},
      {"cc-by-nc-nd-3.0", {"CC-BY-NC-ND-3.0"}},
      {"cc-by-nc-nd-4.0", {"CC-BY-NC-ND-4.0"}},
      {"cc-by-nc-sa-2.0", {"CC-BY-NC-SA-2.0"}},
      {"cc-by-nc-sa-3.0", {"CC-BY-NC-SA-3.0"}},
      {"cc-by-nc-sa-4.0", {"CC-BY-NC-SA-4.0"}},
      {"cdla-sharing-1.0", {"CDLA-Sharing-1.0"}},
      {"cdla-permissive-1.0", {"CDLA-Permissive-1.0"}},
      {"cdla-permissive-2.0", {"CDLA-Permissive-2.0"}},
      {"wtfpl", {"WTFPL"}},
      {"ecl-2.0", {"ECL-2.0"}},
      {"epl-1.0", {"EPL-1.0"}},
      {"epl-2.0", {"EPL-2.0"}},
      {"etalab-2.0", {"etalab-2.0"}},
      {"eupl-1.1", {"EUPL-1.1"}},
      {"eupl-1.2", {"EUPL-1.2"}},
      {"agpl-3.0", {"AGPL-3.0-only"}},
      {"gfdl", {"GFDL-1.2-only", "GFDL-1.3-only"}},
      // One record for "only" and "or later": a version that the licensee may choose gives the facts of that version.
      {"gpl", {"GPL-2.0-only", "GPL-3.0-only"}},
      {"gpl-2.0", {"GPL-2.0-only"}},
      {"gpl-3.0", {"GPL-3.0-only"}},
      {"lgpl", {"LGPL-2.1-only", "LGPL-3.0-only"}},
      {"lgpl-2.1", {"LGPL-2.1-only"}},
      {"lgpl-3.0", {"LGPL-3.0-only"}},
      {"isc", {"ISC"}},
      {"h-research", {}},
      {"intel-research", {}},
      {"lppl-1.3c", {"LPPL-1.3c"}},
      {"ms-pl", {"MS-PL"}},
      {"apple-ascl", {"apple-amlr", "apple-excl"}},  // cards under the research licence carry the name too
      {"apple-amlr", {"apple-amlr"}},
      {"mpl-2.0", {"MPL-2.0"}},
      {"odc-by", {"ODC-By-1.0"}},
      {"odbl", {"ODbL-1.0"}},
      {"openmdw-1.0", {"OpenMDW-1.0"}},
      {"openmdw-1.1", {"openmdw-1.1"}},
      {"openrail++", {"openrail++"}},
      {"osl-3.0", {"OSL-3.0"}},
      {"postgresql", {"PostgreSQL"}},
      {"ofl-1.1", {"OFL-1.1"}},
      {"ncsa", {"NCSA"}},
      {"unlicense", {"Unlicense"}},
      {"zlib", {"Zlib"}},
      {"pddl", {"PDDL-1.0"}},
      {"lgpl-lr", {"LGPLLR"}},
      {"deepfloyd-if-license", {"deepfloyd-if-license"}},
      {"fair-noncommercial-research-license", {"fair-noncommercial-research-license"}},
      {"llama2", {"llama-2-license-2023"}},
      {"llama3", {"llama3"}},
      {"llama3.1", {"llama-3.1-license-2024"}},
      {"llama3.2", {"llama-3.2-license-2024"}},
      {"llama3.3", {"llama-3.3-license-2024"}},
      {"llama4", {"llama-4-cla-2025"}},
      {"grok2-community", {"grok2-community"}},
      {"gemma", {"gemma-tou-2024-02-21", "gemma-tou-2024-04-01", "gemma-tou-2025-03-24"}},
      {"unknown", {}},
      {"other", {}},
  };
  return *tags;
}

TEST(HubTagsTest, EveryTagStandsForExactlyItsLicences) {
  EXPECT_EQ(HubTags().size(), 83u);
  std::set<std::string> seen;
  for (const TagCase& tag : HubTags()) {
    SCOPED_TRACE(tag.name);
    EXPECT_TRUE(seen.insert(tag.name).second);
    EXPECT_THAT(ShortIds(Book().LicensesByHubTag(tag.name)), UnorderedElementsAreArray(tag.short_ids));
  }
}

// A tag of a rule that is not in the hub's list is a slip of the pen, or this list is old. Two are told apart on
// purpose: people write them, and they stand for whole families.
TEST(HubTagsTest, NoRuleNamesAnotherTag) {
  std::set<std::string> known = {"llama", "openmdw"};
  for (const TagCase& tag : HubTags()) known.insert(tag.name);
  for (const License* license : Book().licenses()) {
    for (const std::string& tag : license->hub_tags())
      EXPECT_EQ(known.count(tag), 1u) << license->short_id() << ": " << tag;
  }
}

TEST(HubTagsTest, AFamilyIsNeverOneLicence) {
  for (const char* family : {"openrail", "bsd", "cc", "gfdl", "gpl", "lgpl", "gemma", "llama", "openmdw"}) {
    EXPECT_GT(Book().LicensesByHubTag(family).size(), 1u) << family;
  }
}

TEST(HubTagsTest, NamesOfLicencesStandForTheirSets) {
  const TagCase cases[] = {
      {"busl-1.1", {"BUSL-1.1"}},
      {"bsl-1.1", {"BUSL-1.1"}},
      {"bsl-1.0", {"BSL-1.0"}},
      {"gpl-3.0-or-later", {"GPL-3.0-only"}},
      {"cc by-nc 3.0", {"CC-BY-NC-3.0"}},
      {"apple-sample-code-license", {"apple-amlr", "apple-excl"}},
      {"gemma", {"gemma-tou-2024-02-21", "gemma-tou-2024-04-01", "gemma-tou-2025-03-24"}},
      {"open database license", {"ODbL-1.0"}},
      {"mit-0", {"MIT-0"}},
      {"other", {}},
      {"unknown", {}},
      {"gpl", {}},
      {"custom", {}},
  };
  for (const TagCase& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(ShortIds(Book().LicensesByName(c.name)), UnorderedElementsAreArray(c.short_ids));
  }
}

TEST(HubTagsTest, AddressesOfLicencesStandForThem) {
  const TagCase cases[] = {
      {"https://spdx.org/licenses/Zlib.html", {"Zlib"}},
      {"https://spdx.org/licenses/BSD-3-Clause", {"BSD-3-Clause"}},
      {"https://spdx.org/licenses/BSD-3-Clause-Clear", {"BSD-3-Clause-Clear"}},
      {"https://spdx.org/licenses/zlib-acknowledgement", {}},
      {"https://opensource.org/licenses/EPL-1.0", {"EPL-1.0"}},
      {"https://opensource.org/license/ofl-1-1", {"OFL-1.1"}},
      {"https://choosealicense.com/licenses/ecl-2.0/", {"ECL-2.0"}},
      {"https://www.gnu.org/licenses/gpl-3.0.en.html", {"GPL-3.0-only"}},
      {"https://www.gnu.org/licenses/fdl-1.3.html", {"GFDL-1.3-only"}},
      {"https://creativecommons.org/licenses/by-sa/3.0/legalcode", {"CC-BY-SA-3.0"}},
      {"https://creativecommons.org/licenses/by-nd/4.0/deed.en", {"CC-BY-ND-4.0"}},
      // A port to the law of one country is another text, and so is what lies below it.
      {"https://creativecommons.org/licenses/by-sa/3.0/us/legalcode", {}},
      {"https://creativecommons.org/licenses/by-nc/4.1/", {}},
      {"https://opendatacommons.org/licenses/by/1-0/", {"ODC-By-1.0"}},
      {"https://www.apache.org/licenses/LICENSE-2.0.txt", {"Apache-2.0"}},
      {"https://www.apache.org/licenses/LICENSE-1.1", {}},
  };
  for (const TagCase& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(ShortIds(Book().LicensesByLink(c.name)), UnorderedElementsAreArray(c.short_ids));
  }
}

}  // namespace
}  // namespace weighbridge::rulebook
