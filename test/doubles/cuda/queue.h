// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

// Part of the double of libcuda, for tests only.
namespace framekiln::doubles {

struct HostRange {
  uint64_t start = 0, bytes = 0;
};

/// A stream's work, done in order by a thread of its own: late while nobody waits for it, so that a caller who does not
/// wait reads what was there before. Thread-safe.
class Queue {
 public:
  explicit Queue(unsigned delay);  // microseconds
  /// Does what is queued first.
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// Returns the work's ticket: 1 for the first, and so on. `pinned` is the pinned memory that the work uses.
  uint64_t push(std::function<void()> work, HostRange pinned);
  void wait(uint64_t ticket);
  /// Waits for all that is queued now.
  void drain();
  bool done(uint64_t ticket);
  bool idle();
  bool uses(HostRange pinned);

 private:
  struct Work {
    std::function<void()> run;
    HostRange pinned;
  };

  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> queue_;  ///< its first may be running
  uint64_t pushed_ = 0, done_ = 0, awaited_ = 0;
  unsigned delay_;
  bool ending_ = false;
  std::thread thread_;  ///< last: it uses the others
};

}  // namespace framekiln::doubles
