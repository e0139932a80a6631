// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame/picture.h"

namespace framekiln {

/// Sum over all RGB samples of the squared error that remains when a decoder turns the YCbCr picture (nv12 or yuv444p,
/// BT.709 limited range) back into 8-bit RGB, each 2x2 block of nv12 with its one chroma value. Both are of one size.
uint64_t squared_error_of_ycbcr(const Picture& rgb, const Picture& ycbcr);

}  // namespace framekiln
