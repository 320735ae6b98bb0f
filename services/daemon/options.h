// What the command line of weighbridged says.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_OPTIONS_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_OPTIONS_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace weighbridge::daemon {

struct TlsOptions {
  std::string cert;       // PEM chain; empty: no TLS
  std::string key;        // PEM
  std::string client_ca;  // PEM; set: clients must show a certificate that it signed
};

struct ServerOptions {
  std::vector<std::string> listen;  // HOST:PORT or unix:PATH
  std::string db_path;
  bool create_db = false;               // make the database if it is missing
  std::vector<std::string> scan_roots;  // canonical paths
  std::string rules_dir;                // laid over the built-in rules; empty: none
  std::string index_path;               // licence index; empty: the usual places
  std::string policy_path;              // empty: the built-in policy alone
  std::string trust_path;               // trusted keys; empty: those of this account
  std::string signing_key_path;         // key that signs approvals (PEM, 0600); empty: this server signs nothing
  size_t known_max = 4000000;           // digests that look-ups are answered from memory for
  size_t approvals_max = 200000;        // that CheckApprovals answers from
  TlsOptions tls;
  std::vector<uid_t> socket_uids;  // who may use the Unix socket beside root and this process's user
  std::string metrics_listen;      // HOST:PORT on loopback; empty: no metrics
  bool reflection = true;
  size_t audits_max = 2;    // running at once
  size_t waiting_max = 16;  // more wait; beyond that they are refused
  size_t readers = 2;       // threads with a database connection of their own
  int drain_seconds = 30;   // how long calls may go on after SIGTERM
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_OPTIONS_H_
