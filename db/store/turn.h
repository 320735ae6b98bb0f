// One call of a Store: nobody else's turn, and no interrupt from before.
#ifndef WEIGHBRIDGE_DB_STORE_TURN_H_
#define WEIGHBRIDGE_DB_STORE_TURN_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "db/sqlite/database.h"
#include "db/store/store.h"

namespace weighbridge::db {

class ABSL_SCOPED_LOCKABLE Store::Turn {
 public:
  explicit Turn(Store* store) ABSL_EXCLUSIVE_LOCK_FUNCTION(store->mutex_) : lock_(&store->mutex_) {
    store->database_->ClearInterrupt();
  }
  ~Turn() ABSL_UNLOCK_FUNCTION() {}

 private:
  absl::MutexLock lock_;
};

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_TURN_H_
