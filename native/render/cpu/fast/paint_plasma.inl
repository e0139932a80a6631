// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: plasma. Most blocks lie within one band, which value, gradient and curvature at the centre prove;
// the pixels of the others are computed in float32, and those too near an edge for it in exact float64.

class PlasmaPainter {
 public:
  static constexpr int kRows = kBandRows;

  explicit PlasmaPainter(Size size)
      : size_(size),
        blocks_((size.width + kBlockWidth - 1) / kBlockWidth),
        x_(padded()),
        sin7x_(padded()),
        cos7x_(padded()),
        sin10x_(padded()),
        cos10x_(padded()),
        wave_(padded()),
        block_x_(static_cast<size_t>(blocks_)),
        block_dx_(static_cast<size_t>(blocks_)),
        kind_(static_cast<size_t>(blocks_)) {
    const scene::Axis axis = scene::make_axis(0, 1, size.width);
    for (int i = 0; i < size.width; i++) {
      const double x = scene::axis_at(axis, i);
      x_[i] = static_cast<float>(x);
      sin7x_[i] = static_cast<float>(std::sin(7 * x));
      cos7x_[i] = static_cast<float>(std::cos(7 * x));
      sin10x_[i] = static_cast<float>(std::sin(10 * x));
      cos10x_[i] = static_cast<float>(std::cos(10 * x));
    }
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
    phase_y_ = reduced(scene_.to * 0.7);
    phase_xy_ = reduced(scene_.to * 1.3);
    phase_r_ = static_cast<float>(reduced(scene_.to * 0.9));
    const float s = static_cast<float>(std::sin(scene_.to)), c = static_cast<float>(std::cos(scene_.to));
    for (int i = 0; i < size_.width; i++) wave_[i] = sin10x_[i] * c + cos10x_[i] * s;
  }

  void paint(int first, int rows, Band& band) {
    for (int r0 = 0; r0 < rows; r0 += kBlockHeight) {
      const int block_rows = min(kBlockHeight, rows - r0);
      classify(first + r0, block_rows);
      for (int r = r0; r < r0 + block_rows; r++) paint_row(first + r, band.row(r));
    }
    for (int r = 0; r < rows; r++) band.same[r] = false;
  }

 private:
  static constexpr int kBlockWidth = 16, kBlockHeight = 8;
  static constexpr int kMixed = 255;
  /// Float32 gives (sum / 4 + 1) / 2 within 1e-6: sines 2e-7 each, the argument of the radial one 2e-6 (it is below 32,
  /// where float32 has steps of 2e-6), over 8. Times below 1e8, beyond which the reference draws, add less than 1e-7.
  static constexpr float kGuard = 4e-6f;

  size_t padded() const { return static_cast<size_t>(size_.width) + 64; }

  static double reduced(double phase) {
    const double turn = 6.283185307179586;
    const double r = std::fmod(phase, turn);
    return r < 0 ? r + turn : r;
  }

  /// Sine of an angle in [0, 32], within 2e-7 plus the argument's own rounding.
  static float sine(float a) {
    const int half_turns = static_cast<int>(a * 0.318309886f + 0.5f);
    const float k = static_cast<float>(half_turns);
    float r = (a - k * 3.140625f) - k * 9.67653589793e-4f;
    r = half_turns & 1 ? -r : r;
    const float t = r * r;
    return r * (1.0f + t * (-0.16666648f + t * (0.0083329f + t * (-0.00019800897f + t * 2.5904876e-06f))));
  }

