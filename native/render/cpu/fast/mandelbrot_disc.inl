// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: what discs around the orbits of whole tiles tell about them, a tile a lane.

/// The steps at which colours change: the pixels with |z| <= 2 in step[i], and so in all before, pass change i.
struct MandelbrotChanges {
  int count = 0;
  int step[scene::Mandelbrot::kIterations];
};

// How far each precision is trusted: `up` is relative and for a few roundings, `slack` for those of one z * z + c
// relative to its terms.
struct FloatDisc {
  using Scalar = float;
  using Vector = Floats;
  using Mask = Ints;
  static constexpr Scalar kUp = 1e-5f, kSlack = 6e-7f;
};
struct DoubleDisc {
  using Scalar = double;
  using Vector = Doubles;
  using Mask = Longs;
  static constexpr Scalar kUp = 1e-12, kSlack = 2e-15;
};

/// Of tiles with centre (cx, cy), `half` from there to their corners: how many changes all pixels of a tile pass, or -1
/// where the disc cannot tell.
template <typename Disc, typename Vector = typename Disc::Vector, typename Mask = typename Disc::Mask>
inline Mask changes_passed_by_all(Vector cx, Vector cy, Vector half, const MandelbrotChanges& changes) {
  using Scalar = typename Disc::Scalar;
  constexpr Scalar kUp = Disc::kUp, kSlack = Disc::kSlack, kQuarter = Scalar(0.25);
  const Vector ax = cx < 0 ? -cx : cx, ay = cy < 0 ? -cy : cy;
  const Vector c_radius = half * (1 + kUp) + (ax + ay + 4) * kSlack;

  // Surely in the main cardioid, whose boundary is where `edge` is 0 (its gradient is below 16 nearby), or in the disc
  // of period 2: no orbit leaves |z| <= 2.
  const Vector xq = cx - kQuarter, q = xq * xq + cy * cy, edge = q * (q + xq) - cy * cy * kQuarter;
  const Vector bulb = kQuarter - c_radius;
  const Mask small = c_radius < Scalar(0.1);
  const Mask in_cardioid = small & (ax < 1) & (ay < Scalar(0.7)) & (edge < c_radius * -16 - kUp);
  const Mask in_bulb = small & ((cx + 1) * (cx + 1) + cy * cy < bulb * bulb * (1 - 4 * kUp));
  Mask open = ~(in_cardioid | in_bulb), passed = open ? Mask{} : Mask{} + changes.count, torn = Mask{};

  Vector re = cx, im = cy, radius = c_radius;
  for (int k = 1, change = 0; change < changes.count; k++) {
    const Vector norm = re * re + im * im, reach = radius + (2 + kUp), rest = (2 - kUp) - radius;
    // Tiles wholly outside pass no more.
    open &= ~(norm > reach * reach * (1 + kUp));
    torn |= ~((rest > 0) & (norm < rest * rest * (1 - kUp)));
    // Once the disc is as large as this, waiting for it to leave is vain.
    Mask lost = open & (radius > 1);
    if (k == changes.step[change]) {
      change++;
      lost |= open & torn;
      passed -= open;
    }
    passed = lost ? Mask{} - 1 : passed;
    open &= ~lost;
    if (!any((Longs)open)) break;
    radius = (2 * root(norm) * radius + radius * radius) * (1 + kUp) + (c_radius + norm * kSlack);
    const Vector next = (re * re - im * im) + cx;
    im = (re * im + im * re) + cy;
    re = next;
  }
  return passed;
}
