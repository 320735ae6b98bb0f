// Certificate files of a TLS server: do they fit together.
#ifndef WEIGHBRIDGE_SERVICES_CRYPTO_TLS_FILES_H_
#define WEIGHBRIDGE_SERVICES_CRYPTO_TLS_FILES_H_

#include <string>

#include "absl/status/status.h"

namespace weighbridge {

// OK if `cert` is a PEM chain, `key` the private key of its first certificate, and `client_ca` (empty: not looked at)
// holds at least one certificate. InvalidArgument names the file and what is wrong with it. Whether the certificate is
// in its time is not asked: clients do.
absl::Status CheckTlsFiles(const std::string& cert, const std::string& key, const std::string& client_ca);

}  // namespace weighbridge

#endif  // WEIGHBRIDGE_SERVICES_CRYPTO_TLS_FILES_H_
