#include "tests/accuracy/documents.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

namespace weighbridge::accuracy {
namespace {

using mutants::Random;
using List = std::vector<std::string_view>;

// What may stand for {word}.
const std::map<std::string_view, List>& Words() {
  static const auto* words = new std::map<std::string_view, List>{
      {"name", {"Tallow", "Brindle", "Quern", "Lathe", "Sorrel", "Osprey", "Fennel", "Kestrel", "Ember", "Loam"}},
      {"company",
       {"Tallow Works", "Brindle and Daughters", "Quern GmbH", "Lathe Cooperative", "Sorrel Labs Ltd", "Osprey Inc."}},
      {"part",
       {"the loader", "the tokenizer", "the cache", "the command line", "the parser of manifests", "the progress bar",
        "the licence check", "the download page", "the model converter", "the test runner", "the web page",
        "the scheduler"}},
      {"verb", {"reads", "writes", "checks", "prints", "ignores", "keeps", "refuses", "sorts", "counts", "closes"}},
      {"thing",
       {"empty files", "long paths", "files without an end of line", "broken links", "licence headers",
        "old configurations", "adapters", "shards in any order", "values over 2 GB", "names with blanks",
        "two cards at once", "UTF-16 files"}},
      {"trouble",
       {"a crash", "a wrong count", "a leak of memory", "a message without a place", "a race",
        "an answer in the wrong order", "a file left open", "a time-out", "a double free", "an endless loop"}},
      {"when",
       {"on the first start", "without a network", "with more than one worker", "after a restart", "under load",
        "on machines with one core", "when the disk is full", "if the home folder is a link"}},
      {"kind", {"Added", "Changed", "Fixed", "Removed", "Security", "Deprecated", "Notes"}},
      {"service",
       {"the service", "our pages", "the app", "the programming interface", "your account", "the workspace"}},
      {"data",
       {"your e-mail address", "the name you give us", "the pages you open", "the address of your device",
        "your time zone", "the messages you send us", "figures about errors", "the language of your browser",
        "the files you upload", "how often you return"}},
      {"act",
       {"make an account", "write to our support", "open a page", "pay for a plan", "take part in a trial",
        "join a team", "upload a file", "report a fault", "subscribe to our letter"}},
      {"aim",
       {"to answer you", "to keep the service running", "to find faults", "to send invoices", "to stop abuse",
        "to plan how many machines we need", "to meet duties of tax law", "to show you what you asked for"}},
      {"span",
       {"thirty days", "six months", "one year", "as long as your account exists", "ten years, as tax law asks",
        "a week"}},
      {"party",
       {"our host", "the company that sends our letters", "the bank", "a court that orders it", "our auditors",
        "nobody", "the people of your own team"}},
      {"right",
       {"ask what we hold", "have it corrected", "have it deleted", "take a copy with you", "object",
        "complain to an authority"}},
      {"ban",
       {"sell access to others", "send advertisements", "take the service apart to copy it",
        "use robots to fetch pages", "upload what belongs to somebody else", "try to read the data of others",
        "get around limits", "pretend to be us", "break the law of the place where you live"}},
      {"event",
       {"you break these rules", "you do not pay", "your account is not used for a year", "the law asks for it",
        "the service ends", "you ask us to"}},
      {"place", {"Oslo", "Porto", "Graz", "Leeds", "Utrecht", "Turku", "Ghent", "Aarhus"}},
      {"month", {"January", "March", "April", "June", "September", "November"}},
  };
  return *words;
}

std::string Filled(std::string_view pattern, Random& random) {
  std::string out;
  while (!pattern.empty()) {
    const size_t open = pattern.find('{');
    out += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const size_t close = pattern.find('}', open);
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    if (name == "number") {
      out += std::to_string(1 + random.Below(900));
    } else if (name == "year") {
      out += std::to_string(2012 + random.Below(15));
    } else {
      out += random.Of(Words().at(name));
    }
    pattern.remove_prefix(close + 1);
  }
  return out;
}

// A few of the sentences, each at most once, in any order.
std::string Paragraph(const List& sentences, size_t least, Random& random) {
  List left = sentences;
  std::string out;
  for (size_t count = std::min(left.size(), least + random.Below(4)); count > 0; --count) {
    const size_t which = random.Below(left.size());
    out += (out.empty() ? "" : " ") + Filled(left[which], random);
    left.erase(left.begin() + static_cast<ptrdiff_t>(which));
  }
  return out;
}

// Numbered sections with headings, each of its own sentences; some are left out.
struct Section {
  std::string_view heading;
  List sentences;
};

std::string Sections(const std::vector<Section>& sections, Random& random) {
  std::string out;
  int number = 0;
  const bool numbered = random.Once(2), markdown = random.Once(2);
  for (const Section& section : sections) {
    if (random.Once(6)) continue;
    out += "\n";
    if (markdown) out += "## ";
    if (numbered) out += std::to_string(++number) + ". ";
    out += Filled(section.heading, random) + "\n\n" + Paragraph(section.sentences, 3, random) + "\n";
  }
  return out;
}

}  // namespace

std::string MakeChangelog(Random& random) {
  static const List lines = {
      "{part} {verb} {thing} {when}",
      "{part} no longer {verb} {thing}",
      "{trouble} in {part} {when} is gone",
      "{part} is {number} times faster with {thing}",
      "new option `--{name}` for {part}",
      "{part} and {part} share one lock",
      "the licence of bundled fonts is shown by `about`",
      "{thing} are an error {when}, as the manual always said",
      "{part}: {trouble} ({name} #{number})",
      "thanks to {name} for the report about {thing}",
      "copyright years in headers are {year} now",
      "{part} asks before it {verb} {thing}",
  };
  std::string out = "# Changelog of " + Filled("{name}", random) + "\n";
  for (size_t version = 3 + random.Below(6), minor = 20; version > 0; --version, --minor) {
    out +=
        "\n## " + std::to_string(random.Below(3)) + "." + std::to_string(minor) + Filled(" ({month} {year})\n", random);
    for (size_t kinds = 1 + random.Below(3); kinds > 0; --kinds) {
      out += Filled("\n### {kind}\n\n", random);
      for (size_t count = 2 + random.Below(5); count > 0; --count)
        out += "- " + Filled(random.Of(lines), random) + "\n";
    }
  }
  return out;
}

std::string MakePrivacyPolicy(Random& random) {
  static const std::vector<Section> sections = {
      {"Who we are",
       {"This page says what {company} does with what it learns of you.",
        "We sit in {place} and answer letters in {span}.",
        "If this page and the truth differ, tell us and we mend one of them.",
        "It was last looked at in {month} {year}."}},
      {"What we collect",
       {"When you {act}, we store {data} and {data}.", "We never ask for {data}.", "{data} is kept apart from {data}.",
        "Nobody needs to {act} in order to read {service}.", "Machines of ours note {data} {aim}."}},
      {"Why we are permitted to",
       {"We use {data} {aim}, because you agreed when you chose to {act}.", "For anything else we ask again.",
        "The agreement can be taken back at any time, without a reason and without a fee."}},
      {"Who else sees it",
       {"{party} receives {data} {aim}.", "We sell nothing of it.",
        "With {party} we have a contract that limits what it may do.",
        "No copy leaves the country without terms that protect it as the law there would."}},
      {"How long",
       {"{data} stays for {span}.", "Copies for emergencies are overwritten after {span}.",
        "What the tax office must be able to see is locked, not deleted."}},
      {"Your rights",
       {"You may {right}, {right} or {right}.", "Write to {company}; we answer within {span}.",
        "No charge is made for a first copy.", "If you {act} for somebody else, show us that you may."}},
      {"Cookies",
       {"{service} sets {number} small files {aim}.", "Without them you can read, but not {act}.",
        "They end after {span}.", "No file of {party} is set."}},
  };
  return Filled("Privacy at {company}\n", random) + Sections(sections, random);
}

std::string MakeTermsOfService(Random& random) {
  static const std::vector<Section> sections = {
      {"The deal",
       {"{company} lets you use {service} under the rules of this page.", "Whoever does not agree does not {act}.",
        "Your employer agrees with you if you use {service} at work.", "A signed contract goes before this page."}},
      {"What you may do",
       {"You are granted a personal permission to use {service} while these terms last.",
        "It cannot be handed on, ends with your account, and covers no copy of our software.",
        "Up to {number} people of one team may share it.", "Commercial use is fine as long as you pay for a plan."}},
      {"What you may not do",
       {"You must not {ban}, {ban} or {ban}.", "You shall not {ban}, nor help others to.",
        "Whoever wants to {ban} all the same asks first and in writing.",
        "More than {number} calls a minute are not permitted."}},
      {"What is yours",
       {"{data} remains yours.", "You allow us to store and copy it {aim}, and for nothing else.",
        "All rights in our pages, names and marks stay with {company}.",
        "Ideas you send us may be used without a fee."}},
      {"Money",
       {"A plan costs what the price list of {month} {year} says.", "Late payers lose access after {span}.",
        "Prices change with a notice of {span}.", "Fees that were paid come back only if {event} through our fault."}},
      {"No promises",
       {"{service} comes as it stands; it may fail {when}.", "We do not promise that it fits what you have in mind.",
        "We owe no more than what you paid in the {number} days before.",
        "Lost profit and lost data are not made good, as far as the law lets us say so."}},
      {"The end",
       {"We may close an account if {event}.", "You may leave whenever you like.",
        "After that {data} is kept for {span}.", "Sections about money and promises hold on."}},
      {"Law",
       {"The law of {place} holds.", "Courts of {place} decide, unless yours must.",
        "If one rule falls, the others stand.", "We may change this page; {span} later the new one holds."}},
  };
  return Filled("Terms of service of {company}\n\nSince {month} {year} it holds:\n", random) +
         Sections(sections, random);
}

}  // namespace weighbridge::accuracy
