// Check of the tables that store_chain.cc writes.
#ifndef WEIGHBRIDGE_DB_STORE_STORE_CHAIN_H_
#define WEIGHBRIDGE_DB_STORE_STORE_CHAIN_H_

#include "absl/status/status.h"
#include "db/sqlite/database.h"

namespace weighbridge::db {

// Digest check of every event, approval, revocation, ruling, waiver, key change and admission, and that none is
// missing.
absl::Status VerifyChain(Database* database);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_STORE_CHAIN_H_
