// SPDX-License-Identifier: Apache-2.0
// SSIM through 7x7 windows, for one instruction set.
//
// All window sums are integers, so nothing is lost until the last division. With S for a sum over the n = 49 samples
// of a window, scikit-image's formula (its sample covariance divides by n - 1), top and bottom times (49 (n-1) 49)^2,
// is
//
//   (2 Sx Sy + 49^2 C1) (49 S2xy - 2 Sx Sy + 49 48 C2)  /  ((Sx^2 + Sy^2 + 49^2 C1) (49 Sxx+yy - Sx^2 - Sy^2 + 49 48
//   C2))
//
// where each integer part is below 2^29.

constexpr int kStep = 3;  // samples from one pixel to the next
constexpr int kWindow = 7, kCount = kWindow * kWindow;
constexpr double kC1 = 0.01 * 255 * 0.01 * 255 * kCount * kCount;
constexpr double kC2 = 0.03 * 255 * 0.03 * 255 * kCount * (kCount - 1);
/// Terms are added up in so many sums, whatever the vectors' width: then every instruction set rounds alike.
constexpr int kSums = 16;
/// Samples that are worked on at a time, all the way down: their column sums stay in the nearest cache.
constexpr int kStrip = 512;
constexpr int kColumns = kStrip + (kWindow - 1) * kStep + 2 * kLanes;

/// Sums over kWindow rows of each column of samples; a sample's x and y side by side; the others times kCount.
struct Columns {
  alignas(64) int32_t xy[kColumns];
  alignas(64) int32_t squares[kColumns];   // x^2 + y^2
  alignas(64) int32_t products[kColumns];  // 2 x y
};

/// A row of both pictures.
struct Row {
  const uint8_t *a, *b;
  Row operator+(ptrdiff_t bytes) const { return {a + bytes, b + bytes}; }
};

/// x in the low half, y in the high one.
inline Ints pairs(Row row) { return widen(row.a) | widen(row.b) << 16; }
inline Ints swapped(Ints pair) { return pair << 16 | (Ints)((UnsignedInts)pair >> 16); }
inline Ints times_count(Ints pair) { return (Ints)((Shorts)pair * static_cast<int16_t>(kCount)); }
inline Ints add_pairs(Ints a, Ints b) { return (Ints)((Shorts)a + (Shorts)b); }

template <bool has_old>
inline void slide_vector(Columns& sums, int i, Row old, Row now) {
  const Ints in = pairs(now), in_scaled = times_count(in);
  Ints xy = add_pairs(load(sums.xy + i), in);
  Ints squares = load(sums.squares + i) + dot(in, in_scaled);
  Ints products = load(sums.products + i) + dot(swapped(in), in_scaled);
  if (has_old) {
    const Ints out = pairs(old), out_scaled = times_count(out);
    xy = (Ints)((Shorts)xy - (Shorts)out);
    squares -= dot(out, out_scaled);
    products -= dot(swapped(out), out_scaled);
  }
  store(sums.xy + i, xy);
  store(sums.squares + i, squares);
  store(sums.products + i, products);
}

/// The first `count` samples of a row, with room for a whole vector.
struct Tail {
  uint8_t a[kLanes] = {}, b[kLanes] = {};
  Tail(Row row, int count) {
    __builtin_memcpy(a, row.a, static_cast<size_t>(count));
    __builtin_memcpy(b, row.b, static_cast<size_t>(count));
  }
  Row row() const { return {a, b}; }
};

/// Adds `count` samples of a row to the sums, and takes out those of another.
template <bool has_old>
void slide(Columns& sums, Row old, Row now, int count) {
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) slide_vector<has_old>(sums, i, old + i, now + i);
  if (i == count) return;
  // Nothing is read past the end of a picture.
  const Tail before(old + i, count - i), after(now + i, count - i);
  slide_vector<has_old>(sums, i, before.row(), after.row());
}

/// Top and bottom of the formula for kLanes windows.
struct Fractions {
  Doubles top[2], bottom[2];
};

inline Ints across_pairs(const int32_t* columns) {
  Ints sum = load(columns);
  for (int k = 1; k < kWindow; k++) sum = add_pairs(sum, load(columns + k * kStep));
  return sum;
}
inline Ints across(const int32_t* columns) {
  Ints sum = load(columns);
  for (int k = 1; k < kWindow; k++) sum += load(columns + k * kStep);
  return sum;
}

inline Fractions fractions(const Columns& sums, int at) {
  const Ints xy = across_pairs(sums.xy + at);
  const Ints mean_squares = dot(xy, xy), means = dot(xy, swapped(xy));
  const Ints variances = across(sums.squares + at) - mean_squares, covariance = across(sums.products + at) - means;
  Fractions f;
  f.top[0] = (lower(means) + kC1) * (lower(covariance) + kC2);
  f.top[1] = (upper(means) + kC1) * (upper(covariance) + kC2);
  f.bottom[0] = (lower(mean_squares) + kC1) * (lower(variances) + kC2);
  f.bottom[1] = (upper(mean_squares) + kC1) * (upper(variances) + kC2);
  return f;
}

/// Adds the SSIM of `count` windows in a row to the sums. Two fractions share a division, a/b + c/d = (ad + cb) / bd.
void add_windows(const Columns& columns, int count, double sums[kSums]) {
  int at = 0;
  for (; at + 2 * kSums <= count; at += 2 * kSums) {
    for (int lane = 0; lane < kSums; lane += kLanes) {
      const Fractions p = fractions(columns, at + lane), q = fractions(columns, at + kSums + lane);
      for (int h = 0; h < 2; h++) {
        double* sum = sums + lane + h * kLanes / 2;
        const Doubles top = p.top[h] * q.bottom[h] + q.top[h] * p.bottom[h];
        store(sum, load(sum) + top / (p.bottom[h] * q.bottom[h]));
      }
    }
  }
  // What is left, one by one.
  for (; at < count; at += kLanes) {
    const Fractions rest = fractions(columns, at);
    for (int lane = 0; lane < kLanes && at + lane < count; lane++) {
      const int h = lane * 2 / kLanes, i = lane % (kLanes / 2);
      sums[(at + lane) % kSums] += rest.top[h][i] / rest.bottom[h][i];
    }
  }
}

double ssim(const uint8_t* a, const uint8_t* b, int width, int height) {
  const ptrdiff_t stride = ptrdiff_t{width} * kStep;
  const int windows = (width - kWindow + 1) * kStep, rows = height - kWindow + 1;
  double sums[kSums] = {};
  Columns columns;
  for (int left = 0; left < windows; left += kStrip) {
    const int count = windows - left < kStrip ? windows - left : kStrip;
    const int span = count + (kWindow - 1) * kStep;
    __builtin_memset(&columns, 0, sizeof columns);
    Row top{a + left, b + left};
    for (int row = 0; row < kWindow; row++) slide<false>(columns, top, top + row * stride, span);
    add_windows(columns, count, sums);
    for (int row = 1; row < rows; row++, top = top + stride) {
      slide<true>(columns, top, top + kWindow * stride, span);
      add_windows(columns, count, sums);
    }
  }
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum / (static_cast<double>(windows) * rows);
}
