// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: the Mandelbrot set. Only the steps at which the palette changes matter. Discs settle most tiles,
// splitting them as they go; pixels of the last ones queue up and are iterated, several vectors interleaved.

class MandelbrotPainter {
 public:
  static constexpr int kRows = kBandRows;

  explicit MandelbrotPainter(Size size)
      : size_(size),
        x_(static_cast<size_t>(size.width)),
        y_(static_cast<size_t>(size.height)),
        tile_{Array<Tile>(max_tiles()), Array<Tile>(max_tiles())},
        cre_(kQueue),
        cim_(kQueue),
        at_(kQueue) {}

  void begin(const scene::FrameParams& params, ColourTable& colours) {
    scene_ = scene::make_mandelbrot(params, size_.width, size_.height);
    colours.set_palette(scene_.palette);
    for (int i = 0; i < size_.width; i++) x_[i] = scene::axis_at(scene_.x, i);
    for (int j = 0; j < size_.height; j++) y_[j] = scene::axis_at(scene_.y, j);
    changes_.count = 0;
    index_[0] = entry(0);
    for (int i = 1; i < scene::Mandelbrot::kIterations; i++) {
      if (scene_.colour[i] == scene_.colour[i - 1]) continue;
      changes_.step[changes_.count++] = i;
      index_[changes_.count] = entry(i);
    }
    // Discs in float32 are wider by some 5e-6, which small tiles would feel.
    in_floats_ = __builtin_fabs(scene_.x.step) + __builtin_fabs(scene_.y.step) > 2e-5;
  }

  void paint(int first, int rows, Band& band) {
    tiles_ = queued_ = 0;
    for (int x = 0; x < size_.width; x += kTile) tile_[0][tiles_++] = {x, first, min(kTile, size_.width - x), rows};
    for (int side = 0; tiles_ > 0; side = 1 - side) {
      if (in_floats_) {
        settle<FloatDisc>(tile_[side], tile_[1 - side], first, band);
      } else {
        settle<DoubleDisc>(tile_[side], tile_[1 - side], first, band);
      }
    }
    iterate_queue(band);
    band.take(rows);
  }

 private:
  static constexpr int kTile = 64, kMinWidth = 8, kMinHeight = 4;
  static constexpr int kGroup = 4;
  static constexpr int kQueue = 1024;

  struct Tile {
    int x, y, width, height;
  };

  size_t max_tiles() const { return static_cast<size_t>(size_.width) / 2 + 64; }

  uint8_t entry(int iterations) const {
    const int colour = scene_.colour[iterations];
    return static_cast<uint8_t>(colour == scene::kBlack ? scene_.palette.count : colour);
  }

  /// Paints the tiles that discs settle. The others are split, into `rest`, or queued.
  template <typename Disc>
  void settle(const Array<Tile>& tiles, Array<Tile>& rest, int first, Band& band) {
    using Vector = typename Disc::Vector;
    using Scalar = typename Disc::Scalar;
    constexpr int kLanes = kVectorBytes / sizeof(Scalar);
    const int count = tiles_;
    tiles_ = 0;
    for (int t0 = 0; t0 < count; t0 += kLanes) {
      alignas(64) Scalar cx[kLanes], cy[kLanes], dx[kLanes], dy[kLanes];
      for (int l = 0; l < kLanes; l++) {
        const Tile& t = tiles[min(t0 + l, count - 1)];
        const double x0 = x_[t.x], x1 = x_[t.x + t.width - 1], y0 = y_[t.y], y1 = y_[t.y + t.height - 1];
        cx[l] = static_cast<Scalar>((x0 + x1) * 0.5);
        cy[l] = static_cast<Scalar>((y0 + y1) * 0.5);
        dx[l] = static_cast<Scalar>((x1 - x0) * 0.5);
        dy[l] = static_cast<Scalar>((y1 - y0) * 0.5);
      }
      const Vector vx = load<Vector>(dx), vy = load<Vector>(dy);
      const auto passed =
          changes_passed_by_all<Disc>(load<Vector>(cx), load<Vector>(cy), root(vx * vx + vy * vy), changes_);
      for (int l = 0; l < min(kLanes, count - t0); l++) {
        const Tile& t = tiles[t0 + l];
        if (passed[l] >= 0) {
          fill(t, index_[passed[l]], first, band);
        } else if (t.width > kMinWidth) {
          const int left = (t.width + 1) / 2;
          rest[tiles_++] = {t.x, t.y, left, t.height};
          rest[tiles_++] = {t.x + left, t.y, t.width - left, t.height};
        } else if (t.height > kMinHeight) {
          const int top = t.height / 2;
          rest[tiles_++] = {t.x, t.y, t.width, top};
          rest[tiles_++] = {t.x, t.y + top, t.width, t.height - top};
        } else {
          queue(t, first, band);
        }
      }
    }
  }

