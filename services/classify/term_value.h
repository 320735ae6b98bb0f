// Numbers, money and places as licences write them, in one form.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_TERM_VALUE_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_TERM_VALUE_H_

#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::classify {

// "700 million", "700m", "700000000" and "seven hundred million" become "700000000"; empty if it is no number.
std::string NumberValue(std::string_view words);

// "$ 20 million" and "20 million us dollars" become "USD 20000000"; without a known currency the number alone.
std::string MoneyValue(std::string_view words);

// All amounts of "USD 5 million or EUR 4 million", each once.
std::vector<std::string> MoneyValues(std::string_view words);

// The code of the currency that a text names, if it names one alone; else empty.
std::string OnlyCurrency(std::string_view normalised);

// "per month", "per year" or "per 12 months" by the words around a figure; empty if they name none.
std::string PeriodValue(std::string_view sentence, std::string_view hit);

// Codes of the places that normalised text names, in the order of first mention: EU, EEA, or ISO 3166-1.
std::vector<std::string> PlaceValues(std::string_view normalised);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_TERM_VALUE_H_
