// The style sheet of the HTML report: one column, readable at 360 px, on paper, in light and dark.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_HTML_STYLE_H_
#define WEIGHBRIDGE_SERVICES_REPORT_HTML_STYLE_H_

#include "services/report/html_writer.h"

namespace weighbridge::report {

// Every pair of colours of text and ground has a contrast of 4.5 or more (WCAG AA); html_test.cc computes it.
inline constexpr Literal kHtmlStyle = R"css(
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f5f6f8; --ink: #1a1f26; --quiet: #4b5663; --line: #c9d0d8; --link: #0b4f9e;
  --good-ink: #0d5527; --good-ground: #e8f5ec; --good-line: #2c7a47;
  --caution-ink: #6b4400; --caution-ground: #fff4da; --caution-line: #a86f00;
  --bad-ink: #8f1414; --bad-ground: #fdecec; --bad-line: #b3261e;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #13171c; --panel: #1c2229; --ink: #e7eaee; --quiet: #aab4c0; --line: #3d4754; --link: #8fc1ff;
    --good-ink: #8fe0a8; --good-ground: #10291a; --good-line: #3f9b5e;
    --caution-ink: #f3cd73; --caution-ground: #302507; --caution-line: #b98a1d;
    --bad-ink: #ffaaa3; --bad-ground: #351414; --bad-line: #d5544b;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif;
}
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.5rem; }
footer { padding-top: 1rem; padding-bottom: 2rem; color: var(--quiet); font-size: .875rem; }
a { color: var(--link); }
h1, h2, h3, h4 { line-height: 1.25; font-family: Georgia, "Noto Serif", "Liberation Serif", "DejaVu Serif", serif; font-weight: 700; }
h1 { font-size: 1.75rem; margin: .25rem 0 1rem; }
h2 { font-size: 1.375rem; margin: 2.25rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.0625rem; margin: 1.5rem 0 .5rem; }
h4 { font-size: 1rem; margin: 1rem 0 .25rem; }
p { margin: .5rem 0; }
.kicker { margin: 0; color: var(--quiet); font-size: .875rem; letter-spacing: .04em; text-transform: uppercase; }
.quiet { color: var(--quiet); }
.small { font-size: .875rem; }
code { font-family: ui-monospace, "Cascadia Mono", "Noto Sans Mono", "Liberation Mono", "DejaVu Sans Mono", monospace; font-size: .875em; }

.verdict { display: flex; gap: 1rem; align-items: center; padding: 1.25rem; border: 1px solid; border-left-width: .5rem; border-radius: .375rem; }
.verdict .symbol { flex: none; width: 3rem; height: 3rem; }
.verdict p { margin: 0; }
.verdict .word { font-size: 1.625rem; line-height: 1.2; font-weight: 700; }
.verdict .meaning { margin-top: .25rem; color: var(--ink); }
.verdict .mode { margin-top: .5rem; font-weight: 600; color: var(--ink); }
.good { color: var(--good-ink); background: var(--good-ground); border-color: var(--good-line); }
.caution { color: var(--caution-ink); background: var(--caution-ground); border-color: var(--caution-line); }
.bad { color: var(--bad-ink); background: var(--bad-ground); border-color: var(--bad-line); }
.plain { color: var(--ink); background: var(--panel); border-color: var(--line); }

dl { display: grid; grid-template-columns: minmax(8rem, 13rem) 1fr; gap: .25rem 1rem; margin: .75rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; }

.findings { list-style: none; margin: 0; padding: 0; }
.findings > li { margin: 0 0 1rem; padding: 1rem 1.125rem; border: 1px solid var(--line); border-left: .375rem solid var(--line); border-radius: .375rem; background: var(--panel); }
.findings > li.is-bad { border-left-color: var(--bad-line); }
.findings > li.is-caution { border-left-color: var(--caution-line); }
.findings dl { margin-bottom: 0; font-size: .9375rem; }
.badge { display: inline-block; padding: .0625rem .5rem; border: 1px solid; border-radius: 1rem; font-size: .8125rem; font-weight: 600; white-space: nowrap; }

.duties { list-style: none; margin: 0; padding: 0; }
.duties li { display: grid; grid-template-columns: 1.5rem 1fr; gap: .5rem; padding: .5rem 0; border-top: 1px solid var(--line); }
.duties li:first-child { border-top: 0; }
.duties .source { display: block; }
.duties .box { width: 1.125rem; height: 1.125rem; margin-top: .1875rem; }

table { width: 100%; border-collapse: collapse; margin: .75rem 0; font-size: .9375rem; }
caption { text-align: left; color: var(--quiet); font-size: .875rem; padding-bottom: .25rem; }
th, td { padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th, td.short { overflow-wrap: normal; }
td, tbody th { min-width: 7rem; }
td.short { min-width: 0; white-space: nowrap; }
thead th { border-bottom: 2px solid var(--line); font-weight: 600; }
tbody th { font-weight: 600; }

@media screen and (max-width: 44rem) {
  header, main, footer { padding-left: .875rem; padding-right: .875rem; }
  h1 { font-size: 1.4375rem; }
  h2 { font-size: 1.25rem; }
  .verdict { padding: 1rem; gap: .75rem; }
  .verdict .symbol { width: 2.25rem; height: 2.25rem; }
  .verdict .word { font-size: 1.3125rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
  table, caption, tbody, tr, tbody th, td { display: block; width: auto; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  tbody th, td, td.short { padding: .125rem 0; border: 0; width: auto; min-width: 0; white-space: normal; overflow-wrap: anywhere; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet); }
}
@page { size: A4; margin: 16mm 15mm 18mm; }
@media print {
  html { font-size: 9.5pt; }
  header, main, footer { max-width: none; padding: 0; }
  h2, h3, h4 { break-after: avoid; }
  .findings > li, .verdict, .duties li, tr { break-inside: avoid; }
  thead { display: table-header-group; }
  h2 { margin-top: 1.5rem; }
  .verdict, .findings > li, .badge { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  a { color: inherit; text-decoration: none; }
  .model + .model { break-before: page; }
}
)css";

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_HTML_STYLE_H_
