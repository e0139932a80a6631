// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: circles. Outside and inside they are flat; only the soft rims are computed, in float64.

class GeometricPainter {
 public:
  static constexpr int kRows = 2;

  explicit GeometricPainter(Size size) : size_(size), x_(static_cast<size_t>(size.width) + 32) {
    const scene::Axis axis = scene::make_axis(0, 1, size.width);
    for (int i = 0; i < size.width; i++) x_[i] = scene::axis_at(axis, i);
  }

  void begin(const scene::FrameParams& params, ColourTable& colours) {
    scene_ = scene::make_geometric(params, size_.width, size_.height);
    // A flat pixel's index is the set of circles that cover it.
    for (int set = 0; set < 1 << scene_.count; set++) {
      uint8_t rgb[3];
      for (int c = 0; c < 3; c++) {
        double sum = 0;
        for (int i = 0; i < scene_.count; i++) {
          if (set >> i & 1) sum += scene_.palette.rgb[scene_.circle[i].colour][c];
        }
        rgb[c] = scene::to_byte(sum > 1 ? 1 : sum);
      }
      colours.set(set, rgb);
    }
  }

  void paint(int first, int rows, Band& band) {
    band.take(rows);
    band.patches = 0;
    bool empty = true;
    for (int r = 0; r < rows; r++) {
      __builtin_memset(band.memory(r), 0, static_cast<size_t>(band.stride));
      const double y = scene::axis_at(scene_.y, first + r);
      for (int i = 0; i < scene_.count; i++) {
        if (paint_circle(i, y, band.memory(r), band)) empty = false;
      }
    }
    band.same[0] = first > 0 && empty && was_empty_;
    band.same[1] = empty;
    was_empty_ = empty;
    merge_patches(band);
    for (int p = 0; p < band.patches; p++) {
      for (int r = 0; r < rows; r++) {
        paint_exactly(band.patch[p], scene::axis_at(scene_.y, first + r), band.pixels(r));
      }
    }
  }

 private:
  /// Last column at or before x, at most one too early or late; the callers keep two columns of distance.
  int column(double x) const { return floor_clamped(x * (size_.width - 1), 0, size_.width); }

  /// Marks what circle i surely covers in the row, and patches what it may cover in part. False when it is elsewhere.
  bool paint_circle(int i, double y, uint8_t* row, Band& band) const {
    const scene::Geometric::Circle& c = scene_.circle[i];
    const double dy = y - c.cy, outer2 = c.r * c.r - dy * dy;
    const double inner = c.r - scene::Geometric::kSoft, inner2 = inner * inner - dy * dy;
    if (outer2 < -1e-9) return false;
    const double half = std::sqrt(outer2 > 0 ? outer2 : 0);
    const int begin = max(column(c.cx - half) - 2, 0), end = min(column(c.cx + half) + 3, size_.width);
    if (inner2 > 0) {
      const double hole = std::sqrt(inner2);
      const int from = column(c.cx - hole) + 3, to = column(c.cx + hole) - 2;
      if (from < to) {
        for (int x = from; x < to; x++) row[x] = static_cast<uint8_t>(row[x] | 1 << i);
        add_patch(band, begin, from);
        add_patch(band, to, end);
        return true;
      }
    }
    add_patch(band, begin, end);
    return true;
  }

  void add_patch(Band& band, int begin, int end) const {
    begin &= ~1;
    end = min((end + 1) & ~1, size_.width);
    if (begin < end) band.patch[band.patches++] = {begin, end};
  }

  static void merge_patches(Band& band) {
    Patch* patch = band.patch;
    for (int i = 1; i < band.patches; i++) {
      const Patch p = patch[i];
      int k = i;
      for (; k > 0 && patch[k - 1].begin > p.begin; k--) patch[k] = patch[k - 1];
      patch[k] = p;
    }
    int kept = 0;
    for (int i = 0; i < band.patches; i++) {
      if (kept > 0 && patch[i].begin <= patch[kept - 1].end) {
        patch[kept - 1].end = max(patch[kept - 1].end, patch[i].end);
      } else {
        patch[kept++] = patch[i];
      }
    }
    band.patches = kept;
  }

  void paint_exactly(Patch patch, double y, uint32_t* pixel) const {
    const double left = x_[patch.begin], right = x_[patch.end - 1];
    const scene::Geometric::Circle* near[scene::Geometric::kMaxCircles];
    int count = 0;
    for (int i = 0; i < scene_.count; i++) {
      // A circle that is far away adds s = 0, which changes nothing.
      const scene::Geometric::Circle& c = scene_.circle[i];
      const double reach = c.r + 1e-6;
      if (left - c.cx < reach && c.cx - right < reach && __builtin_fabs(y - c.cy) < reach) near[count++] = &c;
    }
    for (int x0 = patch.begin; x0 < patch.end; x0 += kDoubles) {
      const Doubles x = load<Doubles>(x_.data() + x0);
      Doubles sum[3] = {};
      for (int i = 0; i < count; i++) {
        const scene::Geometric::Circle& c = *near[i];
        const double* rgb = scene_.palette.rgb[c.colour];
        const Doubles s = cover(c, x, y);
        for (int k = 0; k < 3; k++) sum[k] += s * rgb[k];
      }
      DoubleInts value[3];
      for (int k = 0; k < 3; k++) {
        value[k] = __builtin_convertvector((sum[k] > 1.0 ? Doubles{} + 1.0 : sum[k]) * 255.0, DoubleInts);
      }
      store(pixel + x0, value[0] | value[1] << 8 | value[2] << 16);
    }
  }

  /// scene::geometric_cover for a vector.
  static Doubles cover(const scene::Geometric::Circle& c, Doubles x, double y) {
    const Doubles dx = x - c.cx;
    const double dy = y - c.cy;
    const Doubles dist = root(dx * dx + dy * dy) - c.r;
    Doubles u = (-dist - 0.0) / (scene::Geometric::kSoft - 0.0);
    u = u < 0.0 ? Doubles{} : u;
    u = u > 1.0 ? Doubles{} + 1.0 : u;
    return u * u * (3.0 - 2.0 * u);
  }

  Size size_;
  Array<double> x_;
  scene::Geometric scene_;
  bool was_empty_ = false;
};
