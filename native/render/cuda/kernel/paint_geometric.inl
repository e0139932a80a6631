// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: circles. Distances from their centres tell in float32 outside, inside and rim apart, and give
// most rims; channels too near the next byte are computed in float64.

struct GeometricPainter {
  static constexpr bool kIndexed = false;
  static constexpr int kCircles = scene::Geometric::kMaxCircles;

  struct Memory {
    GeometricFloats circles;
    /// Bits of circles: those whose edge goes through the tile, and those that cover all of it.
    uint32_t near, around;
    /// From each circle's centre to columns and rows, of the near ones.
    float dx[kCircles][kTileWidth], dy[kCircles][kTileHeight];
    /// Squares of distances: beyond one a circle is not, within the other it is whole.
    float outer[kCircles], inner[kCircles];
  };

  const scene::Geometric& scene;
  const DrawJob& job;
  const Tile& tile;
  Memory& memory;

  static FK_BOTH const scene::Geometric& scene_of(const DrawJob& job) { return job.geometric; }

  FK_BOTH void prepare(int thread) const {
    copy_words(&memory.circles, &job.circles, thread);
    if (thread == 0) memory.near = memory.around = 0;
  }

  template <typename Exec>
  FK_BOTH void measure(Exec exec) const {
    exec.each([&](int c) {
      if (c >= scene.count) return;
      const float r = memory.circles.r[c], whole = r - static_cast<float>(scene::Geometric::kSoft);
      memory.outer[c] = (r + kSlack) * (r + kSlack);
      memory.inner[c] = whole > kSlack ? (whole - kSlack) * (whole - kSlack) : -1;
      const Side side = side_of(c, dx(c, 0), dx(c, kTileWidth - 1), dy(c, 0), dy(c, kTileHeight - 1));
      if (side == Side::rim) exec.add(&memory.near, 1u << c);
      if (side == Side::inside) exec.add(&memory.around, 1u << c);
    });
    exec.each([&](int thread) {
      for (uint32_t left = memory.near; left != 0; left &= left - 1) {
        const int c = lowest(left);
        for (int i = thread; i < kTileWidth; i += kThreads) memory.dx[c][i] = dx(c, i);
        for (int j = thread; j < kTileHeight; j += kThreads) memory.dy[c][j] = dy(c, j);
      }
    });
  }

  /// The set of circles that cover the whole strip, unless a rim goes through it.
  FK_BOTH int index_of_strip(int i, int j) const {
    uint32_t set = memory.around;
    for (uint32_t left = memory.near; left != 0; left &= left - 1) {
      const int c = lowest(left);
      const float* const across = memory.dx[c];
      const Side side = side_of(c, across[i], across[i + kStripWidth - 1], memory.dy[c][j], memory.dy[c][j + 1]);
      if (side == Side::rim) return kMixed;
      if (side == Side::inside) set |= 1u << c;
    }
    return static_cast<int>(set);
  }

  FK_BOTH Shade shade(int i, int j, const Shade* shades) const {
    uint32_t inside = memory.around, rim = 0, touched = 0;
    float sum[3] = {0, 0, 0}, guard = 0;
    for (uint32_t left = memory.near; left != 0; left &= left - 1) {
      const int c = lowest(left);
      const float dx = memory.dx[c][i], dy = memory.dy[c][j], norm = fused(dx, dx, dy * dy);
      if (norm > memory.outer[c]) continue;
      if (norm < memory.inner[c]) {
        inside |= 1u << c;
        continue;
      }
      rim |= 1u << c;
      touched |= memory.circles.channels[c];
      guard += kGuard;
      const float depth = memory.circles.r[c] - root(norm);
      const float u = least(larger(depth * static_cast<float>(1 / scene::Geometric::kSoft), 0.0f), 1.0f);
      const float s = u * u * fused(-2, u, 3);
      FK_UNROLL for (int k = 0; k < 3; k++) sum[k] = fused(s, memory.circles.rgb[c][k], sum[k]);
    }
    const Shade flat = shades[inside];
    if (rim == 0) return flat;
    int rgb[3];
    bool sure = true;
    FK_UNROLL for (int k = 0; k < 3; k++) {
      const float value = (sum[k] + memory.circles.sum[inside][k]) * 255;
      // A channel that no rim adds to is exactly as without it.
      const bool summed = touched >> k & 1;
      rgb[k] = summed ? smaller(static_cast<int>(value), 255) : static_cast<int>(flat.rgb >> 8 * k & 0xff);
      const float above = value - static_cast<float>(rgb[k]);
      const bool clear = (above > guard || rgb[k] == 0) & (above < 1 - guard || rgb[k] == 255);
      sure = sure & (clear | !summed);
    }
    if (!sure) exact_rgb(i, j, inside, rim, rgb);
    return shade_of(rgb[0], rgb[1], rgb[2]);
  }

 private:
  enum class Side { outside, rim, inside };

  /// Distances are below 2, and off by less than 1e-6 in float32.
  static constexpr float kSlack = 4e-6f;
  /// On a rim, where they are below 0.2, by less than 1e-7: differences are rounded from float64, the root is within
  /// 2.4e-7 relatively, and the radius too is rounded. That is 5e-6 of `u`, and as s grows by up to 1.5 of it, 7.5e-6
  /// of a circle's cover and, with the sum's rounding, 255 * 9e-6 of each circle's part of a byte.
  static constexpr float kGuard = 0.0025f;

  /// From circle c's centre to a column or row.
  FK_BOTH float dx(int c, int i) const {
    return static_cast<float>(scene::axis_at(scene.x, tile.column(i)) - scene.circle[c].cx);
  }
  FK_BOTH float dy(int c, int j) const {
    return static_cast<float>(scene::axis_at(scene.y, tile.row(j)) - scene.circle[c].cy);
  }

  /// Where a rectangle lies, from the circle's centre.
  FK_BOTH Side side_of(int c, float left, float right, float top, float bottom) const {
    const float near_x = larger(larger(left, -right), 0.0f), near_y = larger(larger(top, -bottom), 0.0f);
    if (fused(near_x, near_x, near_y * near_y) > memory.outer[c]) return Side::outside;
    const float far_x = larger(-left, right), far_y = larger(-top, bottom);
    return fused(far_x, far_x, far_y * far_y) < memory.inner[c] ? Side::inside : Side::rim;
  }

  /// As geometric_pixel adds it up: a circle elsewhere adds 0, one that covers the pixel adds its colour.
  FK_BOTH void exact_rgb(int i, int j, uint32_t inside, uint32_t rim, int rgb[3]) const {
    const double x = scene::axis_at(scene.x, tile.column(i)), y = scene::axis_at(scene.y, tile.row(j));
    double sum[3] = {0, 0, 0};
    for (int c = 0; c < scene.count; c++) {
      if (!((inside | rim) >> c & 1)) continue;
      const scene::Geometric::Circle& circle = scene.circle[c];
      const double s = rim >> c & 1 ? scene::geometric_cover(circle, x, y) : 1.0;
      FK_UNROLL for (int k = 0; k < 3; k++) sum[k] += s * scene.palette.rgb[circle.colour][k];
    }
    FK_UNROLL for (int k = 0; k < 3; k++) rgb[k] = scene::to_byte(sum[k] < 0 ? 0 : sum[k] > 1 ? 1 : sum[k]);
  }
};