  static void fill(Tile t, uint8_t index, int first, Band& band) {
    for (int r = 0; r < t.height; r++) {
      __builtin_memset(band.memory(t.y + r - first) + t.x, index, static_cast<size_t>(t.width));
    }
  }

  /// Lanes surely in the main cardioid or the disc of period 2: the orbits never leave |z| <= 2.
  static Longs inside_set(Doubles x, double y) {
    const Doubles xq = x - 0.25, q = xq * xq + y * y;
    return (q * (q + xq) < y * y * 0.25 * (1 - 1e-6) - 1e-9) | ((x + 1) * (x + 1) + y * y < 0.0625 - 1e-6);
  }

  /// Whether any of the tile's points can be inside_set.
  bool reaches_set(Tile t) const {
    const double x0 = x_[t.x], x1 = x_[t.x + t.width - 1], y0 = y_[t.y], y1 = y_[t.y + t.height - 1];
    const double x = (x0 + x1) / 2, y = (y0 + y1) / 2, reach = __builtin_fabs(x1 - x0) + __builtin_fabs(y1 - y0);
    // Slopes there are below 16, and the set ends before 2.
    const double xq = x - 0.25, q = xq * xq + y * y;
    return !(reach < 0.1) || q * (q + xq) - y * y * 0.25 < 16 * reach || (x + 1) * (x + 1) + y * y < 0.0625 + 8 * reach;
  }

  void queue(Tile t, int first, Band& band) {
    if (queued_ + kMinWidth * kMinHeight > kQueue) iterate_queue(band);
    const bool tested = reaches_set(t);
    for (int r = 0; r < t.height; r++) {
      const double y = y_[t.y + r];
      uint8_t* const row = band.memory(t.y + r - first);
      const int at = static_cast<int>(row - band.memory(0)) + t.x;
      const double* const x = x_.data() + t.x;
      // Whole vectors may pass the tile's end: room in the queue and other tiles' pixels, not yet or never read.
      for (int l = 0; l < kMinWidth; l++) {
        cre_[queued_ + l] = x[l];
        cim_[queued_ + l] = y;
        at_[queued_ + l] = at + l;
      }
      alignas(64) long long inside[kMinWidth];
      Longs some{}, others{};
      for (int l = 0; tested && l < kMinWidth; l += kDoubles) {
        const Longs in = inside_set(load<Doubles>(x + l), y);
        store(inside + l, in);
        some |= in;
        others |= ~in;
      }
      if (!any(some)) {
        queued_ += t.width;
        continue;
      }
      __builtin_memset(row + t.x, index_[changes_.count], static_cast<size_t>(t.width));
      for (int l = 0; any(others) && l < t.width; l++) {
        cre_[queued_] = x[l];
        at_[queued_] = at + l;
        queued_ += 1 + static_cast<int>(inside[l]);
      }
    }
  }

  void iterate_queue(Band& band) {
    constexpr int kPixels = kGroup * kDoubles;
    // The last group is filled up with points that leave at once, and whose index nobody reads.
    for (int p = queued_; p % kPixels != 0; p++) {
      cre_[p] = cim_[p] = 1.3;
      at_[p] = band.stride - 1;
    }
    for (int p = 0; p < queued_; p += kPixels) iterate_group(p, band.memory(0));
    queued_ = 0;
  }

  /// Orbits of a group's pixels, with their c.
  struct Orbits {
    alignas(64) double re[kGroup * kDoubles], im[kGroup * kDoubles];
    const double *cre, *cim;
  };

