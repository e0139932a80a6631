// SPDX-License-Identifier: Apache-2.0
#include "queue.h"

#include <algorithm>
#include <chrono>
#include <utility>

// Part of the double of libcuda, for tests only.
namespace framekiln::doubles {

Queue::Queue(unsigned delay) : delay_(delay), thread_([this] { run(); }) {}

Queue::~Queue() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

uint64_t Queue::push(std::function<void()> work, HostRange pinned) {
  const std::lock_guard lock(mutex_);
  queue_.push_back({std::move(work), pinned});
  changed_.notify_all();
  return ++pushed_;
}

void Queue::wait(uint64_t ticket) {
  std::unique_lock lock(mutex_);
  awaited_ = std::max(awaited_, ticket);
  changed_.notify_all();
  changed_.wait(lock, [&] { return done_ >= ticket; });
}

void Queue::drain() {
  std::unique_lock lock(mutex_);
  const uint64_t last = pushed_;
  lock.unlock();
  wait(last);
}

bool Queue::done(uint64_t ticket) {
  const std::lock_guard lock(mutex_);
  return done_ >= ticket;
}

bool Queue::idle() {
  const std::lock_guard lock(mutex_);
  return queue_.empty();
}

bool Queue::uses(HostRange pinned) {
  const std::lock_guard lock(mutex_);
  return std::any_of(queue_.begin(), queue_.end(), [&](const Work& work) {
    return work.pinned.start < pinned.start + pinned.bytes && pinned.start < work.pinned.start + work.pinned.bytes;
  });
}

void Queue::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    changed_.wait_for(lock, std::chrono::microseconds(delay_), [&] { return ending_ || awaited_ > done_; });
    // A deque's first stays where it is while others are added behind it.
    const std::function<void()>& work = queue_.front().run;
    lock.unlock();
    work();
    lock.lock();
    queue_.pop_front();
    done_++;
    changed_.notify_all();
  }
}

}  // namespace framekiln::doubles
