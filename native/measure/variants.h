// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// Internal: the functions of quality.h, once an instruction set.
namespace framekiln {

namespace baseline {
uint64_t squared_error(const uint8_t* a, const uint8_t* b, size_t count);
double ssim_rgb(const uint8_t* a, const uint8_t* b, int width, int height);
}  // namespace baseline
namespace avx2 {
uint64_t squared_error(const uint8_t* a, const uint8_t* b, size_t count);
double ssim_rgb(const uint8_t* a, const uint8_t* b, int width, int height);
}  // namespace avx2
namespace avx512 {
uint64_t squared_error(const uint8_t* a, const uint8_t* b, size_t count);
double ssim_rgb(const uint8_t* a, const uint8_t* b, int width, int height);
}  // namespace avx512

}  // namespace framekiln
