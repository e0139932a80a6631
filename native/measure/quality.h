// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "frame/cpu_level.h"
#include "frame/picture.h"

// How much two pictures differ. Every CPU level gives the same numbers, to the last bit; `reference` has no code of its
// own here, and the tests hold plain loops against all.
namespace framekiln {

/// The side of the window that SSIM looks through; no picture may be smaller.
constexpr int kSsimWindow = 7;

/// Sum of squared differences of `count` samples.
uint64_t squared_error(CpuLevel level, const uint8_t* a, const uint8_t* b, size_t count);

/// SSIM of two packed rgb24 pictures of one size, both sides at least kSsimWindow: the mean of the channels' SSIM as
/// scikit-image's structural_similarity(channel_axis=2, data_range=255) defines it (7x7 uniform window, sample
/// covariance, K1 0.01, K2 0.03, mean over where the window is inside).
double ssim_rgb(CpuLevel level, const uint8_t* a, const uint8_t* b, Size size);

/// SSIM of two packed planes of one size as FFmpeg's `ssim` filter defines it for one plane: 8x8 windows every 4
/// samples. Both sides at least 8, otherwise NaN.
double ssim_plane(const uint8_t* a, const uint8_t* b, Size size);

}  // namespace framekiln
