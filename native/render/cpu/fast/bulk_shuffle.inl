// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: the bulk of a row where tables of 16 bytes can be looked up in registers.

FK_HOST int bulk_plane(const uint8_t* index, int width, const uint8_t* table, uint8_t* out) {
  const Bytes entries = each_lane(table);
  int x = 0;
  for (; x + kVectorBytes <= width; x += kVectorBytes) store(out + x, look_up(entries, load<Bytes>(index + x)));
  return x;
}

/// For each byte of RGB: which of its lane's pixels it comes from, and whether that is green or blue.
struct Spread {
  uint8_t pixel[3][kVectorBytes];
  int8_t green[3][kVectorBytes], blue[3][kVectorBytes];

  constexpr Spread() : pixel(), green(), blue() {
    for (int at = 0; at < 3 * kVectorBytes; at++) {
      const int part = at / kVectorBytes, l = at % kVectorBytes;
      pixel[part][l] = static_cast<uint8_t>(at % 48 / 3);
      green[part][l] = at % 3 == 1 ? -1 : 0;
      blue[part][l] = at % 3 == 2 ? -1 : 0;
    }
  }
};
constexpr Spread kSpread;

FK_HOST int bulk_rgb(const uint8_t* index, int width, const ColourTable& colours, uint8_t* out) {
  const Bytes red = each_lane(colours.red), green = each_lane(colours.green), blue = each_lane(colours.blue);
  const auto part = [&](int k, Bytes pixels) __attribute__((always_inline)) {
    const Bytes i = look_up(pixels, load<Bytes>(kSpread.pixel[k]));
    const Bytes rg = load<SignedBytes>(kSpread.green[k]) < 0 ? look_up(green, i) : look_up(red, i);
    return load<SignedBytes>(kSpread.blue[k]) < 0 ? look_up(blue, i) : rg;
  };
  int x = 0;
  for (; x + kVectorBytes <= width; x += kVectorBytes, out += 3 * kVectorBytes) {
    const Bytes pixels = load<Bytes>(index + x);
    store(out, part(0, spread_lanes<0>(pixels)));
    store(out + kVectorBytes, part(1, spread_lanes<1>(pixels)));
    store(out + 2 * kVectorBytes, part(2, spread_lanes<2>(pixels)));
  }
  return x;
}

FK_HOST int bulk_chroma(const uint8_t* top, const uint8_t* bottom, int width, const ColourTable& colours,
                        uint8_t* out) {
  const Bytes cb_low = each_lane(colours.cb_low), cb_high = each_lane(colours.cb_high);
  const Bytes cr_low = each_lane(colours.cr_low), cr_high = each_lane(colours.cr_high);
  int x = 0;
  for (; x + kVectorBytes <= width; x += kVectorBytes) {
    const Bytes t = load<Bytes>(top + x), b = load<Bytes>(bottom + x);
    // Sums of two entries fit a byte: low ones are below 128, high ones at most 120.
    const auto sum_of_four = [&](Bytes low, Bytes high) {
      const Shorts lows = pair_sums(look_up(low, t) + look_up(low, b));
      const Shorts highs = pair_sums(look_up(high, t) + look_up(high, b));
      return lows + (highs << 7) + 128;
    };
    store(out + x, (sum_of_four(cb_low, cb_high) >> 8) | (sum_of_four(cr_low, cr_high) & 0xff00));
  }
  return x;
}
