// SPDX-License-Identifier: Apache-2.0
#include "measure/resize_linear.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace framekiln {
namespace {

constexpr int kChannels = 3;
constexpr float kOne = 2048;

/// Where one output sample lies between two source samples.
struct Tap {
  int first;             ///< the left or upper one, from -1 on
  int16_t here, beyond;  ///< the weights of `first` and of the one after it; kOne together, but for rounding
};

/// OpenCV's steps and types: the scale is a double that is twice inverted, the position a float.
Tap tap_at(int index, int in, int out) {
  const double scale = 1.0 / (static_cast<double>(out) / in);
  const float position = static_cast<float>((index + 0.5) * scale - 0.5);
  const float first = std::floor(position), beyond = position - first;
  // To nearest even, as the default rounding mode has it.
  return {static_cast<int>(first), static_cast<int16_t>(std::lrint((1 - beyond) * kOne)),
          static_cast<int16_t>(std::lrint(beyond * kOne))};
}

/// At the sides one column counts alone. (Above and below, its row counts twice: with weights that are rounded one by
/// one that is not the same.)
Tap column_tap(int index, int in, int out) {
  const Tap tap = tap_at(index, in, out);
  if (tap.first >= 0 && tap.first < in - 1) return tap;
  return {std::clamp(tap.first, 0, in - 1), static_cast<int16_t>(kOne), 0};
}

/// One source row at the output's width, in 1/128 of a step: 255 is 32640.
void scale_row(const uint8_t* row, const std::vector<Tap>& taps, std::vector<int16_t>& out) {
  int16_t* to = out.data();
  for (const Tap& tap : taps) {
    const uint8_t* left = row + tap.first * kChannels;
    // The last column has no right neighbour.
    const uint8_t* right = tap.beyond == 0 ? left : left + kChannels;
    for (int c = 0; c < kChannels; c++) *to++ = static_cast<int16_t>((left[c] * tap.here + right[c] * tap.beyond) >> 4);
  }
}

/// Each product is cut to a quarter of a step before they are added: OpenCV's rounding.
void mix_rows(const int16_t* upper, const int16_t* lower, const Tap& tap, uint8_t* out, size_t count) {
  const int16_t here = tap.here, beyond = tap.beyond;
  for (size_t i = 0; i < count; i++) {
    out[i] = static_cast<uint8_t>((((upper[i] * here) >> 16) + ((lower[i] * beyond) >> 16) + 2) >> 2);
  }
}

void halve(const Picture& rgb, const Picture& out) {
  for (int y = 0; y < out.size.height; y++) {
    const uint8_t* upper = rgb.plane[0] + 2 * y * rgb.stride[0];
    const uint8_t* lower = upper + rgb.stride[0];
    uint8_t* to = out.plane[0] + y * out.stride[0];
    for (int x = 0; x < out.size.width; x++, upper += 2 * kChannels, lower += 2 * kChannels) {
      for (int c = 0; c < kChannels; c++) {
        *to++ = static_cast<uint8_t>((upper[c] + upper[c + kChannels] + lower[c] + lower[c + kChannels] + 2) >> 2);
      }
    }
  }
}

void copy(const Picture& rgb, const Picture& out) {
  const auto [bytes, rows] = plane_size(rgb, 0);
  for (int y = 0; y < rows; y++) std::copy_n(rgb.plane[0] + y * rgb.stride[0], bytes, out.plane[0] + y * out.stride[0]);
}

}  // namespace

void resize_linear(const Picture& rgb, const Picture& out) {
  const auto [width, height] = rgb.size;
  const auto [to_width, to_height] = out.size;
  if (width == to_width && height == to_height) return copy(rgb, out);
  if (width == 2 * to_width && height == 2 * to_height) return halve(rgb, out);

  std::vector<Tap> columns(static_cast<size_t>(to_width));
  for (int x = 0; x < to_width; x++) columns[static_cast<size_t>(x)] = column_tap(x, width, to_width);
  const size_t count = columns.size() * kChannels;
  struct Row {
    int index = -1;
    std::vector<int16_t> samples;
  };
  Row upper{-1, std::vector<int16_t>(count)}, lower = upper;
  const auto fill = [&, height = height](Row& row, int index) {
    index = std::clamp(index, 0, height - 1);
    if (row.index == index) return;
    scale_row(rgb.plane[0] + index * rgb.stride[0], columns, row.samples);
    row.index = index;
  };
  for (int y = 0; y < to_height; y++) {
    const Tap tap = tap_at(y, height, to_height);
    // What was the lower row is mostly the upper one now.
    if (lower.index == tap.first) std::swap(upper, lower);
    fill(upper, tap.first);
    fill(lower, tap.first + 1);
    mix_rows(upper.samples.data(), lower.samples.data(), tap, out.plane[0] + y * out.stride[0], count);
  }
}

}  // namespace framekiln
