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

/// Sums of each column and the next two of its channel.
void add_threes(const Columns& sums, Columns& threes, int count) {
  for (int i = 0; i < count; i += kLanes) {
    const auto three = [i](const int32_t* c) { return load(c + i) + load(c + i + kStep) + load(c + i + 2 * kStep); };
    store(threes.squares + i, three(sums.squares));
    store(threes.products + i, three(sums.products));
    const int32_t* xy = sums.xy + i;
    store(threes.xy + i, add_pairs(add_pairs(load(xy), load(xy + kStep)), load(xy + 2 * kStep)));
  }
}

/// What a strip is worked on in.
struct Strip {
  Columns sums, threes;
  // The integer parts of the formula, a window each.
  alignas(64) int32_t means[kColumns], covariance[kColumns], mean_squares[kColumns], variances[kColumns];
};

/// Adds up across `count` windows, seven columns each: three, three and one.
void add_across(Strip& strip, int count) {
  const Columns &sums = strip.sums, &threes = strip.threes;
  add_threes(sums, strip.threes, count + 3 * kStep);
  for (int i = 0; i < count; i += kLanes) {
    const auto seven = [i](const int32_t* three, const int32_t* one) {
      return load(three + i) + load(three + i + 3 * kStep) + load(one + i + 6 * kStep);
    };
    const Ints six = add_pairs(load(threes.xy + i), load(threes.xy + i + 3 * kStep));
    const Ints xy = add_pairs(six, load(sums.xy + i + 6 * kStep));
    const Ints mean_squares = dot(xy, xy), means = dot(xy, swapped(xy));
    store(strip.means + i, means);
    store(strip.mean_squares + i, mean_squares);
    store(strip.covariance + i, seven(threes.products, sums.products) - means);
    store(strip.variances + i, seven(threes.squares, sums.squares) - mean_squares);
  }
}

/// The formula's top and bottom for kLanes / 2 windows.
struct Fractions {
  Doubles top, bottom;

  Fractions(const Strip& s, int at)
      : top((doubles(s.means + at) + kC1) * (doubles(s.covariance + at) + kC2)),
        bottom((doubles(s.mean_squares + at) + kC1) * (doubles(s.variances + at) + kC2)) {}
};

/// Adds the SSIM of `count` windows in a row to the sums. Two fractions share a division, a/b + c/d = (ad + cb) / bd.
void add_windows(Strip& strip, int count, double sums[kSums]) {
  add_across(strip, count);
  int at = 0;
  for (; at + 2 * kSums <= count; at += 2 * kSums) {
    for (int lane = 0; lane < kSums; lane += kLanes / 2) {
      const Fractions p(strip, at + lane), q(strip, at + kSums + lane);
      const Doubles top = p.top * q.bottom + q.top * p.bottom;
      store(sums + lane, load(sums + lane) + top / (p.bottom * q.bottom));
    }
  }
  // What is left, one by one.
  for (; at < count; at++) {
    const double top = (strip.means[at] + kC1) * (strip.covariance[at] + kC2);
    sums[at % kSums] += top / ((strip.mean_squares[at] + kC1) * (strip.variances[at] + kC2));
  }
}

double ssim(const uint8_t* a, const uint8_t* b, int width, int height) {
  const ptrdiff_t stride = ptrdiff_t{width} * kStep;
  const int windows = (width - kWindow + 1) * kStep, rows = height - kWindow + 1;
  double sums[kSums] = {};
  Strip strip;
  for (int left = 0; left < windows; left += kStrip) {
    const int count = windows - left < kStrip ? windows - left : kStrip;
    const int span = count + (kWindow - 1) * kStep;
    __builtin_memset(&strip, 0, sizeof strip);
    Row top{a + left, b + left};
    for (int row = 0; row < kWindow; row++) slide<false>(strip.sums, top, top + row * stride, span);
    add_windows(strip, count, sums);
    for (int row = 1; row < rows; row++, top = top + stride) {
      slide<true>(strip.sums, top, top + kWindow * stride, span);
      add_windows(strip, count, sums);
    }
  }
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum / (static_cast<double>(windows) * rows);
}
