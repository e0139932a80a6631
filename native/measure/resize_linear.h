// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame/picture.h"

namespace framekiln {

/// Scales rgb24 to `out`'s size as OpenCV's cv::resize with INTER_LINEAR does with 8-bit pictures, to the bit (checked
/// against 4.6): 11-bit coefficients, its rounding, and its 2x2 mean where both sides are exactly halved.
void resize_linear(const Picture& rgb, const Picture& out);

}  // namespace framekiln
