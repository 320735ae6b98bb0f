#include "services/provenance/spdx_expression.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"

namespace weighbridge::provenance {
namespace {

using Kind = SpdxExpression::Kind;
using Alternatives = std::vector<std::vector<SpdxTerm>>;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<SpdxExpression> Run() {
    WB_ASSIGN_OR_RETURN(SpdxExpression expression, Or(0));
    if (!Peek().empty()) return Wrong(absl::StrFormat("\"%s\" is not expected here", std::string(Peek())));
    return expression;
  }

 private:
  absl::Status Wrong(std::string_view what) const {
    return absl::InvalidArgumentError(absl::StrFormat("offset %d: %s", at_, std::string(what)));
  }

  // The next bracket or word; empty at the end.
  std::string_view Peek() {
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
    if (at_ == text_.size()) return {};
    if (text_[at_] == '(' || text_[at_] == ')') return text_.substr(at_, 1);
    size_t end = at_;
    while (end < text_.size() && !IsBlank(text_[end]) && text_[end] != '(' && text_[end] != ')') ++end;
    return text_.substr(at_, end - at_);
  }

  bool Take(std::string_view word) {
    const std::string_view next = Peek();
    if (Lower(next) != word) return false;
    at_ += next.size();
    return true;
  }

  absl::StatusOr<SpdxExpression> Or(int depth) { return Chain(depth, Kind::kOr); }

  // Operands joined by one operator; those of the same kind become one list.
  absl::StatusOr<SpdxExpression> Chain(int depth, Kind kind) {
    SpdxExpression chain;
    chain.kind = kind;
    do {
      absl::StatusOr<SpdxExpression> operand = kind == Kind::kOr ? Chain(depth, Kind::kAnd) : Primary(depth);
      WB_RETURN_IF_ERROR(operand.status());
      if (operand->kind == kind) {
        std::move(operand->operands.begin(), operand->operands.end(), std::back_inserter(chain.operands));
      } else {
        chain.operands.push_back(*std::move(operand));
      }
    } while (Take(kind == Kind::kOr ? "or" : "and"));
    if (chain.operands.size() > 1) return chain;
    SpdxExpression only = std::move(chain.operands.front());
    return only;
  }

  absl::StatusOr<SpdxExpression> Primary(int depth) {
    if (depth > kExpressionDepthMax) return Wrong("brackets are nested too deeply");
    if (Take("(")) {
      WB_ASSIGN_OR_RETURN(SpdxExpression inner, Or(depth + 1));
      if (!Take(")")) return Wrong("a bracket is not closed");
      return inner;
    }
    SpdxExpression expression;
    WB_ASSIGN_OR_RETURN(expression.term.license, Name());
    if (++terms_ > kExpressionTermsMax) return Wrong("more licences than an expression may have");
    std::string& license = expression.term.license;
    if (license.size() > 1 && license.back() == '+') {
      license.pop_back();
      expression.term.or_later = true;
    }
    if (Take("with")) {
      WB_ASSIGN_OR_RETURN(expression.term.exception, Name());
    }
    return expression;
  }

