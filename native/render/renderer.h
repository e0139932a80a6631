// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame/picture.h"
#include "scene/family.h"

namespace framekiln {

/// Draws frames of one size and format. Not thread-safe: one renderer a thread.
class Renderer {
 public:
  virtual ~Renderer();
  /// Fills `out`, whose format and size are those the renderer was made for. Rows may be padded.
  virtual void render(const scene::FrameParams& params, const Picture& out) = 0;
  /// The part of render() that finds each pixel's colour, without writing it: for profiles.
  virtual void paint(const scene::FrameParams& params) = 0;
};

}  // namespace framekiln
