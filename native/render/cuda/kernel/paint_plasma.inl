// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: plasma. Strips within one band are proven by value, gradient and curvature at their centre;
// other pixels are computed in float32, those too near an edge for it in float64, and those too near for that are in
// doubt.

struct PlasmaPainter {
  static constexpr bool kDense = false;

  /// What depends on the column or the row alone.
  struct Memory {
    float x[kTileWidth], wave_x[kTileWidth], sin7x[kTileWidth], cos7x[kTileWidth];
    float y[kTileHeight], wave_y[kTileHeight], sin7y[kTileHeight], cos7y[kTileHeight];
  };

  const scene::Plasma& scene;
  const DrawJob& job;
  const Tile& tile;
  Memory& memory;

  static FK_BOTH const scene::Plasma& scene_of(const DrawJob& job) { return job.plasma; }

  template <typename Exec>
  FK_BOTH void prepare(Exec exec) const {
    const PlasmaPhases& phase = job.phases;
    exec.each([&](int thread) {
      for (int i = thread; i < kTileWidth; i += kThreads) {
        const double x = scene::axis_at(scene.x, tile.column(i));
        memory.x[i] = static_cast<float>(x);
        memory.wave_x[i] = sine(static_cast<float>(10 * x + phase.x));
        memory.sin7x[i] = sine(static_cast<float>(7 * x));
        memory.cos7x[i] = sine(static_cast<float>(7 * x + kQuarterTurn));
      }
      for (int j = thread; j < kTileHeight; j += kThreads) {
        const double y = scene::axis_at(scene.y, tile.row(j));
        memory.y[j] = static_cast<float>(y);
        memory.wave_y[j] = sine(static_cast<float>(10 * y + phase.y));
        memory.sin7y[j] = sine(static_cast<float>(7 * y + phase.xy));
        memory.cos7y[j] = sine(static_cast<float>(7 * y + phase.xy + kQuarterTurn));
      }
    });
  }

  /// As the CPU's renderer classifies its blocks.
  FK_BOTH int index_of_strip(int i, int j) const {
    const float x0 = memory.x[i], x1 = memory.x[i + kStripWidth - 1], y0 = memory.y[j], y1 = memory.y[j + 1];
    const float x = (x0 + x1) * 0.5f, dx = (x1 - x0) * 0.5f + 1e-6f;
    const float y = (y0 + y1) * 0.5f, dy = (y1 - y0) * 0.5f + 1e-6f;
    const float radius = sqrtf(x * x + y * y);
    const float a1 = 10 * x + job.phases.fx, a2 = 10 * y + job.phases.fy;
    const float a13 = 7 * (x + y) + job.phases.fxy, a4 = 8 * radius + job.phases.fr;
    const float turn = static_cast<float>(kQuarterTurn);
    const float value = (sine(a1) + sine(a2) + sine(a13) + sine(a4)) * 0.125f + 0.5f;
    const float slope13 = 7 * sine(a13 + turn), slope4 = 8 * sine(a4 + turn) / (radius + 1e-9f);
    const float gx = 10 * sine(a1 + turn) + slope13 + slope4 * x;
    const float gy = 10 * sine(a2 + turn) + slope13 + slope4 * y;
    // Second order: 100 and 100 along the axes, 49 along the diagonal, 64 for the radius where 8 / radius <= 64.
    const float curve = 164 * (dx * dx + dy * dy) + 49 * (dx + dy) * (dx + dy);
    const float spread = (fabsf(gx) * dx + fabsf(gy) * dy + 0.5f * curve) * 0.125f + 2 * kGuard;
    const float count = static_cast<float>(scene.palette.count);
    const float low = (value - spread) * count, high = (value + spread) * count;
    const int band = static_cast<int>(low);
    const bool flat = low > 0 && high < count && high < static_cast<float>(band + 1) && radius - dx - dy > 0.125f;
    return flat ? band : kMixed;
  }

  template <typename Exec>
  FK_BOTH Shade shade(int i, int j, const Shade* shades, Exec exec) const {
    const float x = memory.x[i], y = memory.y[j];
    const float diagonal = memory.sin7x[i] * memory.cos7y[j] + memory.cos7x[i] * memory.sin7y[j];
    const float radial = sine(8 * sqrtf(x * x + y * y) + job.phases.fr);
    const float value = (memory.wave_x[i] + memory.wave_y[j] + diagonal + radial) * 0.125f + 0.5f;
    const float scaled = value * static_cast<float>(scene.palette.count);
    const int band = static_cast<int>(scaled + 1) - 1;  // floor, for scaled > -1
    const float above = scaled - static_cast<float>(band);
    const bool sure = above >= kGuard * 8 && above <= 1 - kGuard * 8;
    return shades[sure ? band : exact_index(i, j, exec)];
  }

 private:
  static constexpr double kQuarterTurn = 1.5707963267948966;
  /// Float32 gives (sum / 4 + 1) / 2 within 1.2e-6: the arguments, below 32, are off by up to 1e-6 (the radial one by
  /// 3e-6), sines by 2e-7, over 8.
  static constexpr float kGuard = 4e-6f;
  /// Float64 gives it within 1e-15 of what the C library's sines give.
  static constexpr double kDoubt = 1e-13;

  template <typename Exec>
  FK_BOTH int exact_index(int i, int j, Exec exec) const {
    const double x = scene::axis_at(scene.x, tile.column(i)), y = scene::axis_at(scene.y, tile.row(j));
    const double a = x * 10 + scene.to, b = y * 10 + scene.to * 0.7, c = (x + y) * 7 + scene.to * 1.3;
    const double d = sqrt(x * x + y * y) * 8 + scene.to * 0.9;
    const double v = ((sine_exact(a) + sine_exact(b)) + sine_exact(c)) + sine_exact(d);
    const double value = (v / 4.0 + 1.0) / 2.0;
    // Sines of 0, as at time 0 in the corner, are exact everywhere.
    if (!(a == 0 && b == 0 && c == 0 && d == 0)) {
      for (int e = 0; e <= scene.palette.count; e++) {
        if (fabs(value - scene.edge[e]) < kDoubt) exec.add(job.doubts.get(), 1u);
      }
    }
    const int colour = scene::plasma_colour(scene, value);
    return colour == scene::kBlack ? scene.palette.count : colour;
  }
};
