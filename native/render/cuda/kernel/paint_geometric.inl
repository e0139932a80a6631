// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: circles. Distances from their centres tell in float32 outside, inside and rim apart, and give
// most rims; channels too near the next byte are computed in float64.

struct GeometricPainter {
  static constexpr bool kIndexed = false;
  static constexpr int kTileHeight = tile_height(scene::Family::geometric);
  static constexpr int kCircles = scene::Geometric::kMaxCircles;

  /// Where something lies of a circle.
  enum class Side { outside, rim, inside };
  struct Memory {
    GeometricFloats circles;
    Side side[kCircles];  ///< of the tile
    /// Bits of those whose edge goes through the tile, and of those that cover all of it.
    uint32_t near, around;
    /// From each circle's centre to columns and rows, of those near.
    float dx[kCircles][kTileWidth], dy[kCircles][kTileHeight];
  };

  const scene::Geometric& scene;
  const DrawJob& job;
  const Tile& tile;
  Memory& memory;

  static FK_BOTH const scene::Geometric& scene_of(const DrawJob& job) { return job.geometric; }

  FK_BOTH void prepare(int thread) const {
    copy_words(&memory.circles, &job.circles, thread);
    if (thread >= kCircles) return;
    const GeometricFloats& circles = job.circles;
    const float cx = circles.cx[thread], cy = circles.cy[thread];
    memory.side[thread] = thread < scene.count
                              ? side_of(circles, thread, static_cast<float>(tile.column(0)) * circles.step_x - cx,
                                        static_cast<float>(tile.column(kTileWidth - 1)) * circles.step_x - cx,
                                        static_cast<float>(tile.row(0)) * circles.step_y - cy,
                                        static_cast<float>(tile.row(kTileHeight - 1)) * circles.step_y - cy)
                              : Side::outside;
  }

  template <typename Exec>
  FK_BOTH void measure(Exec exec) const {
    exec.each([&](int thread) {
      const uint32_t near = all(Side::rim);
      if (thread == 0) memory.near = near;
      if (thread == 1) memory.around = all(Side::inside);
      for (uint32_t left = near; left != 0; left &= left - 1) {
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
      const Side side =
          side_of(memory.circles, c, across[i], across[i + kStripWidth - 1], memory.dy[c][j], memory.dy[c][j + 1]);
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
      if (norm > memory.circles.outer[c]) continue;
      if (norm < memory.circles.inner[c]) {
        inside |= 1u << c;
        continue;
      }
      rim |= 1u << c;
      touched |= memory.circles.channels[c];
      guard += kGuard;
      const float depth = memory.circles.r[c] - root(norm);
      const float u = smaller(larger(depth * static_cast<float>(1 / scene::Geometric::kSoft), 0.0f), 1.0f);
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
  /// On a rim, where distances are below 0.2, they are off by less than 7e-8: differences are rounded from float64, the
  /// root is within 2.4e-7 relatively, and the radius too is rounded. That is 3.5e-6 of `u`, and as s grows by up
  /// to 1.5 of it, 5.5e-6 of a circle's cover: 0.0014 of a byte. The rest is for rounding sums.
  static constexpr float kGuard = 0.0016f;

  /// From circle c's centre to a column or row.
  FK_BOTH float dx(int c, int i) const {
    return static_cast<float>(scene::axis_at(scene.x, tile.column(i)) - scene.circle[c].cx);
  }
  FK_BOTH float dy(int c, int j) const {
    return static_cast<float>(scene::axis_at(scene.y, tile.row(j)) - scene.circle[c].cy);
  }

  /// Where a rectangle lies, from the circle's centre.
  static FK_BOTH Side side_of(const GeometricFloats& circles, int c, float left, float right, float top, float bottom) {
    const float near_x = larger(larger(left, -right), 0.0f), near_y = larger(larger(top, -bottom), 0.0f);
    if (fused(near_x, near_x, near_y * near_y) > circles.outer[c]) return Side::outside;
    const float far_x = larger(-left, right), far_y = larger(-top, bottom);
    return fused(far_x, far_x, far_y * far_y) < circles.inner[c] ? Side::inside : Side::rim;
  }

  /// Bits of the circles that lie so to the tile.
  FK_BOTH uint32_t all(Side side) const {
    uint32_t set = 0;
    FK_UNROLL for (int c = 0; c < kCircles; c++) set |= static_cast<uint32_t>(memory.side[c] == side) << c;
    return set;
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
