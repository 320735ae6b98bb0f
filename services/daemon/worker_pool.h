// Threads that do what a handler must not: walk, classify, wait for the database.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_WORKER_POOL_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_WORKER_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace weighbridge::daemon {

// A fixed number of threads and a bounded queue. What does not fit is refused at once: waiting without bound helps
// nobody. Thread-safe.
class WorkerPool {
 public:
  // Gets the index of the thread that runs it, below `threads`: each may own something, such as a connection.
  using Job = std::function<void(size_t worker)>;

  WorkerPool(size_t threads, size_t waiting_max);
  ~WorkerPool();  // as Drain()
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False if as many jobs wait as may, or after Drain(): then `job` was not taken and will not run.
  [[nodiscard]] bool TrySubmit(Job job);

  // True if TrySubmit would refuse just now.
  bool Full() const;
  size_t waiting() const;
  size_t running() const;

  // Takes no more, runs what was taken, ends the threads. May be called more than once, not from a job.
  void Drain();

 private:
  void Run(size_t worker);
  bool HasWorkOrEnds() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return draining_ || !jobs_.empty(); }

  const size_t waiting_max_;
  const size_t threads_max_;
  mutable absl::Mutex mutex_;
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mutex_);
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_WORKER_POOL_H_