  // Words up to an operator or a bracket.
  absl::StatusOr<std::string> Name() {
    std::string name;
    for (std::string_view word = Peek(); !word.empty(); word = Peek()) {
      const std::string lower = Lower(word);
      if (lower == "(" || lower == ")" || lower == "and" || lower == "or" || lower == "with") break;
      if (!name.empty()) name += ' ';
      name += word;
      at_ += word.size();
    }
    if (name.empty()) return Wrong("a licence is missing");
    return name;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t terms_ = 0;
};

std::string Format(const SpdxExpression& expression, bool inside_and) {
  if (expression.kind == Kind::kTerm) return expression.term.ToString();
  std::string out;
  for (const SpdxExpression& operand : expression.operands) {
    if (!out.empty()) out += expression.kind == Kind::kAnd ? " AND " : " OR ";
    out += Format(operand, expression.kind == Kind::kAnd);
  }
  return inside_and && expression.kind == Kind::kOr ? "(" + out + ")" : out;
}

// Operands sorted and each once, lists of one kind inside each other joined, lists of one operand gone.
SpdxExpression Normalised(const SpdxExpression& expression) {
  if (expression.kind == Kind::kTerm) return expression;
  std::vector<std::pair<std::string, SpdxExpression>> operands;  // by what they print as
  const auto add = [&](SpdxExpression operand) {
    std::string key = Lower(Format(operand, false));
    operands.emplace_back(std::move(key), std::move(operand));
  };
  for (const SpdxExpression& operand : expression.operands) {
    SpdxExpression tidy = Normalised(operand);
    if (tidy.kind == expression.kind) {
      for (SpdxExpression& inner : tidy.operands) add(std::move(inner));
    } else {
      add(std::move(tidy));
    }
  }
  std::stable_sort(operands.begin(), operands.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  SpdxExpression all;
  all.kind = expression.kind;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (i == 0 || operands[i].first != operands[i - 1].first) all.operands.push_back(std::move(operands[i].second));
  }
  if (all.operands.size() > 1) return all;
  SpdxExpression only = std::move(all.operands.front());
  return only;
}

// Each term once, each list once, in the order of the expression.
void Tidy(Alternatives* alternatives) {
  std::set<std::vector<SpdxTerm>> seen;
  Alternatives kept;
  for (auto& terms : *alternatives) {
    std::vector<SpdxTerm> once;
    for (SpdxTerm& term : terms) {
      if (std::find(once.begin(), once.end(), term) == once.end()) once.push_back(std::move(term));
    }
    std::vector<SpdxTerm> sorted = once;
    std::sort(sorted.begin(), sorted.end());
    if (seen.insert(std::move(sorted)).second) kept.push_back(std::move(once));
  }
  *alternatives = std::move(kept);
}

// False if there are too many.
bool Expand(const SpdxExpression& expression, Alternatives* out) {
  if (expression.kind == Kind::kTerm) {
    *out = {{expression.term}};
    return true;
  }
  if (expression.kind == Kind::kAnd) *out = {{}};
  for (const SpdxExpression& operand : expression.operands) {
    Alternatives of_operand;
    if (!Expand(operand, &of_operand)) return false;
    if (expression.kind == Kind::kOr) {
      out->insert(out->end(), of_operand.begin(), of_operand.end());
    } else {
      Alternatives product;
      for (const auto& left : *out) {
        for (const auto& right : of_operand) {
          product.push_back(left);
          product.back().insert(product.back().end(), right.begin(), right.end());
        }
      }
      *out = std::move(product);
    }
    Tidy(out);
    if (out->size() > kExpressionAlternativesMax) return false;
  }
  return true;
}

}  // namespace

std::string SpdxTerm::ToString() const {
  return license + (or_later ? "+" : "") + (exception.empty() ? "" : " WITH " + exception);
}

bool operator==(const SpdxTerm& a, const SpdxTerm& b) { return !(a < b) && !(b < a); }

bool operator<(const SpdxTerm& a, const SpdxTerm& b) {
  const std::string license_a = Lower(a.license), license_b = Lower(b.license);
  const std::string exception_a = Lower(a.exception), exception_b = Lower(b.exception);
  return std::tie(license_a, a.or_later, exception_a) < std::tie(license_b, b.or_later, exception_b);
}

absl::StatusOr<SpdxExpression> ParseSpdxExpression(std::string_view text) {
  if (text.size() > kExpressionBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrFormat("offset %d: an expression has at most %d bytes", kExpressionBytesMax, kExpressionBytesMax));
  }
  return Parser(text).Run();
}

std::string FormatSpdxExpression(const SpdxExpression& expression) { return Format(Normalised(expression), false); }

Alternatives AlternativesOf(const SpdxExpression& expression) {
  Alternatives alternatives;
  if (!Expand(expression, &alternatives)) return {};
  return alternatives;
}

}  // namespace weighbridge::provenance
