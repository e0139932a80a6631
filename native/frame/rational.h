// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace framekiln {

struct Rational {
  int num;
  int den;
};

}  // namespace framekiln
