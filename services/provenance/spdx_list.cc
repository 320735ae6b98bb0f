#include "services/provenance/spdx_list.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace weighbridge::provenance {
namespace {

// In lower case and order of id.
struct Exception {
  std::string_view id;
  // Licences that the exception is written for, without "-only" and "-or-later"; empty: not looked up.
  std::string_view licenses;
};

constexpr Exception kExceptions[] = {
    {"389-exception", "gpl-2.0"},
    {"asterisk-exception", "gpl-2.0"},
    {"asterisk-linking-protocols-exception", ""},
    {"autoconf-exception-2.0", "gpl-2.0"},
    {"autoconf-exception-3.0", "gpl-3.0"},
    {"autoconf-exception-generic", "gpl-2.0"},
    {"autoconf-exception-generic-3.0", "gpl-3.0"},
    {"autoconf-exception-macro", "gpl-2.0 gpl-3.0"},
    {"bison-exception-1.24", "gpl-2.0"},
    {"bison-exception-2.2", "gpl-2.0 gpl-3.0"},
    {"bootloader-exception", "gpl-2.0"},
    {"cgal-linking-exception", ""},
    {"classpath-exception-2.0", "gpl-2.0 gpl-3.0"},
    {"clisp-exception-2.0", "gpl-2.0"},
    {"cryptsetup-openssl-exception", "gpl-2.0 lgpl-2.1"},
    {"digia-qt-lgpl-exception-1.1", "lgpl-2.1"},
    {"digirule-foss-exception", "gpl-2.0"},
    {"ecos-exception-2.0", "gpl-2.0"},
    {"erlang-otp-linking-exception", ""},
    {"fawkes-runtime-exception", "gpl-2.0"},
    {"fltk-exception", "lgpl-2.0"},
    {"fmt-exception", "mit"},
    {"font-exception-2.0", "gpl-2.0 gpl-3.0"},
    {"freertos-exception-2.0", "gpl-2.0"},
    {"gcc-exception-2.0", "gpl-2.0"},
    {"gcc-exception-2.0-note", "gpl-2.0"},
    {"gcc-exception-3.1", "gpl-3.0"},
    {"gmsh-exception", "gpl-2.0"},
    {"gnat-exception", "gpl-2.0 gpl-3.0"},
    {"gnome-examples-exception", ""},
    {"gnu-compiler-exception", ""},
    {"gnu-javamail-exception", "gpl-2.0"},
    {"gpl-3.0-389-ds-base-exception", "gpl-3.0"},
    {"gpl-3.0-interface-exception", "gpl-3.0"},
    {"gpl-3.0-linking-exception", "gpl-3.0"},
    {"gpl-3.0-linking-source-exception", "gpl-3.0"},
    {"gpl-cc-1.0", "gpl-2.0 lgpl-2.0 lgpl-2.1"},
    {"gstreamer-exception-2005", "gpl-2.0"},
    {"gstreamer-exception-2008", "gpl-2.0"},
    {"harbour-exception", ""},
    {"i2p-gpl-java-exception", "gpl-2.0"},
    {"independent-modules-exception", ""},
    {"kicad-libraries-exception", "cc-by-sa-4.0"},
    {"lgpl-3.0-linking-exception", "lgpl-3.0"},
    {"libpri-openh323-exception", "gpl-2.0"},
    {"libtool-exception", "gpl-2.0"},
    {"linux-syscall-note", "gpl-1.0 gpl-2.0 lgpl-2.0 lgpl-2.1"},
    {"llgpl", "lgpl-2.1"},
    {"llvm-exception", "apache-2.0"},
    {"lzma-exception", "cpl-1.0"},
    {"mif-exception", "gpl-2.0"},
    {"mxml-exception", "apache-2.0"},
    {"nokia-qt-exception-1.1", "lgpl-2.1"},
    {"ocaml-lgpl-linking-exception", "lgpl-2.0 lgpl-2.1"},
    {"occt-exception-1.0", "lgpl-2.1"},
    {"openjdk-assembly-exception-1.0", "gpl-2.0"},
    {"openvpn-openssl-exception", "gpl-2.0"},
    {"pcre2-exception", "bsd-3-clause"},
    {"polyparse-exception", "lgpl-2.1"},
    {"ps-or-pdf-font-exception-20170817", "agpl-3.0 gpl-2.0 gpl-3.0"},
    {"qpl-1.0-inria-2004-exception", "qpl-1.0-inria-2004"},
    {"qt-gpl-exception-1.0", "gpl-3.0"},
    {"qt-lgpl-exception-1.1", "lgpl-2.1"},
    {"qwt-exception-1.0", "lgpl-2.1"},
    {"romic-exception", ""},
    {"rrdtool-floss-exception-2.0", "gpl-2.0"},
    {"sane-exception", "gpl-2.0"},
    {"shl-2.0", "apache-2.0"},
    {"shl-2.1", "apache-2.0"},
    {"stunnel-exception", "gpl-2.0"},
    {"swi-exception", ""},
    {"swift-exception", "apache-2.0"},
    {"texinfo-exception", ""},
    {"u-boot-exception-2.0", "gpl-2.0"},
    {"ubdl-exception", "gpl-2.0"},
    {"universal-foss-exception-1.0", "gpl-2.0"},
    {"vsftpd-openssl-exception", "gpl-2.0"},
    {"wxwindows-exception-3.1", "lgpl-2.0"},
    {"x11vnc-openssl-exception", "gpl-2.0"},
};

// Ids that the SPDX list has given up, in lower case and order, and what replaced them. "-only" stands for any version
// that a "+" allows. An id that was given up with nothing in its place is no row.
struct FormerId {
  std::string_view id;
  std::string_view license;
  std::string_view exception;
};

constexpr FormerId kFormerIds[] = {
    {"agpl-1.0", "AGPL-1.0-only", ""},
    {"agpl-3.0", "AGPL-3.0-only", ""},
    {"bsd-2-clause-freebsd", "BSD-2-Clause-Views", ""},
    {"bsd-2-clause-netbsd", "BSD-2-Clause", ""},
    {"bzip2-1.0.5", "bzip2-1.0.6", ""},
    {"ecos-2.0", "GPL-2.0-or-later", "eCos-exception-2.0"},
    {"gfdl-1.1", "GFDL-1.1-only", ""},
    {"gfdl-1.2", "GFDL-1.2-only", ""},
    {"gfdl-1.3", "GFDL-1.3-only", ""},
    {"gpl-1.0", "GPL-1.0-only", ""},
    {"gpl-2.0", "GPL-2.0-only", ""},
    {"gpl-2.0-with-autoconf-exception", "GPL-2.0-only", "Autoconf-exception-2.0"},
    {"gpl-2.0-with-bison-exception", "GPL-2.0-only", "Bison-exception-2.2"},
    {"gpl-2.0-with-classpath-exception", "GPL-2.0-only", "Classpath-exception-2.0"},
    {"gpl-2.0-with-font-exception", "GPL-2.0-only", "Font-exception-2.0"},
    {"gpl-2.0-with-gcc-exception", "GPL-2.0-only", "GCC-exception-2.0"},
    {"gpl-3.0", "GPL-3.0-only", ""},
    {"gpl-3.0-with-autoconf-exception", "GPL-3.0-only", "Autoconf-exception-3.0"},
    {"gpl-3.0-with-gcc-exception", "GPL-3.0-only", "GCC-exception-3.1"},
    {"lgpl-2.0", "LGPL-2.0-only", ""},
    {"lgpl-2.1", "LGPL-2.1-only", ""},
    {"lgpl-3.0", "LGPL-3.0-only", ""},
    {"nunit", "zlib-acknowledgement", ""},
    {"standardml-nj", "SMLNJ", ""},
    {"wxwindows", "LGPL-2.0-or-later", "WxWindows-exception-3.1"},
};

constexpr std::string_view kOnly = "-only";
constexpr std::string_view kOrLater = "-or-later";

std::string Lower(std::string_view text) { return absl::AsciiStrToLower(std::string(text)); }

bool TakeEnd(std::string_view end, std::string* text) {
  if (text->size() <= end.size() || text->compare(text->size() - end.size(), end.size(), end) != 0) return false;
  text->resize(text->size() - end.size());
  return true;
}

template <typename Row, size_t kSize>
const Row* Find(const Row (&rows)[kSize], const std::string& id) {
  const Row* found = std::lower_bound(std::begin(rows), std::end(rows), id,
                                      [](const Row& row, const std::string& key) { return row.id < key; });
  return found != std::end(rows) && found->id == id ? found : nullptr;
}

}  // namespace

bool IsSpdxException(std::string_view id) { return Find(kExceptions, Lower(id)) != nullptr; }

bool BelongsTo(std::string_view exception, std::string_view license) {
  const Exception* row = Find(kExceptions, Lower(exception));
  if (row == nullptr || row->licenses.empty()) return false;
  std::string version = Lower(license);
  if (!TakeEnd(kOnly, &version) && !TakeEnd(kOrLater, &version)) TakeEnd("+", &version);
  const std::vector<std::string> known = absl::StrSplit(std::string(row->licenses), ' ');
  return std::find(known.begin(), known.end(), version) != known.end();
}

std::optional<SpdxTerm> PresentForm(const SpdxTerm& term) {
  const FormerId* row = Find(kFormerIds, Lower(term.license));
  if (row == nullptr || (!row->exception.empty() && !term.exception.empty())) return std::nullopt;
  SpdxTerm present = term;
  present.license = std::string(row->license);
  if (!row->exception.empty()) present.exception = std::string(row->exception);
  if (present.or_later && TakeEnd(kOnly, &present.license)) present.license += kOrLater;
  std::string version = present.license;
  if (TakeEnd(kOrLater, &version)) present.or_later = false;
  return present;
}

}  // namespace weighbridge::provenance
