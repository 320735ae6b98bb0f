#include "services/formats/package_manifest/package_manifest.h"

#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/testing/bad_input.h"

namespace weighbridge::formats {
namespace {

struct Case {
  const char* name;
  const char* file;
  const char* text;
  const char* found;  // "key=value@line", classifiers with a star
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class PackageManifestTest : public ::testing::TestWithParam<Case> {};

TEST_P(PackageManifestTest, Declares) {
  EXPECT_TRUE(IsPackageManifest(GetParam().file));
  const std::vector<PackageLicense> licenses = ReadPackageLicenses(GetParam().file, GetParam().text).value();
  std::string found;
  for (const PackageLicense& one : licenses) {
    found += (found.empty() ? "" : " | ") + one.key + "=" + one.value + "@" + std::to_string(one.at.line) +
             (one.coarse ? "*" : "") + (one.file.empty() ? "" : " in " + one.file);
  }
  EXPECT_EQ(found, GetParam().found);
}

INSTANTIATE_TEST_SUITE_P(
    Table, PackageManifestTest,
    ::testing::Values(
        Case{"Expression", "pyproject.toml", "[project]\nname = 'x'\nlicense = \"MIT OR ISC\"\n",
             "license=MIT OR ISC@3"},
        Case{"TableText", "pyproject.toml", "[project]\nlicense = {text = 'ISC'}\n", "license=ISC@2"},
        Case{"TableFile", "pyproject.toml", "[project]\nlicense = {file = 'LICENSE'}\nlicense-files = ['x']\n", ""},
        Case{"DottedText", "pyproject.toml", "[project]\nlicense.text = \"ISC\"\nlicense.file = 'y'\n",
             "license=ISC@2"},
        Case{"SectionOfItsOwn", "pyproject.toml", "[project.license]\ntext = \"ISC\"\n", "license=ISC@2"},
        Case{"Poetry", "PyProject.toml", "[tool.poetry]\n\"license\"='ISC'\n", "license=ISC@2"},
        Case{"OfATool", "pyproject.toml", "[tool.checker]\nlicense = \"ISC\"\ntext = \"x\"\n", ""},
        Case{"CommentedOut", "pyproject.toml", "[project]\n# license = 'ISC'\n", ""},
        Case{"LongString", "pyproject.toml", "[project]\nlicense = \"\"\"House rules\"\"\"\n", "license=House rules@2"},
        Case{"UnknownForm", "pyproject.toml", "[project]\nlicense = whatever\n", "license=whatever@2"},
        Case{"Classifiers", "pyproject.toml",
             "[project]\nclassifiers = [\n  \"License :: OSI Approved\",\n  'License :: OSI Approved :: ISC License "
             "(ISCL)',\n"
             "  \"License :: Other/Proprietary License\", \"License :: Free for non-commercial use\"]\nlicense = "
             "'MIT'\n",
             "license=MIT@6 | classifiers=ISC@4* | classifiers=Other/Proprietary License@5* | "
             "classifiers=Free for non-commercial use@5*"},
        Case{"Cargo", "Cargo.toml", "[package]\nlicense = \"MIT/Apache-2.0\"\n[dependencies]\nlicense = \"1.0\"\n",
             "license=MIT OR Apache-2.0@2"},
        Case{"CargoWorkspace", "Cargo.toml", "[package]\nlicense.workspace = true\nlicense-file = 'x'\n", ""},
        Case{"CargoWorkspaceTable", "Cargo.toml",
             "[workspace.package]\nlicense = 'ISC'\n[package]\nlicense = { workspace = true }\n", "license=ISC@2"},
        Case{"SetupCfg", "setup.cfg",
             "[metadata]\nLicense: ISC\nlicense_files = LICENSE\nclassifiers =\n    License :: OSI Approved :: BSD "
             "License\n"
             "[options]\nlicense = no\n",
             "license=ISC@2 | classifiers=bsd@5*"},
        Case{"SetupCfgFile", "setup.cfg", "[metadata]\nlicense = file: LICENSE\n", ""},
        Case{"SetupPy", "setup.py",
             "from x import setup\nsetup(name='x', license = 'ISC',\n  classifiers=['License :: x'])",
             "license=ISC@2 | classifiers=x@3*"},
        Case{"SetupPyDictionary", "setup.py", "kwargs = {\"license\": \"ISC\", 'the_license': 'x'}", "license=ISC@1"},
        Case{"SetupPyComputed", "setup.py", "setup(license=open('LICENSE').read(), license_files=['x'])", ""},
        Case{"PackageJson", "package.json", "{\"license\": \"(MIT OR ISC)\"}", "license=(MIT OR ISC)@1"},
        Case{"PackageJsonOld", "package.json",
             "{\"license\": {\"type\": \"ISC\"},\n\"licenses\": [{\"type\": \"MIT\", \"url\": \"x\"}, \"Zlib\"]}",
             "license=ISC@1 | licenses=MIT@2 | licenses=Zlib@2"},
        Case{"PackageJsonFile", "package.json", "{\"license\": \"SEE LICENSE IN docs/terms.md\"}",
             "license=SEE LICENSE IN docs/terms.md@1 in docs/terms.md"},
        Case{"PackageJsonNothing", "package.json", "{\"license\": 7, \"dependencies\": {\"license\": \"1\"}}",
             "license=7@1"},
        Case{"Empty", "setup.cfg", "", ""}),
    [](const auto& info) { return info.param.name; });

TEST(PackageManifestNameTest, IsWhole) {
  for (const char* name : {"my_setup.py", "package-lock.json", "pyproject.toml.bak", "setup", "Pipfile"}) {
    EXPECT_FALSE(IsPackageManifest(name)) << name;
  }
}

TEST(PackageManifestTest, LimitsAndErrors) {
  std::string many;
  for (size_t i = 0; i <= kPackageLicensesMax; ++i) many += "setup(license='x')\n";
  EXPECT_FALSE(ReadPackageLicenses("setup.py", many).ok());
  EXPECT_FALSE(ReadPackageLicenses("package.json", "[]").ok());
  EXPECT_FALSE(ReadPackageLicenses("package.json", "{\"license\": \"a\", \"license\": \"b\"}").ok());
  const auto tall = ReadPackageLicenses("setup.py", "license='" + std::string(9999, 'x') + "'");
  EXPECT_EQ(tall.value().at(0).value.size(), kPackageLicenseBytesMax);
}

TEST(PackageManifestBadInputTest, EveryTruncationAndEdit) {
  constexpr char kJson[] = R"({"name": "x", "license": {"type": "MIT"}, "licenses": ["ISC", {"type": "Zlib"}]})";
  const ParseFunction json = [](std::string_view bytes, size_t) {
    return ReadPackageLicenses("package.json", bytes).status();
  };
  EXPECT_GT(CheckTruncations(json, kJson).cases, 50);
  EXPECT_GT(CheckTextEdits(json, kJson, "{}[]\",:\\0-e \xC3").cases, 500);
}

}  // namespace
}  // namespace weighbridge::formats
