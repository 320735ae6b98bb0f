// Exceptions, the licences they belong to, and ids that were given up.
#include "services/provenance/spdx_list.h"

#include <ostream>
#include <string>

#include "gtest/gtest.h"

namespace weighbridge::provenance {
namespace {

TEST(SpdxListTest, Exceptions) {
  for (const char* id : {"Classpath-exception-2.0", "LLVM-EXCEPTION", "389-exception", "x11vnc-openssl-exception"}) {
    EXPECT_TRUE(IsSpdxException(id)) << id;
  }
  for (const char* id : {"", "llvm", "llvm-exception ", "MIT", "zzz", "GPL-2.0-only"}) {
    EXPECT_FALSE(IsSpdxException(id)) << id;
  }
}

struct PairCase {
  const char* exception;
  const char* license;
  bool belongs;
};

TEST(SpdxListTest, ExceptionsBelongToLicences) {
  for (const PairCase& c : {
           PairCase{"Classpath-exception-2.0", "GPL-2.0-only", true},
           PairCase{"Classpath-exception-2.0", "GPL-2.0-or-later", true},
           PairCase{"classpath-EXCEPTION-2.0", "gpl-2.0+", true},
           PairCase{"Classpath-exception-2.0", "GPL-3.0-only", true},
           PairCase{"Classpath-exception-2.0", "MIT", false},
           PairCase{"Classpath-exception-2.0", "AGPL-3.0-only", false},
           PairCase{"Classpath-exception-2.0", "LGPL-2.0-only", false},
           PairCase{"Classpath-exception-2.0", "GPL-2.0-only-only", false},
           PairCase{"Classpath-exception-2.0", "", false},
           PairCase{"GCC-exception-3.1", "GPL-3.0-or-later", true},
           PairCase{"GCC-exception-3.1", "GPL-2.0-or-later", false},
           PairCase{"GCC-exception-2.0", "GPL-2.0-only", true},
           PairCase{"Autoconf-exception-3.0", "GPL-3.0-only", true},
           PairCase{"Bison-exception-2.2", "GPL-3.0-or-later", true},
           PairCase{"Font-exception-2.0", "GPL-2.0-only", true},
           PairCase{"openvpn-openssl-exception", "GPL-2.0-only", true},
           PairCase{"openvpn-openssl-exception", "Apache-2.0", false},
           PairCase{"LLVM-exception", "Apache-2.0", true},
           PairCase{"LLVM-exception", "GPL-2.0-only", false},
           PairCase{"Linux-syscall-note", "LGPL-2.1-or-later", true},
           PairCase{"OCaml-LGPL-linking-exception", "LGPL-2.1-only", true},
           PairCase{"GNOME-examples-exception", "CC-BY-SA-3.0", false},  // on the list, its licences are not
           PairCase{"GNOME-examples-exception", "", false},
           PairCase{"no-exception", "GPL-2.0-only", false},
       }) {
    EXPECT_EQ(BelongsTo(c.exception, c.license), c.belongs) << c.exception << " to " << c.license;
  }
}

struct FormerCase {
  std::string name;
  SpdxTerm term;
  std::string present;  // empty: no former id
};
void PrintTo(const FormerCase& c, std::ostream* os) { *os << c.name; }

class FormerIdTest : public ::testing::TestWithParam<FormerCase> {};

TEST_P(FormerIdTest, HasAPresentForm) {
  const auto present = PresentForm(GetParam().term);
  EXPECT_EQ(present.has_value() ? present->ToString() : "", GetParam().present);
  if (!present.has_value()) return;
  EXPECT_FALSE(PresentForm(*present).has_value());
  if (present->exception.empty()) return;
  EXPECT_TRUE(IsSpdxException(present->exception));
  EXPECT_TRUE(BelongsTo(present->exception, present->license));
}

INSTANTIATE_TEST_SUITE_P(
    Table, FormerIdTest,
    ::testing::Values(
        FormerCase{"Agpl1", {"AGPL-1.0", false, ""}, "AGPL-1.0-only"},
        FormerCase{"Agpl3Later", {"AGPL-3.0", true, ""}, "AGPL-3.0-or-later"},
        FormerCase{"FreeBsd", {"BSD-2-Clause-FreeBSD", false, ""}, "BSD-2-Clause-Views"},
        FormerCase{"NetBsd", {"BSD-2-Clause-NetBSD", false, ""}, "BSD-2-Clause"},
        FormerCase{"Bzip2", {"bzip2-1.0.5", false, ""}, "bzip2-1.0.6"},
        FormerCase{"Ecos", {"eCos-2.0", false, ""}, "GPL-2.0-or-later WITH eCos-exception-2.0"},
        FormerCase{"EcosLater", {"eCos-2.0", true, ""}, "GPL-2.0-or-later WITH eCos-exception-2.0"},
        FormerCase{"Gfdl", {"GFDL-1.3", false, ""}, "GFDL-1.3-only"},
        FormerCase{"GfdlLater", {"GFDL-1.1", true, ""}, "GFDL-1.1-or-later"},
        FormerCase{"Gpl1", {"GPL-1.0", true, ""}, "GPL-1.0-or-later"},
        FormerCase{"Gpl2", {"GPL-2.0", false, ""}, "GPL-2.0-only"},
        FormerCase{"Gpl2Later", {"gpl-2.0", true, ""}, "GPL-2.0-or-later"},
        FormerCase{"Gpl2With", {"GPL-2.0", false, "Font-exception-2.0"}, "GPL-2.0-only WITH Font-exception-2.0"},
        FormerCase{
            "Classpath", {"GPL-2.0-with-classpath-exception", false, ""}, "GPL-2.0-only WITH Classpath-exception-2.0"},
        FormerCase{"ClasspathLater",
                   {"GPL-2.0-with-classpath-exception", true, ""},
                   "GPL-2.0-or-later WITH Classpath-exception-2.0"},
        FormerCase{"TwoExceptions", {"GPL-2.0-with-classpath-exception", false, "Font-exception-2.0"}, ""},
        FormerCase{
            "Autoconf2", {"GPL-2.0-with-autoconf-exception", false, ""}, "GPL-2.0-only WITH Autoconf-exception-2.0"},
        FormerCase{"Bison", {"GPL-2.0-with-bison-exception", false, ""}, "GPL-2.0-only WITH Bison-exception-2.2"},
        FormerCase{"Font", {"GPL-2.0-with-font-exception", false, ""}, "GPL-2.0-only WITH Font-exception-2.0"},
        FormerCase{"Gcc2", {"GPL-2.0-with-GCC-exception", false, ""}, "GPL-2.0-only WITH GCC-exception-2.0"},
        FormerCase{
            "Autoconf3", {"GPL-3.0-with-autoconf-exception", false, ""}, "GPL-3.0-only WITH Autoconf-exception-3.0"},
        FormerCase{"Gcc3", {"GPL-3.0-with-GCC-exception", false, ""}, "GPL-3.0-only WITH GCC-exception-3.1"},
        FormerCase{"Lgpl2", {"LGPL-2.0", false, ""}, "LGPL-2.0-only"},
        FormerCase{"Lgpl21Later", {"LGPL-2.1", true, ""}, "LGPL-2.1-or-later"},
        FormerCase{"Lgpl3", {"LGPL-3.0", false, ""}, "LGPL-3.0-only"},
        FormerCase{"Nunit", {"Nunit", false, ""}, "zlib-acknowledgement"},
        FormerCase{"NunitLater", {"Nunit", true, ""}, "zlib-acknowledgement+"},
        FormerCase{"StandardMl", {"StandardML-NJ", false, ""}, "SMLNJ"},
        FormerCase{"WxWindows", {"wxWindows", false, ""}, "LGPL-2.0-or-later WITH WxWindows-exception-3.1"},
        // Given up with nothing in its place, or current.
        FormerCase{"NetSnmp", {"Net-SNMP", false, ""}, ""}, FormerCase{"Current", {"GPL-2.0-only", false, ""}, ""},
        FormerCase{"CurrentLater", {"Apache-2.0", true, ""}, ""}, FormerCase{"Nothing", {"", false, ""}, ""}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace weighbridge::provenance
