// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: plasma. Most blocks lie within one band, which value, gradient and curvature at the centre prove;
// the pixels of the others are computed in float32, and those too near an edge for it in exact float64.

/// Sine and cosine of rate * v for each element v of an axis from 0 to 1.
struct WaveTable {
  WaveTable(float rate, int count) : sin(static_cast<size_t>(count)), cos(static_cast<size_t>(count)) {
    // By turning from element to element: over 8192 of them float64 loses 1e-12, which float32 does not show.
    const double step = count > 1 ? static_cast<double>(rate) / (count - 1) : 0;
    const double turn_sin = std::sin(step), turn_cos = std::cos(step);
    double s = 0, c = 1;
    for (int i = 0; i < count; i++) {
      sin[i] = static_cast<float>(s);
      cos[i] = static_cast<float>(c);
      const double next = s * turn_cos + c * turn_sin;
      c = c * turn_cos - s * turn_sin;
      s = next;
    }
  }

  Array<float> sin, cos;
};

class PlasmaPainter {
 public:
  static constexpr int kRows = kBandRows;

  explicit PlasmaPainter(Size size)
      : size_(size),
        blocks_((size.width + kBlockWidth - 1) / kBlockWidth),
        x_(static_cast<size_t>(size.width)),
        wave_(static_cast<size_t>(size.width)),
        x7_(7, size.width),
        x10_(10, size.width),
        y7_(7, size.height),
        y10_(10, size.height),
        block_x_(static_cast<size_t>(blocks_)),
        block_dx_(static_cast<size_t>(blocks_)),
        kind_(static_cast<size_t>(blocks_)),
        mixed_(static_cast<size_t>(blocks_)) {
    const scene::Axis axis = scene::make_axis(0, 1, size.width);
    for (int i = 0; i < size.width; i++) x_[i] = static_cast<float>(scene::axis_at(axis, i));
    for (int b = 0; b < blocks_; b++) {
      const float left = x_[b * kBlockWidth], right = x_[min((b + 1) * kBlockWidth, size.width) - 1];
      block_x_[b] = (left + right) * 0.5f;
      block_dx_[b] = (right - left) * 0.5f + 1e-6f;
    }
  }

  void begin(const scene::FrameParams& params, ColourTable& colours) {
    scene_ = scene::make_plasma(params, size_.width, size_.height);
    colours.set_palette(scene_.palette);
    count_ = static_cast<float>(scene_.palette.count);
    phase_x_ = turns_of(scene_.to);
    phase_y_ = turns_of(scene_.to * 0.7);
    phase_xy_ = turns_of(scene_.to * 1.3);
    phase_r_ = turns_of(scene_.to * 0.9);
    // From here on the sum of sines is scaled, so that a band is a whole number.
    const float scale = count_ * 0.125f, s = scale * std::sin(kPi * phase_x_), c = scale * std::cos(kPi * phase_x_);
    for (int i = 0; i < size_.width; i++) wave_[i] = x10_.sin[i] * c + x10_.cos[i] * s;
    sin_y_ = scale * std::sin(kPi * phase_y_);
    cos_y_ = scale * std::cos(kPi * phase_y_);
    sin_xy_ = scale * std::sin(kPi * phase_xy_);
    cos_xy_ = scale * std::cos(kPi * phase_xy_);
  }

  void paint(int first, int rows, Band& band) {
    for (int r0 = 0; r0 < rows; r0 += kBlockHeight) {
      const int height = min(kBlockHeight, rows - r0);
      classify(first + r0, height);
      Row row[kBlockHeight];
      for (int r = 0; r < height; r++) row[r] = row_at(first + r0 + r);
      uint8_t* const top = band.memory(r0);
      int mixed = 0;
      for (int b = 0; b < blocks_; b++) {
        fill16(top + b * kBlockWidth, static_cast<uint8_t>(kind_[b]));
        mixed_[mixed] = b;
        mixed += kind_[b] == kMixed;
      }
      for (int r = 1; r < height; r++) __builtin_memcpy(top + r * band.stride, top, static_cast<size_t>(size_.width));
      for (int m = 0; m < mixed; m++) {
        const int x = mixed_[m] * kBlockWidth;
        for (int v = 0; v < kBlockWidth; v += kFloats) paint_vector(x + v, row, height, top + x + v, band.stride);
      }
    }
    band.take(rows);
  }

 private:
  static constexpr int kBlockWidth = 16, kBlockHeight = 8;
  static constexpr int kMixed = 255;
  static constexpr double kPi = 3.14159265358979324;
  /// Float32 gives (sum / 4 + 1) / 2 within 1e-6: sines 3e-7 each, the argument of the radial one 2e-6 (it is below 14
  /// half turns, where float32 has steps of 1e-6), over 8. Times below 1e8, beyond which the reference draws, add less
  /// than 1e-7.
  static constexpr float kGuard = 4e-6f;

  /// An angle in half turns, reduced to [0, 2).
  static float turns_of(double phase) {
    const double turn = 6.283185307179586;
    const double r = std::fmod(phase, turn);
    return static_cast<float>((r < 0 ? r + turn : r) / kPi);
  }
  static constexpr float half_turns(double radians) { return static_cast<float>(radians / kPi); }

