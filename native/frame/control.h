// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "frame/error.h"

namespace framekiln {

/// Shared with the caller's thread: [0] becomes 1 to cancel, [1] counts frames done. May be null.
struct Control {
  int32_t* words = nullptr;

  bool cancelled() const { return words && __atomic_load_n(&words[0], __ATOMIC_ACQUIRE) != 0; }
  /// Throws Error CANCELLED.
  void check() const {
    if (cancelled()) throw Error("CANCELLED", "cancelled");
  }
  void count_frame() const {
    if (words) __atomic_fetch_add(&words[1], 1, __ATOMIC_RELAXED);
  }
};

}  // namespace framekiln
