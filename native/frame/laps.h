// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace framekiln {

/// What a thread does while it makes a segment.
enum class Stage { drawing, hashing, encoding };
constexpr int kStages = 3;

/// Seconds of a thread by stage.
struct StageSeconds {
  double of[kStages] = {};
};

/// Divides a thread's time among stages: each lap runs from the one before to now.
class Laps {
 public:
  explicit Laps(StageSeconds& seconds) : seconds_(seconds), last_(Clock::now()) {}

  void end(Stage stage) {
    const Clock::time_point now = Clock::now();
    seconds_.of[static_cast<int>(stage)] += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;

  StageSeconds& seconds_;
  Clock::time_point last_;
};

}  // namespace framekiln
