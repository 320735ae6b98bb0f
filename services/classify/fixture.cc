#include "services/classify/fixture.h"

#include "gtest/gtest.h"
#include "services/classify/index.h"

namespace weighbridge::classify {
namespace {

constexpr char kPebble[] = R"(Pebble License

Copyright (c) <year> <holder>

Whoever receives this program, together with the manuals that come with it (the "Program"), may run it, study it,
change it, pass it on and charge money for doing so, in whole or in part, for every purpose and without paying anyone,
on the single condition that follows.

The line above that names the authors, and this text, stay with every copy of the Program and with every larger part
that is taken out of it.

THE PROGRAM COMES AS IT IS. NOBODY PROMISES THAT IT WORKS, THAT IT FITS A PURPOSE OR THAT IT IS FREE OF CLAIMS BY
STRANGERS. THE AUTHORS DO NOT ANSWER FOR LOSS OR HARM THAT ARISES FROM THE PROGRAM OR FROM WORKING WITH IT, WHATEVER
THE LEGAL GROUND ON WHICH SUCH A CLAIM IS BASED.
)";

constexpr char kPebbleShow[] = R"(Pebble License with Display

Copyright (c) <year> <holder>

Whoever receives this program, together with the manuals that come with it (the "Program"), may run it, study it,
change it, pass it on and charge money for doing so, in whole or in part, for every purpose and without paying anyone,
on the single condition that follows.

The line above that names the authors, and this text, stay with every copy of the Program and with every larger part
that is taken out of it.

Any product with more than 20 million monthly visitors shows the words "Made of Pebbles" on its first page.

THE PROGRAM COMES AS IT IS. NOBODY PROMISES THAT IT WORKS, THAT IT FITS A PURPOSE OR THAT IT IS FREE OF CLAIMS BY
STRANGERS. THE AUTHORS DO NOT ANSWER FOR LOSS OR HARM THAT ARISES FROM THE PROGRAM OR FROM WORKING WITH IT, WHATEVER
THE LEGAL GROUND ON WHICH SUCH A CLAIM IS BASED.
)";

constexpr char kTarn[] = R"(TARN @ COMMUNITY AGREEMENT

Tarn @ release day: March 3, 2031

This agreement sets out how the Tarn @ weights may be used. By fetching the weights from https://tarn.example/weights/
you enter into it with Lakeside Computing ("Lakeside").

1. What is meant

   a. "Weights" are the numbers published by Lakeside under the name Tarn @, with the settings needed to load them.
   b. "Offspring" is whatever somebody derives from the Weights by training, merging, pruning or rounding.
   c. "Household" means you, whoever controls you, and whoever you control.

2. What you may do

   a. Lakeside lets you load, run, change and hand on the Weights and their Offspring in every country, without a charge,
      for as long as you keep to this agreement. This permission cannot be passed on by itself and Lakeside may give the
      same to others.
   b. If you hand on the Weights or Offspring, then (i) a copy of this agreement travels with them, and (ii) the page on
      which they are offered shows the words "Drawn from the Tarn" where a visitor sees them.
   c. Names of Offspring begin with the word Tarn.

3. Large services

   If the services of your Household had more than 300 million monthly visitors in the calendar month before the release
   day, section 2 does not apply to you until Lakeside has agreed in writing, which it is free to decline.

4. What you must not do

   a. You must not use the Weights to break the law, to watch people secretly, or to steer weapons.
   b. You must not train another large model with answers of the Weights unless it is Offspring.

5. No promise. THE WEIGHTS ARE HANDED OUT AS THEY ARE AND WITH ALL THEIR FAULTS. LAKESIDE PROMISES NOTHING ABOUT THEM AND
   DOES NOT PAY FOR HARM OF ANY KIND THAT FOLLOWS FROM THEIR USE, EXCEPT WHERE A STATUTE SAYS THAT IT HAS TO.

6. End. Lakeside may end this agreement when you break it. You then erase the Weights within 30 days. Sections 5 and 7
   stay in force.

7. Law and courts. The law of the Canton of Uri decides, and its courts alone hear quarrels about this agreement.
)";

constexpr char kTarnAddition[] = R"(
8. Pictures. Of Tarn @ the parts that read pictures are not offered to anyone who lives on an island.
)";

}  // namespace

std::string PebbleText() { return kPebble; }

std::string PebbleShowText() { return kPebbleShow; }

std::string TarnText(std::string_view version) {
  std::string text;
  for (const char c : std::string_view(kTarn)) {
    if (c == '@') {
      text += version;
    } else {
      text += c;
    }
  }
  if (version == "2.1") {
    for (const char c : std::string_view(kTarnAddition)) {
      if (c == '@') {
        text += version;
      } else {
        text += c;
      }
    }
  }
  return text;
}

std::vector<TriggerPhrase> FixturePhrases() {
  return {
      {"monthly-visitors", "mau_threshold", R"(\b(\d+(?: million)?) monthly (?:active )?(?:users|visitors)\b)", true,
       "more than 5 million monthly users", "five users a month"},
      {"non-commercial", "non_commercial", R"(\bnoncommercial\b)", true, "for Non-Commercial use", "commercial use"},
      {"research-only", "research_only", R"(\bresearch (?:purposes )?only\b)", true, "research purposes only",
       "research is fun"},
      {"shows-the-words", "attribution", R"(\bshows the words\b)", false, "It shows the words", "it shows words"},
  };
}

TokenFile LearnOrFail(std::string_view id, std::string_view name, std::string_view text, LearnOptions options) {
  LearnRequest request;
  request.id = std::string(id);
  request.text = text;
  request.source = "test";
  request.options = std::move(options);
  const auto bytes = Learn(request);
  if (!bytes.ok()) {
    ADD_FAILURE() << id << " " << name << ": " << bytes.status();
    return {};
  }
  auto file = ParseTokenFile(*bytes);
  if (!file.ok()) {
    ADD_FAILURE() << id << " " << name << ": " << file.status();
    return {};
  }
  file->name = std::string(name);
  return *std::move(file);
}

Built BuildOrFail(const std::vector<TokenFile>& files, const std::vector<TriggerPhrase>& phrases) {
  Built built;
  auto index = CompileIndex(files, phrases);
  EXPECT_TRUE(index.ok()) << index.status();
  if (!index.ok()) return built;
  built.index = *std::move(index);
  auto classifier = Classifier::Create(built.index);
  EXPECT_TRUE(classifier.ok()) << classifier.status();
  if (classifier.ok()) built.classifier = *std::move(classifier);
  return built;
}

Built BuildFixture() {
  return BuildOrFail({LearnOrFail("Pebble", "1", PebbleText()), LearnOrFail("Tarn-2.0", "1", TarnText("2.0")),
                      LearnOrFail("Tarn-2.1", "1", TarnText("2.1"))},
                     FixturePhrases());
}

std::string Summary(const Classification& found) {
  std::string out;
  for (size_t i = 0; i < found.matches.size(); ++i) {
    if (!out.empty()) out += "; ";
    out += found.matches[i].license_id + " " + std::string(MatchVerdictName(found.matches[i].verdict));
    if (found.Bare(i)) out += " bare";
  }
  return out;
}

}  // namespace weighbridge::classify