  /// Not inlined: its registers are for orbits alone.
  static __attribute__((noinline)) void take_steps(Orbits& orbits, int steps) {
    Doubles re[kGroup], im[kGroup];
#pragma GCC unroll 8
    for (int g = 0; g < kGroup; g++) {
      re[g] = load<Doubles>(orbits.re + g * kDoubles);
      im[g] = load<Doubles>(orbits.im + g * kDoubles);
    }
    const double* const cre = orbits.cre;
    const double* const cim = orbits.cim;
    do {
#pragma GCC unroll 8
      for (int g = 0; g < kGroup; g++) {
        const Doubles rr = re[g] * re[g], ii = im[g] * im[g], ri = re[g] * im[g];
        re[g] = (rr - ii) + load<Doubles>(cre + g * kDoubles);
        im[g] = (ri + ri) + load<Doubles>(cim + g * kDoubles);
      }
    } while (--steps > 0);
#pragma GCC unroll 8
    for (int g = 0; g < kGroup; g++) {
      store(orbits.re + g * kDoubles, re[g]);
      store(orbits.im + g * kDoubles, im[g]);
    }
  }

  /// Whether any orbit is left after so many steps, or fewer.
  static bool advance(Orbits& orbits, int steps) {
    for (;; steps -= kStride) {
      take_steps(orbits, min(steps, kStride));
      Longs in{};
      for (int g = 0; g < kGroup; g++) {
        const Doubles re = load<Doubles>(orbits.re + g * kDoubles), im = load<Doubles>(orbits.im + g * kDoubles);
        in |= re * re + im * im <= 4.0 + 1e-12;
      }
      if (!any(in)) return false;
      if (steps <= kStride) return true;
    }
  }

  /// Orbits are not stopped where they leave: for |c| < 1.98 they keep growing then, to infinity and NaN, neither of
  /// which is at most 2. So |z| matters only where colours change, and there it decides the generator's comparison
  /// unless it is so near 2 that its hypot may round to the other side.
  void iterate_group(int first, uint8_t* index) {
    const double* const cre = cre_.data() + first;
    const double* const cim = cim_.data() + first;
    Orbits orbits{{}, {}, cre, cim};
    Longs passed[kGroup], unsure[kGroup];
    for (int g = 0; g < kGroup; g++) {
      const Doubles x = load<Doubles>(cre + g * kDoubles), y = load<Doubles>(cim + g * kDoubles);
      store(orbits.re + g * kDoubles, x);
      store(orbits.im + g * kDoubles, y);
      passed[g] = Longs{};
      unsure[g] = x * x + y * y > 3.9;
    }
    for (int change = 0, k = 1; change < changes_.count; k = changes_.step[change++]) {
      if (!advance(orbits, changes_.step[change] - k)) break;
      for (int g = 0; g < kGroup; g++) {
        const Doubles re = load<Doubles>(orbits.re + g * kDoubles), im = load<Doubles>(orbits.im + g * kDoubles);
        const Doubles over = (re * re + im * im) - 4.0;
        passed[g] -= over <= 0.0;
        unsure[g] |= over * over < 1e-24;
      }
    }
    alignas(64) long long count[kGroup * kDoubles], exact[kGroup * kDoubles];
    for (int g = 0; g < kGroup; g++) store(count + g * kDoubles, passed[g]);
    const int* const at = at_.data() + first;
    for (int p = 0; p < kGroup * kDoubles; p++) index[at[p]] = index_[count[p]];
    if (!any((unsure[0] | unsure[1]) | (unsure[2] | unsure[3]))) return;
    for (int g = 0; g < kGroup; g++) store(exact + g * kDoubles, unsure[g]);
    for (int p = 0; p < kGroup * kDoubles; p++) {
      if (exact[p]) index[at[p]] = entry(scene::mandelbrot_iterations(cre[p], cim[p]));
    }
  }
  static constexpr int kStride = 8;

  Size size_;
  Array<double> x_, y_;
  /// Tiles not yet settled, and those that they are split into.
  Array<Tile> tile_[2];
  int tiles_ = 0;
  /// Pixels to iterate: c, and where in the band their indices go.
  Array<double> cre_, cim_;
  Array<int> at_;
  int queued_ = 0;
  scene::Mandelbrot scene_;
  MandelbrotChanges changes_;
  /// The table index of pixels that pass so many changes.
  uint8_t index_[scene::Mandelbrot::kIterations + 1] = {};
  bool in_floats_ = true;
};
