// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: the Mandelbrot set. Only the iterations at which the palette changes matter. A disc around all
// orbits of an area, in float32 with its roundings, settles most areas and most pixels; float64 does the rest.

struct MandelbrotPainter {
  static constexpr bool kDense = false;
  static constexpr int kAreaHeight = 8;
  static constexpr int kAreas = kStripsAcross * (kTileHeight / kAreaHeight);

  struct Memory {
    int8_t area[kAreas];
  };

  const scene::Mandelbrot& scene;
  const DrawJob& job;
  const Tile& tile;
  Memory& memory;

  static FK_BOTH const scene::Mandelbrot& scene_of(const DrawJob& job) { return job.mandelbrot; }

  template <typename Exec>
  FK_BOTH void prepare(Exec exec) const {
    exec.each([&](int thread) {
      for (int a = thread; a < kAreas; a += kThreads) {
        const int i = a % kStripsAcross * kStripWidth, j = a / kStripsAcross * kAreaHeight;
        const double x0 = x(i), x1 = x(i + kStripWidth - 1), y0 = y(j), y1 = y(j + kAreaHeight - 1);
        const float dx = static_cast<float>(fabs(x1 - x0) / 2), dy = static_cast<float>(fabs(y1 - y0) / 2);
        memory.area[a] = static_cast<int8_t>(index_of_disc((x0 + x1) / 2, (y0 + y1) / 2, sqrtf(dx * dx + dy * dy)));
      }
    });
  }

  FK_BOTH int index_of_strip(int i, int j) const {
    return memory.area[j / kAreaHeight * kStripsAcross + i / kStripWidth];
  }

  template <typename Exec>
  FK_BOTH Shade shade(int i, int j, const Shade* shades, Exec exec) const {
    const double re = x(i), im = y(j);
    const int index = index_of_disc(re, im, 0);
    return shades[index == kMixed ? entry(iterations(re, im, exec)) : index];
  }

 private:
  static constexpr float kUp = 1 + 1e-5f, kDown = 1 - 1e-5f;

  FK_BOTH double x(int i) const { return scene::axis_at(scene.x, tile.column(i)); }
  FK_BOTH double y(int j) const { return scene::axis_at(scene.y, tile.row(j)); }

  FK_BOTH int entry(int k) const {
    const int colour = scene.colour[k];
    return colour == scene::kBlack ? scene.palette.count : colour;
  }

  /// The index of all points within `spread` of c, or kMixed when the disc cannot tell.
  ///
  /// Let e be the first k with |z_k| > 2, so that a point's iterations are e - 1. The disc bounds e for all of them:
  /// from the first k at which it leaves |z| <= 2 in part, to the first at which it is wholly outside.
  FK_BOTH int index_of_disc(double c_re, double c_im, float spread) const {
    const float cre = static_cast<float>(c_re), cim = static_cast<float>(c_im), size = fabsf(cre) + fabsf(cim);
    // One step in float32 is off by less than 4 roundings, of 6e-8 each, of |z|^2 and |c|.
    constexpr float kRounding = 5e-7f;
    const float c_radius = spread * kUp + kRounding * size + 1e-12f;
    float re = cre, im = cim, radius = c_radius;
    bool some_left = false;
    for (int k = 1; k <= job.changes.last; k++) {
      const float norm = re * re + im * im, reach = 2 + radius, rest = 2 - radius;
      if (norm > reach * reach * kUp) return entry(k - 1);
      some_left = some_left || !(rest > 0 && norm < rest * rest * kDown);
      if (some_left && (job.changes.bits[k / 64] >> k % 64 & 1)) return kMixed;
      // NaN ends here too.
      if (!(radius < 1)) return kMixed;
      radius = (2 * sqrtf(norm) * radius + radius * radius) * kUp + c_radius + kRounding * norm;
      const float next = (re * re - im * im) + cre;
      im = (re * im + im * re) + cim;
      re = next;
    }
    return entry(job.changes.last);
  }

  /// As mandelbrot_iterations, up to the last change of colour; doubt where the generator's hypot decides.
  template <typename Exec>
  FK_BOTH int iterations(double cre, double cim, Exec exec) const {
    double re = cre, im = cim;
    int count = 0;
    for (int k = 1; k <= job.changes.last; k++) {
      const double rr = re * re, ii = im * im, ri = re * im, over = (rr + ii) - 4.0;
      if (fabs(over) < 1e-12) exec.add(job.doubts.get(), 1u);
      if (!(over <= 0)) break;
      count = k;
      re = (rr - ii) + cre;
      im = (ri + ri) + cim;
    }
    return count;
  }
};
