// What can go wrong with a text on its way into JSON, XML, HTML or an address.
#include <string>
#include <string_view>
#include <type_traits>

#include "gtest/gtest.h"
#include "services/report/html_writer.h"
#include "services/report/json_writer.h"
#include "services/report/uri.h"
#include "services/report/xml_writer.h"

namespace weighbridge::report {
namespace {

// ---- JSON ----------------------------------------------------------------------------------------------------------

TEST(JsonWriterTest, ObjectsArraysAndCommas) {
  JsonWriter inner;
  inner.BeginObject().Key("k").Bool(true).EndObject();
  JsonWriter json;
  json.BeginObject().Key("a").BeginArray().Number(-1).String("x").BeginArray().EndArray().EndArray();
  json.Key("b").BeginObject().EndObject().Optional("left_out", "").Optional("c", "y").Key("d").Value(inner).EndObject();
  EXPECT_EQ(json.Take(), R"({"a":[-1,"x",[]],"b":{},"c":"y","d":{"k":true}})");
}

TEST(JsonWriterTest, Strings) {
  struct Case {
    std::string_view name;
    std::string given, expected;
  };
  const Case cases[] = {
      {"quote", "a\"b\\c", R"("a\"b\\c")"},
      {"controls", std::string("a\n\t\x01\x7f\0z", 7), R"("a\n\u0009\u0001\u007f\u0000z")"},
      {"line separators", "\xe2\x80\xa8\xe2\x80\xa9", R"("\u2028\u2029")"},
      {"utf8", "\xc3\xa9\xf0\x9f\x98\x80", "\"\xc3\xa9\xf0\x9f\x98\x80\""},
      {"no utf8", "\xff\xc3(", R"("\ufffd\ufffd(")"},
      {"surrogate", "\xed\xa0\x80", R"("\ufffd\ufffd\ufffd")"},
  };
  for (const Case& c : cases) {
    JsonWriter json;
    json.String(c.given);
    EXPECT_EQ(json.Take(), c.expected) << c.name;
  }
}

TEST(JsonWriterDeathTest, NeverADocumentWithAHole) {
  EXPECT_DEATH(JsonWriter().BeginObject().String("no key"), "");
  EXPECT_DEATH(JsonWriter().BeginArray().Key("k"), "");
  EXPECT_DEATH(JsonWriter().BeginObject().Key("k").EndObject(), "");
  EXPECT_DEATH(JsonWriter().BeginArray().EndObject(), "");
  EXPECT_DEATH(JsonWriter().BeginArray().Take(), "");
}

// ---- XML -----------------------------------------------------------------------------------------------------------

TEST(XmlWriterTest, Escapes) {
  EXPECT_EQ(EscapeXml("<a b=\"c\" d='e'>&amp;]]>"), "&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;amp;]]&gt;");
  EXPECT_EQ(EscapeXml(std::string("\0\x01\x08\x0b\x1f\x7f", 6)), "\\x00\\x01\\x08\\x0b\\x1f\\x7f");
  EXPECT_EQ(EscapeXml("a\r\nb\tc"), "a\\x0d\nb\\x09c");
  EXPECT_EQ(EscapeXml("\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd"), "\\xef\\xbf\\xbe\\xef\\xbf\\xbf\xef\xbf\xbd");
  EXPECT_EQ(EscapeXml("\xff\xfe"), "\\xff\\xfe");
}

TEST(XmlWriterTest, ElementsAndAttributes) {
  XmlWriter xml;
  xml.Open("a").Attribute("n", int64_t{3}).Attribute("t", "1\n\"2\"");
  xml.Open("b").Text("x\ny").Close().Open("c").Close().Close();
  EXPECT_EQ(xml.Take(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<a n=\"3\" t=\"1&#10;&quot;2&quot;\">\n"
            "  <b>x\ny</b>\n"
            "  <c/>\n"
            "</a>\n");
}

TEST(XmlWriterDeathTest, NeverAnOpenElement) {
  EXPECT_DEATH(XmlWriter().Open("a").Take(), "");
  EXPECT_DEATH(XmlWriter().Close(), "");
  EXPECT_DEATH(XmlWriter().Open("a").Text("x").Attribute("n", "late"), "");
}

// ---- HTML ----------------------------------------------------------------------------------------------------------

// Nothing but a literal becomes markup.
static_assert(!std::is_convertible_v<std::string, Literal>);
static_assert(!std::is_convertible_v<std::string_view, Literal>);
static_assert(!std::is_convertible_v<const char*, Literal>);
static_assert(!std::is_convertible_v<char (&)[8], Literal>);
static_assert(std::is_convertible_v<const char (&)[8], Literal>);

TEST(HtmlWriterTest, TextIsNeverMarkup) {
  const std::string evil = "<script>&\"'</script>";
  const std::string safe = "&lt;script&gt;&amp;&quot;&#39;&lt;/script&gt;";
  HtmlWriter html;
  html.Open("p", "a", "b").Id("why", 3).TextAttribute("title", evil).Text(evil).Close();
  EXPECT_EQ(html.Take(), "<!DOCTYPE html>\n<p class=\"a b\" id=\"why-3\" title=\"" + safe + "\">" + safe + "</p>\n");
  EXPECT_EQ(EscapeHtml("\xef\xb7\x90\xf0\x9f\xbf\xbf\xf0\x9f\x98\x80"),
            "\\xef\\xb7\\x90\\xf0\\x9f\\xbf\\xbf\xf0\x9f\x98\x80");
  EXPECT_EQ(EscapeHtml("\x1b\n\xe2\x80\xae"), "\\x1b\\x0a\\xe2\\x80\\xae");
}

TEST(HtmlWriterDeathTest, AttributesThatABrowserActsOnTakeLiteralsOnly) {
  EXPECT_DEATH(HtmlWriter().Open("a").TextAttribute("href", "javascript:x"), "");
  EXPECT_DEATH(HtmlWriter().Open("a").TextAttribute("onclick", "x"), "");
  EXPECT_DEATH(HtmlWriter().Open("a").TextAttribute("style", "x"), "");
  EXPECT_DEATH(HtmlWriter().Open("a").Text("x").TextAttribute("title", "late"), "");
  EXPECT_DEATH(HtmlWriter().Open("a").Take(), "");
}

TEST(HtmlWriterTest, PolicyNamesTheStyleByItsDigest) {
  // echo -n 'p{}' | openssl dgst -sha256 -binary | base64
  EXPECT_EQ(ContentSecurityPolicy("p{}"),
            "default-src 'none'; style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='; base-uri 'none'; "
            "form-action 'none'");
}

// ---- addresses -----------------------------------------------------------------------------------------------------

TEST(UriTest, PathsComeBackWhenDecoded) {
  EXPECT_EQ(PathToUri("a/b-1_2.~c"), "a/b-1_2.~c");
  EXPECT_EQ(PathToUri("a b%#?[]\"<>"), "a%20b%25%23%3F%5B%5D%22%3C%3E");
  EXPECT_EQ(PathToUri("http://x"), "http%3A//x");
  EXPECT_EQ(PathToUri("//host/x"), ".//host/x");
  EXPECT_EQ(PathToUri("\xc3\xa9"), "%C3%A9");
  EXPECT_EQ(PathToUri(""), ".");
}

TEST(UriTest, Repositories) {
  for (const std::string_view good : {"https://example.org/a/b", "ssh://example.org:22/x.git", "http://e/%41?x=(1)"})
    EXPECT_TRUE(IsRepositoryUri(good)) << good;
  for (const std::string_view bad :
       {"", "a/b", "https://", "https:///x", "ftp://example.org", "javascript://x", "https://user:secret@example.org/x",
        "https://example.org/a b", "https://e/\xc3\xa9", "https://e/%4", "https://e/%zz", "https://e/<x>"})
    EXPECT_FALSE(IsRepositoryUri(bad)) << bad;
}

}  // namespace
}  // namespace weighbridge::report
