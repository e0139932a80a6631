// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: the Mandelbrot set. Only the iterations at which the palette changes matter. A disc around all
// orbits of a tile settles most tiles, splitting as it goes; the last ones are iterated, several vectors interleaved.

class MandelbrotPainter {
 public:
  static constexpr int kRows = kBandRows;

  explicit MandelbrotPainter(Size size)
      : size_(size), x_(static_cast<size_t>(size.width)), y_(static_cast<size_t>(size.height)) {}

  void begin(const scene::FrameParams& params, ColourTable& colours) {
    scene_ = scene::make_mandelbrot(params, size_.width, size_.height);
    colours.set_palette(scene_.palette);
    for (int i = 0; i < size_.width; i++) x_[i] = scene::axis_at(scene_.x, i);
    for (int j = 0; j < size_.height; j++) y_[j] = scene::axis_at(scene_.y, j);
    last_step_ = 1;
    for (int i = 1; i < scene::Mandelbrot::kIterations; i++) {
      if (scene_.colour[i] != scene_.colour[i - 1]) last_step_ = i;
    }
  }

  void paint(int first, int rows, Band& band) {
    for (int x = 0; x < size_.width; x += kTile) paint_tile({x, first, min(kTile, size_.width - x), rows}, first, band);
    for (int r = 0; r < rows; r++) band.same[r] = false;
  }

 private:
  static constexpr int kTile = 64, kMinWidth = 8, kMinHeight = 4;

  struct Tile {
    int x, y, width, height;
  };

  uint8_t entry(int iterations) const {
    const int colour = scene_.colour[iterations];
    return static_cast<uint8_t>(colour == scene::kBlack ? scene_.palette.count : colour);
  }

  void paint_tile(Tile t, int first, Band& band) {
    const int index = index_of_all(t);
    if (index >= 0) {
      for (int r = 0; r < t.height; r++) {
        __builtin_memset(band.row(t.y + r - first) + t.x, index, static_cast<size_t>(t.width));
      }
    } else if (t.width > kMinWidth) {
      const int left = (t.width + 1) / 2;
      paint_tile({t.x, t.y, left, t.height}, first, band);
      paint_tile({t.x + left, t.y, t.width - left, t.height}, first, band);
    } else if (t.height > kMinHeight) {
      const int top = t.height / 2;
      paint_tile({t.x, t.y, t.width, top}, first, band);
      paint_tile({t.x, t.y + top, t.width, t.height - top}, first, band);
    } else {
      iterate(t, first, band);
    }
  }

  /// The table index that all pixels of the tile have, or -1 when the disc cannot tell.
  ///
  /// Let e be the first k with |z_k| > 2, so that a pixel's iterations are e - 1. The disc bounds e for the whole tile:
  /// from the first k at which it leaves |z| <= 2 in part, to the first at which it is wholly outside.
  int index_of_all(Tile t) const {
    const double x0 = x_[t.x], x1 = x_[t.x + t.width - 1], y0 = y_[t.y], y1 = y_[t.y + t.height - 1];
    const double cre = (x0 + x1) / 2, cim = (y0 + y1) / 2;
    const double dx = __builtin_fabs(x1 - x0) / 2, dy = __builtin_fabs(y1 - y0) / 2;
    // kSlack covers every rounding of the axes, the centre's orbit and the pixels' own orbits in one step.
    constexpr double kSlack = 1e-14, kUp = 1 + 1e-12, kDown = 1 - 1e-12;
    const double c_radius =
        std::sqrt(dx * dx + dy * dy) * kUp + kSlack * (64 + __builtin_fabs(cre) + __builtin_fabs(cim));
    double re = cre, im = cim, radius = c_radius;
    bool some_left = false;
    for (int k = 1; k <= last_step_; k++) {
      const double norm = re * re + im * im, reach = 2 + radius, rest = 2 - radius;
      if (norm > reach * reach * kUp) return entry(k - 1);
      some_left = some_left || !(rest > 0 && norm < rest * rest * kDown);
      if (some_left && scene_.colour[k] != scene_.colour[k - 1]) return -1;
      radius = (2 * std::sqrt(norm) * radius + radius * radius) * kUp + c_radius;
      const double next = (re * re - im * im) + cre;
      im = (re * im + im * re) + cim;
      re = next;
    }
    return entry(last_step_);
  }

