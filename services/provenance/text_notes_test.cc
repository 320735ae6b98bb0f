// What a text is as a whole: every kind of note with its place, and what must not be taken for it.
#include "services/provenance/text_notes.h"

#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/classify/classifier.h"
#include "services/provenance/hidden_text.h"
#include "services/provenance/language.h"
#include "services/provenance/model_fixture.h"
#include "services/rulebook/fixture.h"

namespace weighbridge::provenance {
namespace {

using rulebook::WillowText;

const rulebook::Rulebook& Rules() {
  static const auto rules = MiniRules();
  return *rules;
}

TextNotes Take(const std::string& text, bool terms = true) {
  return TakeTextNotes(text, Rules().classifier().Classify(text), Rules(), terms);
}

// "TRUNCATED POINTER", and the text that the first note of a kind stands on.
std::string Kinds(const TextNotes& notes) {
  std::string kinds;
  for (const TextNote& note : notes.notes) {
    kinds += (kinds.empty() ? "" : " ") + v1::TextNote::Kind_Name(note.kind);
  }
  return kinds;
}

const char kGerman[] =
    "Dies ist ein erfundener Text, der in der Sprache der Gärtner geschrieben ist. Wer die Pflanze mit nach Hause "
    "nimmt, darf sie "
    "gießen und in einen Topf setzen, wenn der Zettel mit dem Namen des Gärtners nicht von dem Topf entfernt wird. Für "
    "den "
    "Schatten und die Früchte wird nichts versprochen, und für ein Fenster, das mit dem Topf eingeworfen wird, zahlt "
    "niemand. "
    "Das gilt auch für die Nachbarn, die von der Pflanze einen Zweig bekommen und ihn in die Erde setzen. Wer den "
    "Zettel "
    "entfernt, muss die Pflanze zu dem Gärtner zurück bringen und darf sie nicht mehr gießen oder weiter geben.";
const char kFrench[] =
    "Ce texte est inventé par les jardiniers de la vallée. La personne qui prend la plante dans sa maison est libre de "
    "la mettre "
    "dans un pot avec de la terre, que le soleil soit haut ou non, pour une saison entière. Le nom du jardinier reste "
    "sur le pot, "
    "et les voisins ne doivent pas le retirer. Le jardinier ne promet ni ombre ni fruit, et il ne paie pas pour une "
    "fenêtre qui "
    "est cassée par le pot, quelle que soit la main qui le jette dans la rue. Cette règle vaut pour toute la vallée.";
const char kChinese[] =
    "任何人都可以把这株虚构的植物带回家种在花盆里并且给它浇水只要写着园丁名字的小标签一直留在花盆上面即可园丁不保证树荫"
    "也不保证果实"
    "如果有人用花盆打破了窗户园丁不会为此支付任何费用无论是谁扔的花盆邻居如果得到了一根树枝也应当遵守同样的规则谁要是拿"
    "走了标签"
    "就必须把植物还给园丁并且再也不能给它浇水或者把它转交给其他人这段文字是为了测试而编写的不属于任何真实的文件也没有任"
    "何效力";
const char kRussian[] =
    "Этот текст выдуман садовниками долины для проверки. Тот, кто берёт растение домой, может посадить его в горшок и "
    "поливать "
    "его, если табличка с именем садовника остаётся на горшке. Садовник не обещает ни тени, ни плодов, и не платит за "
    "разбитое "
    "окно, кто бы ни бросил горшок. Это правило действует и для соседей, которые получили ветку и посадили её в землю. "
    "Кто снимет "
    "табличку, должен вернуть растение садовнику и больше не может поливать его или передавать другим людям.";
const char kEnglish[] =
    "This text was invented by the gardeners of the valley. The person who takes the plant home may set it in a pot "
    "with earth, "
    "and water it for a season, if the label with the name of the gardener stays on the pot. The gardener promises no "
    "shade and "
    "no fruit, and does not pay for a window that is broken by the pot, whoever has thrown it into the street. This is "
    "the rule "
    "for all of the valley, and for the neighbours to whom a branch of the plant is given by the person who took it "
    "home.";

TEST(LanguageTest, TellsLanguagesByTheirSmallWordsAndScripts) {
  EXPECT_EQ(LanguageOf(kGerman).other, "German");
  EXPECT_EQ(LanguageOf(kFrench).other, "French");
  EXPECT_EQ(LanguageOf(kChinese).other, "Chinese");
  EXPECT_EQ(LanguageOf(kRussian).other, "Cyrillic letters");
  EXPECT_EQ(LanguageOf(kEnglish).other, "");
  EXPECT_EQ(LanguageOf(WillowText()).other, "");
  EXPECT_EQ(LanguageOf("").other, "");
  EXPECT_EQ(LanguageOf("int main() { return 0; } // x y z").other, "");
  // Two ideographs are a word, so that a text of one line is not a few words.
  EXPECT_GT(LanguageOf(kChinese).words, 80u);
  // Half and half is not mostly another language.
  EXPECT_EQ(LanguageOf(std::string(kEnglish) + "\n\n" + kGerman).other, "");
}

TEST(TextNotesTest, WholeTextsHaveNone) {
  EXPECT_EQ(Kinds(Take(std::string(WillowText()))), "");
  EXPECT_EQ(Kinds(Take("")), "");
}

TEST(TextNotesTest, ATextThatIsCutOff) {
  const std::string willow(WillowText());
  const std::string head = willow.substr(0, willow.find("The gardener promises"));
  const TextNotes at_end = Take(head);
  EXPECT_EQ(Kinds(at_end), "TRUNCATED");
  EXPECT_NE(at_end.notes[0].message.find("missing at its end"), std::string::npos) << at_end.notes[0].message;
  EXPECT_EQ(at_end.notes[0].licenses.size(), 1u);
  EXPECT_EQ(head.substr(at_end.notes[0].begin), "t.\n\n") << "the place is the last byte of the last word";

  const TextNotes at_begin = Take(willow.substr(willow.find("neighbour")));
  EXPECT_EQ(Kinds(at_begin), "TRUNCATED");
  EXPECT_NE(at_begin.notes[0].message.find("missing at its beginning"), std::string::npos) << at_begin.notes[0].message;

  // A few words less are a difference like any other, and so is an end that was replaced.
  EXPECT_EQ(Kinds(Take(willow.substr(0, willow.find(", whoever threw")))), "");
  EXPECT_EQ(
      Kinds(Take(head +
                 "Nobody but the old woman at the well shall ever sell a pot or a plant in this valley again, and "
                 "she keeps all of the coins for herself.\n")),
      "");
}

TEST(TextNotesTest, APointer) {
  const TextNotes named = Take("Please refer to the Acorn Model Licence 2.0.");
  EXPECT_EQ(Kinds(named), "POINTER");
  ASSERT_EQ(named.notes[0].licenses.size(), 1u);
  EXPECT_EQ(named.notes[0].licenses[0]->short_id(), "acorn-2.0");
  EXPECT_EQ(Kinds(Take("https://example.org/acorn/license-2.0")), "POINTER");
  EXPECT_EQ(Kinds(Take("See the web site of the garden.")), "POINTER");
  EXPECT_EQ(Kinds(Take("Willow-1.0")), "POINTER");
  // Terms of one sentence point nowhere.
  EXPECT_EQ(Kinds(Take("You may water it on Sundays.")), "");

  // More words of its own, and where the terms are.
  const std::string prose = std::string(kEnglish) + "\n\n" + kEnglish;
  const TextNotes longer = Take(prose + "\n\nThe terms are at https://example.org/acorn/license-2.0.pdf\n");
  EXPECT_EQ(Kinds(longer), "POINTER");
  EXPECT_EQ(longer.notes[0].begin, prose.size() + std::string("\n\nThe terms are at ").size());
  EXPECT_EQ(Kinds(Take(prose + "\n\nOur garden is at https://example.org/garden.html\n")), "");
  EXPECT_EQ(Kinds(Take(prose + "\n\nThe terms are at https://example.org/acorn/license-2.0.pdf\n", /*terms=*/false)),
            "");
}

TEST(TextNotesTest, ATranslation) {
  // Named by a licence, or by itself.
  const TextNotes named = Take(std::string("Acorn Model Licence 2.0\n\n") + kGerman);
  EXPECT_EQ(Kinds(named), "TRANSLATION");
  EXPECT_NE(named.notes[0].message.find("German"), std::string::npos) << named.notes[0].message;
  EXPECT_NE(named.notes[0].message.find("acorn-2.0"), std::string::npos) << named.notes[0].message;
  EXPECT_EQ(Kinds(Take(std::string("Willow-1.0 \n\n") + kChinese)), "TRANSLATION");
  EXPECT_EQ(Kinds(Take(std::string(kFrench) + "\n\nTraduction non officielle.")), "TRANSLATION");
  EXPECT_EQ(Kinds(Take(std::string("Неофициальный перевод\n\n") + kRussian)), "TRANSLATION");
  // Terms in another language that name nothing are unknown terms, in English they are no translation.
  const TextNotes unnamed = Take(kGerman);
  EXPECT_EQ(Kinds(unnamed), "");
  EXPECT_EQ(unnamed.language, "German");
  EXPECT_EQ(Kinds(Take(std::string("Acorn Model Licence 2.0, a translation\n\n") + kEnglish + "\n\n" + kEnglish)), "");
}

TEST(TextNotesTest, ATranslationBesideItsOriginal) {
  const std::string willow(WillowText());
  const TextNotes notes = Take(willow + "\n\n" + kGerman);
  EXPECT_EQ(Kinds(notes), "TRANSLATION");
  EXPECT_GE(notes.notes[0].begin, willow.size());
  EXPECT_EQ(Kinds(Take(willow + "\n\n" + kEnglish)), "");
}

struct HiddenCase {
  const char* name;
  std::string text;
  bool in_terms;  // found where the whole text is terms
  bool in_card;   // found in a card
};
void PrintTo(const HiddenCase& c, std::ostream* os) { *os << c.name; }
class HiddenTextTest : public testing::TestWithParam<HiddenCase> {};

TEST_P(HiddenTextTest, IsFound) {
  const std::string& text = GetParam().text;
  const classify::Classification found = Rules().classifier().Classify(text);
  EXPECT_EQ(!FindHiddenText(text, found, true).empty(), GetParam().in_terms);
  EXPECT_EQ(!FindHiddenText(text, found, false).empty(), GetParam().in_card);
  for (const HiddenText& hidden : FindHiddenText(text, found, true)) {
    EXPECT_LT(hidden.begin, hidden.end);
    EXPECT_LE(hidden.end, text.size());
  }
}

std::string Card(const std::string& front, const std::string& body) {
  return "---\n" + front + "\n---\n" + body + "\n";
}

std::vector<HiddenCase> HiddenCases() {
  const std::string flag = "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F";
  return {
      {"Plain", "A licence for gardeners.", false, false},
      {"ZeroWidthInAWord", "A lic\u200bence for gardeners.", true, true},
      {"ZeroWidthBesideAWord", "A licence\u200b for gardeners.", true, true},
      {"ZeroWidthFarFromTerms", "Plants like\u200b water.", true, false},
      {"InTheNextParagraph", "A licence.\n\nPlants like\u200b water.", true, false},
      {"BelowAHeading", "# License\n\nPla\u200bnt it.", true, true},
      {"BelowTheNextHeading", "# License\n\nPlant it.\n\n# Water\n\nPla\u200bnt it.", true, false},
      {"ByteOrderMark", "\uFEFFA licence.", false, false},
      {"ByteOrderMarkInside", "A \uFEFFlicence.", true, true},
      {"Override", "A \u202elicence\u202c.", true, true},
      {"OverrideFarFromTerms", "Plants \u202elike\u202c water.", true, false},
      {"Isolate", "A licence \u2067.", true, true},
      {"DirectionMarkInEnglish", "A licence\u200f.", true, true},
      {"DirectionMarkInHebrew", "license: \u05d0\u05d1\u200f.", false, false},
      {"Tags", "A licence.\U000E006E\U000E006F", true, true},
      {"TagsBehindAFlag", "A licence. " + flag + "\U000E006E\U000E006F", true, true},
      {"UnfinishedFlag", "A licence. \U0001F3F4\U000E006E\U000E006F.", true, true},
      {"LongFlag",
       "A licence. "
       "\U0001F3F4\U000E006E\U000E006F\U000E006E\U000E006F\U000E006E\U000E006F\U000E006E\U000E006F\U000E007F",
       true, true},
      {"Flag", "A licence from " + flag + ".", false, false},
      {"Emoji", "A licence \U0001F9D1\u200D\U0001F33E \u2696\uFE0F 1\uFE0F\u20E3 \u00A9\uFE0F.", false, false},
      {"SelectorBehindALetter", "A lic\uFE0Fence.", true, true},
      {"JoinerBetweenLetters", "A lic\u200Dence.", true, true},
      {"PersianJoiner", "license: \u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", false, false},
      {"SoftHyphen", "A li\u00ADcence.", true, true},
      {"LookAlike", "A li\u0441ence.", true, true},
      {"RaisedNoteMark", "A licence\u00B9 for gardeners.", false, false},
      {"MathematicalLetters", "A \U0001D425icence.", true, true},
      {"EntityOfALetter", "A lic&#101;nce.", true, true},
      {"LinkElsewhere", "A licence: [https://a.org/b](https://c.org/b).", true, true},
      {"LinkElsewhereFarFromTerms", "Plants: [https://a.org/b](https://c.org/b).", true, false},
      {"LinkToWhatItSays", "A licence: [https://a.org/b](https://a.org/b).", false, false},
      {"Ligature", "A licence for \uFB01elds.", false, false},
      {"SignForLetters", "A licence \u2116 5.", true, true},
      {"EntityOfAnAccent", "A licence by Ren&#233;.", false, false},
      {"Bell", "A licence\x07.", true, true},
      {"CommentWithTerms", "Plants.\n\n<!-- The licence ends in May. -->", true, true},
      {"CommentOfATemplate", "Plants.\n\n<!-- Say what it is for. -->", false, false},
      {"LongComment", "Plants.\n\n<!-- one two three four five six seven eight nine -->", true, false},
      {"HiddenElement", "Plants.\n\n<p style=\"display:none\">The licence ends.</p>", true, true},
      {"HiddenElementWithoutTerms", "Plants.\n\n<p style=\"display:none\">Water.</p>\n\nThe licence.", true, false},
      {"HiddenElementLeftOpen", "Plants.\n\n<p style=\"display:none\">Water.\n\nThe licence.", true, true},
      {"FrontMatterLicence", Card("license: mit # \u202e", "Plants."), true, true},
      {"FrontMatterLicenceList", Card("license:\n- mit\n- pla\u200bnt", "Plants."), true, true},
      {"FrontMatterKeyWithASpace", Card("lice\u200bnse: mit", "Plants."), true, true},
      {"FrontMatterBase", Card("base_model: a/b\u200bc", "Plants."), true, true},
      {"FrontMatterElsewhere", Card("license: mit\nwidget:\n- text: pla\u200bnt", "Plants."), true, false},
      {"NothingWithinALicenceText", std::string(WillowText()), false, false},
      {"WithinALicenceText",
       [] {
         std::string text(WillowText());
         return text.insert(text.find("window") + 3, "\u200b");
       }(),
       true, true},
  };
}

INSTANTIATE_TEST_SUITE_P(All, HiddenTextTest, testing::ValuesIn(HiddenCases()),
                         [](const auto& info) { return std::string(info.param.name); });

// However many there are, the place is one that matters, and the work stays linear.
TEST(HiddenTextTest, ManyHarmlessOnesHideNoOther) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "Pla\u200bnts.\n\n";
  const size_t harmless = text.size();
  text += "The lic\u200bence.\n";
  const std::vector<HiddenText> hidden = FindHiddenText(text, Rules().classifier().Classify(text), false);
  ASSERT_EQ(hidden.size(), 1u);
  EXPECT_GT(hidden[0].begin, harmless);
}

}  // namespace
}  // namespace weighbridge::provenance
