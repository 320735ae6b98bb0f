#include "services/report/uri.h"

#include "absl/strings/str_format.h"

namespace weighbridge::report {
namespace {

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

bool IsHexDigit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

}  // namespace

std::string PathToUri(std::string_view path) {
  if (path.empty()) return ".";
  std::string uri;
  // Two slashes at the front would begin a host.
  if (path.front() == '/') uri = ".";
  for (const char c : path) {
    if (IsUnreserved(c) || c == '/') {
      uri += c;
    } else {
      uri += absl::StrFormat("%%%02X", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

bool IsRepositoryUri(std::string_view text) {
  size_t host = std::string_view::npos;
  for (const std::string_view scheme : {"https://", "http://", "ssh://"}) {
    if (text.substr(0, scheme.size()) == scheme) host = scheme.size();
  }
  if (host == std::string_view::npos || host == text.size() || text[host] == '/') return false;
  const std::string_view authority = text.substr(host, text.find_first_of("/?#", host) - host);
  if (authority.empty() || authority.find('@') != std::string_view::npos) return false;
  for (size_t i = host; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !IsHexDigit(text[i + 1]) || !IsHexDigit(text[i + 2])) return false;
      i += 2;
    } else if (!IsUnreserved(c) && std::string_view(":/?#@!$&'()*+,;=").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

}  // namespace weighbridge::report
