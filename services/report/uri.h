// Paths of files as references of RFC 3986, for formats that name places by them.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_URI_H_
#define WEIGHBRIDGE_SERVICES_REPORT_URI_H_

#include <string>
#include <string_view>

namespace weighbridge::report {

// A relative path as a relative reference: every byte but letters, digits, "-._~" and the slashes between parts is
// percent-encoded, so that decoding gives the path back. A colon is encoded too, as it could end a scheme. Empty gives
// ".".
std::string PathToUri(std::string_view path);

// True if the text is an absolute http, https or ssh URI with a host and nothing but characters that RFC 3986 permits:
// what may be written as the address of a repository. Names with a user and password are refused: they could be a
// secret.
bool IsRepositoryUri(std::string_view text);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_URI_H_
