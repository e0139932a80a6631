// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scene/host_device.h"

namespace framekiln::scene {

/// The generator's `linspace(start, stop, count)`: one pixel axis. Element i is exact to the bit.
struct Axis {
  double start;
  double stop;
  double step;
  int count;
};

FK_HD Axis make_axis(double start, double stop, int count) {
  return {start, stop, count > 1 ? (stop - start) / (count - 1) : 0.0, count};
}

FK_HD double axis_at(const Axis& axis, int i) {
  if (axis.count == 1) return axis.start;
  if (i == axis.count - 1) return axis.stop;
  if (axis.step == 0) {
    return static_cast<double>(i) / (axis.count - 1) * (axis.stop - axis.start) + axis.start;
  }
  return i * axis.step + axis.start;
}

}  // namespace framekiln::scene
