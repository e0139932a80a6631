// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "compare/side.h"
#include "frame/control.h"

namespace framekiln {

/// What two frames differ by. NaN is what was not asked for.
struct FrameQuality {
  double squared_error;  ///< sum over all RGB samples, a whole number
  double ssim;
  double luma_squared_error, luma_ssim;
};

struct CompareOptions {
  std::optional<Luma> luma;  ///< compare luma too
  bool psnr_only = false;    ///< no SSIM
};

/// Compares frame by frame; `b` is scaled to the size of `a` when it has another. Luma is that of the coded planes
/// where they have this matrix (or do not say) and need no scaling, otherwise it is made from RGB by the rule of
/// colour.h. Throws Error INVALID_ARGUMENT when the counts differ or a side of `a` is below kSsimWindow; CANCELLED.
std::vector<FrameQuality> compare_frames(Side& a, Side& b, CpuLevel cpu, CompareOptions options, Control control);

}  // namespace framekiln