  using Real = double __attribute__((vector_size(FK_VECTOR_BYTES)));
  using Mask = long long __attribute__((vector_size(FK_VECTOR_BYTES)));
  static constexpr int kLanes = FK_VECTOR_BYTES / 8, kPixels = kMinWidth * kMinHeight;
  static constexpr int kGroup = 4, kVectors = kPixels / kLanes;
  static_assert(kVectors % kGroup == 0, "a tile is whole groups of vectors");

  void iterate(Tile t, int first, Band& band) const {
    alignas(64) Real cre[kVectors], cim[kVectors];
    bool in_set = true;
    for (int p = 0; p < kPixels; p++) {
      const double x = x_[t.x + min(p % kMinWidth, t.width - 1)], y = y_[t.y + min(p / kMinWidth, t.height - 1)];
      cre[p / kLanes][p % kLanes] = x;
      cim[p / kLanes][p % kLanes] = y;
      in_set = in_set && inside_set(x, y);
    }
    uint8_t index[kPixels];
    if (in_set) {
      __builtin_memset(index, entry(last_step_), kPixels);
    } else {
      for (int v = 0; v < kVectors; v += kGroup) iterate_group(cre + v, cim + v, index + v * kLanes);
    }
    for (int r = 0; r < t.height; r++) {
      __builtin_memcpy(band.row(t.y + r - first) + t.x, index + r * kMinWidth, static_cast<size_t>(t.width));
    }
  }

  /// Surely in the main cardioid or the disc of period 2: the orbit never leaves |z| <= 2.
  static bool inside_set(double x, double y) {
    const double xq = x - 0.25, q = xq * xq + y * y;
    return q * (q + xq) < y * y * 0.25 * (1 - 1e-6) - 1e-9 || (x + 1) * (x + 1) + y * y < 0.0625 - 1e-6;
  }

  void iterate_group(const Real* cre, const Real* cim, uint8_t* index) const {
    Real re[kGroup], im[kGroup];
    Mask alive[kGroup], tie[kGroup], count[kGroup];
    for (int g = 0; g < kGroup; g++) {
      re[g] = cre[g];
      im[g] = cim[g];
      alive[g] = Mask{} - 1;
      tie[g] = Mask{};
      count[g] = Mask{};
    }
    for (int k = 1; k <= last_step_;) {
      for (const int stop = min(k + 5, last_step_ + 1); k < stop; k++) {
        for (int g = 0; g < kGroup; g++) {
          const Real rr = re[g] * re[g], ii = im[g] * im[g], ri = re[g] * im[g];
          const Real over = (rr + ii) - 4.0;
          alive[g] &= over <= 0.0;
          // Near 2 the generator's hypot may round to the other side.
          tie[g] |= over * over < 1e-24;
          count[g] -= alive[g];
          re[g] = (rr - ii) + cre[g];
          im[g] = (ri + ri) + cim[g];
        }
      }
      const Mask any = (alive[0] | alive[1]) | (alive[2] | alive[3]);
      long long some = 0;
      for (int l = 0; l < kLanes; l++) some |= any[l];
      if (!some) break;
    }
    for (int p = 0; p < kGroup * kLanes; p++) {
      const int g = p / kLanes, l = p % kLanes;
      index[p] = entry(tie[g][l] ? scene::mandelbrot_iterations(cre[g][l], cim[g][l]) : static_cast<int>(count[g][l]));
    }
  }

  Size size_;
  Array<double> x_, y_;
  scene::Mandelbrot scene_;
  int last_step_ = 1;
};