  /// Sine of angles in half turns, from 0 to 16, within 3e-7 plus the argument's own rounding.
  static Floats sine(Floats a) {
    // Adding 1.5 * 2^23 rounds to a whole number, in the low bits; odd half turns have the other sign.
    const Floats shifted = a + 12582912.0f;
    const Floats f = a - (shifted - 12582912.0f), t = f * f;
    Floats s = fused(t, 0.07722011f, -0.59804517f);
    s = fused(s, t, 2.55003142f);
    s = fused(s, t, -5.16770697f);
    s = fused(s, t, 3.1415925f);
    return s * (Floats)((Ints)f ^ ((Ints)shifted << 31));
  }
  static Floats magnitude(Floats v) { return (Floats)((Ints)v & 0x7fffffff); }

  /// For each block of the row of blocks: the one band it lies in, or kMixed.
  void classify(int first, int rows) {
    const double y0 = scene::axis_at(scene_.y, first), y1 = scene::axis_at(scene_.y, first + rows - 1);
    const float y = static_cast<float>((y0 + y1) / 2), dy = static_cast<float>((y1 - y0) / 2) + 1e-6f;
    const double ay = 5 * (y0 + y1) + kPi * static_cast<double>(phase_y_);
    const float sin_y = static_cast<float>(std::sin(ay)), cos_y = static_cast<float>(std::cos(ay));
    for (int b = 0; b < blocks_; b += kFloats) {
      const Floats x = load<Floats>(block_x_.data() + b), dx = load<Floats>(block_dx_.data() + b);
      const Floats radius = root(x * x + y * y);
      const Floats a1 = half_turns(10) * x + phase_x_, a13 = half_turns(7) * (x + y) + phase_xy_,
                   a4 = half_turns(8) * radius + phase_r_;
      const Floats value = (sine(a1) + sin_y + sine(a13) + sine(a4)) * 0.125f + 0.5f;
      // Half a half turn on, the sine is the cosine.
      const Floats slope13 = 7 * sine(a13 + 0.5f), slope4 = 8 * sine(a4 + 0.5f) / (radius + 1e-9f);
      const Floats gx = 10 * sine(a1 + 0.5f) + slope13 + slope4 * x;
      const Floats gy = 10 * cos_y + slope13 + slope4 * y;
      // Second order: 100 and 100 along the axes, 49 along the diagonal, 64 for the radius where 8 / radius <= 64.
      const Floats curve = 100 * (dx * dx + dy * dy) + 49 * (dx + dy) * (dx + dy) + 64 * (dx * dx + dy * dy);
      const Floats spread = (magnitude(gx) * dx + magnitude(gy) * dy + 0.5f * curve) * 0.125f + 2 * kGuard;
      const Floats low = (value - spread) * count_, high = (value + spread) * count_;
      const Ints band = __builtin_convertvector(low, Ints);
      const Ints flat = (low > 0.0f) & (high < count_) & (high < __builtin_convertvector(band + 1, Floats)) &
                        (radius - dx - dy > 0.125f);
      store(kind_.data() + b, flat ? band : Ints{} + kMixed);
    }
  }

  /// What a row's pixels share: the exact y, and in float32 its own wave with the sum's middle, that of the diagonal
  /// where x = 0 (scaled sine and cosine), and y squared.
  struct Row {
    double y;
    float wave, sin7, cos7, yy;
  };

  Row row_at(int j) const {
    const double y = scene::axis_at(scene_.y, j);
    const float wave = y10_.sin[j] * cos_y_ + y10_.cos[j] * sin_y_;
    return {y, wave + 0.5f * count_, y7_.sin[j] * cos_xy_ + y7_.cos[j] * sin_xy_,
            y7_.cos[j] * cos_xy_ - y7_.sin[j] * sin_xy_, static_cast<float>(y * y)};
  }

  /// A vector's width of pixels in each row.
  void paint_vector(int x0, const Row* row, int rows, uint8_t* out, ptrdiff_t stride) const {
    const Floats x = load<Floats>(x_.data() + x0), wave = load<Floats>(wave_.data() + x0);
    const Floats sin7 = load<Floats>(x7_.sin.data() + x0), cos7 = load<Floats>(x7_.cos.data() + x0);
    const Floats xx = x * x, scale = Floats{} + count_ * 0.125f, phase = Floats{} + phase_r_;
    for (int r = 0; r < rows; r++, out += stride) {
      const Floats radial = sine(fused(root(xx + row[r].yy), half_turns(8), phase));
      const Floats others = fused(sin7, row[r].cos7, fused(cos7, row[r].sin7, wave + row[r].wave));
      const Floats scaled = fused(radial, scale, others);
      // Truncated: what is below 0 is near it.
      const Ints band = __builtin_convertvector(scaled, Ints);
      const Floats middle = scaled - __builtin_convertvector(band, Floats) - 0.5f;
      const Ints near = magnitude(middle) > 0.5f - kGuard * 8;
      store(out, narrow(band));
      if (any((Longs)near)) settle(x0, row[r].y, near, out);
    }
  }

  void settle(int x0, double y, Ints near, uint8_t* out) const {
    for (int l = 0; l < min(kFloats, size_.width - x0); l++) {
      if (!near[l]) continue;
      const int colour = scene::plasma_pixel(scene_, scene::axis_at(scene_.x, x0 + l), y);
      out[l] = static_cast<uint8_t>(colour == scene::kBlack ? scene_.palette.count : colour);
    }
  }

  Size size_;
  int blocks_;
  Array<float> x_, wave_;
  WaveTable x7_, x10_, y7_, y10_;
  Array<float> block_x_, block_dx_;
  Array<int> kind_, mixed_;
  scene::Plasma scene_;
  float count_ = 0, phase_x_ = 0, phase_y_ = 0, phase_xy_ = 0, phase_r_ = 0;
  float sin_y_ = 0, cos_y_ = 0, sin_xy_ = 0, cos_xy_ = 0;
};
