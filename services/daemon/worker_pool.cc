#include "services/daemon/worker_pool.h"

#include <utility>

namespace weighbridge::daemon {

WorkerPool::WorkerPool(size_t threads, size_t waiting_max) : waiting_max_(waiting_max), threads_max_(threads) {
  threads_.reserve(threads);
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { Run(i); });
}

WorkerPool::~WorkerPool() { Drain(); }

bool WorkerPool::TrySubmit(Job job) {
  const absl::MutexLock lock(&mutex_);
  if (draining_) return false;
  // A thread that is free takes the job at once: it does not wait.
  const size_t idle = threads_max_ - running_;
  if (jobs_.size() >= waiting_max_ + idle) return false;
  jobs_.push_back(std::move(job));
  return true;
}

bool WorkerPool::Full() const {
  const absl::MutexLock lock(&mutex_);
  return draining_ || jobs_.size() >= waiting_max_ + (threads_max_ - running_);
}

size_t WorkerPool::waiting() const {
  const absl::MutexLock lock(&mutex_);
  return jobs_.size();
}

size_t WorkerPool::running() const {
  const absl::MutexLock lock(&mutex_);
  return running_;
}

void WorkerPool::Run(size_t worker) {
  while (true) {
    Job job;
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &WorkerPool::HasWorkOrEnds));
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      ++running_;
    }
    job(worker);
    job = nullptr;  // what it holds is let go before the thread counts as free
    const absl::MutexLock lock(&mutex_);
    --running_;
  }
}

void WorkerPool::Drain() {
  {
    const absl::MutexLock lock(&mutex_);
    draining_ = true;
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace weighbridge::daemon