  /// For each block of the row of blocks: the one band it lies in, or kMixed.
  void classify(int first, int rows) {
    const scene::Axis& y_axis = scene_.y;
    const double y0 = scene::axis_at(y_axis, first), y1 = scene::axis_at(y_axis, first + rows - 1);
    const float y = static_cast<float>((y0 + y1) / 2), dy = static_cast<float>((y1 - y0) / 2) + 1e-6f;
    const float ay = static_cast<float>(10 * ((y0 + y1) / 2) + phase_y_), a3 = static_cast<float>(phase_xy_);
    const float sin_y = std::sin(ay), cos_y = std::cos(ay), phase_x = static_cast<float>(reduced(scene_.to));
    constexpr float kQuarterTurn = 1.57079633f;
    // Locals, because a store to the kinds could alias members, and the loop would not become vectors.
    const float count = count_, phase_r = phase_r_;
    const float *xs = block_x_.data(), *dxs = block_dx_.data();
    int* kind = kind_.data();
    for (int b = 0, blocks = blocks_; b < blocks; b++) {
      const float x = xs[b], dx = dxs[b];
      const float radius = std::sqrt(x * x + y * y);
      const float a1 = 10 * x + phase_x, a13 = 7 * (x + y) + a3, a4 = 8 * radius + phase_r;
      const float value = (sine(a1) + sin_y + sine(a13) + sine(a4)) * 0.125f + 0.5f;
      const float slope13 = 7 * sine(a13 + kQuarterTurn), slope4 = 8 * sine(a4 + kQuarterTurn) / (radius + 1e-9f);
      const float gx = 10 * sine(a1 + kQuarterTurn) + slope13 + slope4 * x;
      const float gy = 10 * cos_y + slope13 + slope4 * y;
      // Second order: 100 and 100 along the axes, 49 along the diagonal, 64 for the radius where 8 / radius <= 64.
      const float curve = 100 * (dx * dx + dy * dy) + 49 * (dx + dy) * (dx + dy) + 64 * (dx * dx + dy * dy);
      const float spread = (__builtin_fabsf(gx) * dx + __builtin_fabsf(gy) * dy + 0.5f * curve) * 0.125f + 2 * kGuard;
      const float low = (value - spread) * count, high = (value + spread) * count;
      const int band = static_cast<int>(low);
      // Without branches, so that the loop becomes vectors.
      const bool flat =
          (low > 0) & (high < count) & (high < static_cast<float>(band + 1)) & (radius - dx - dy > 0.125f);
      kind[b] = flat ? band : kMixed;
    }
  }

  void paint_row(int j, uint8_t* row) {
    const double y = scene::axis_at(scene_.y, j);
    const float wave_y = static_cast<float>(std::sin(10 * y + phase_y_));
    const float s = static_cast<float>(std::sin(7 * y + phase_xy_)),
                c = static_cast<float>(std::cos(7 * y + phase_xy_));
    const float yy = static_cast<float>(y * y);
    for (int b = 0; b < blocks_; b++) {
      uint8_t* out = row + b * kBlockWidth;
      if (kind_[b] != kMixed) {
        fill16(out, static_cast<uint8_t>(kind_[b]));
        continue;
      }
      const int x0 = b * kBlockWidth;
      const float* x = x_.data() + x0;
      const float* wave = wave_.data() + x0;
      const float* sin7x = sin7x_.data() + x0;
      const float* cos7x = cos7x_.data() + x0;
      int index[kBlockWidth], unsure = 0;
      for (int l = 0; l < kBlockWidth; l++) {
        const float radial = sine(8 * std::sqrt(x[l] * x[l] + yy) + phase_r_);
        const float value = (wave[l] + wave_y + (sin7x[l] * c + cos7x[l] * s) + radial) * 0.125f + 0.5f;
        const float scaled = value * count_;
        const int band = static_cast<int>(scaled + 1) - 1;  // floor, for scaled > -1
        const float above = scaled - static_cast<float>(band);
        const int near = (above < kGuard * 8) | (above > 1 - kGuard * 8);
        index[l] = near ? kMixed : band;
        unsure |= near;
      }
      for (int l = 0; l < kBlockWidth; l++) out[l] = static_cast<uint8_t>(index[l]);
      if (unsure) settle(x0, y, out);
    }
  }

  void settle(int x0, double y, uint8_t* out) const {
    const int lanes = min(kBlockWidth, size_.width - x0);
    for (int l = 0; l < lanes; l++) {
      if (out[l] != kMixed) continue;
      const int colour = scene::plasma_pixel(scene_, scene::axis_at(scene_.x, x0 + l), y);
      out[l] = static_cast<uint8_t>(colour == scene::kBlack ? scene_.palette.count : colour);
    }
    for (int l = lanes; l < kBlockWidth; l++) out[l] = 0;
  }

  Size size_;
  int blocks_;
  Array<float> x_, sin7x_, cos7x_, sin10x_, cos10x_, wave_;
  Array<float> block_x_, block_dx_;
  Array<int> kind_;
  scene::Plasma scene_;
  float count_ = 0, phase_r_ = 0;
  double phase_y_ = 0, phase_xy_ = 0;
};
