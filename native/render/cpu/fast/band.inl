// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: what a painter hands to the writer.

constexpr int kBandRows = 16;
constexpr int kTableSize = 16;
constexpr int kMaxPatches = 3 * scene::Geometric::kMaxCircles * 2;

/// The frame's flat colours, in every form a writer needs.
struct ColourTable {
  uint8_t rgb[kTableSize][4];
  uint8_t red[kTableSize], green[kTableSize], blue[kTableSize];
  uint8_t luma[kTableSize];
  uint8_t cb[kTableSize], cr[kTableSize];
  /// cb64 | cr64 << 16
  uint32_t chroma64[kTableSize];
  /// The low seven bits of cb64 and cr64, and the seven above.
  uint8_t cb_low[kTableSize], cb_high[kTableSize], cr_low[kTableSize], cr_high[kTableSize];

  void set(int index, const uint8_t colour[3]) {
    const int r = colour[0], g = colour[1], b = colour[2];
    const int cb64 = colour::cb64(r, g, b), cr64 = colour::cr64(r, g, b);
    for (int c = 0; c < 3; c++) rgb[index][c] = colour[c];
    red[index] = colour[0];
    green[index] = colour[1];
    blue[index] = colour[2];
    luma[index] = colour::luma(r, g, b);
    cb[index] = colour::chroma_of_one(cb64);
    cr[index] = colour::chroma_of_one(cr64);
    chroma64[index] = cb64 | static_cast<uint32_t>(cr64) << 16;
    cb_low[index] = cb64 & 127;
    cb_high[index] = static_cast<uint8_t>(cb64 >> 7);
    cr_low[index] = cr64 & 127;
    cr_high[index] = static_cast<uint8_t>(cr64 >> 7);
  }

  /// Entry i is the palette's colour i, entry `count` is black.
  void set_palette(const scene::Palette& palette) {
    for (int i = 0; i <= palette.count; i++) {
      uint8_t rgb8[3] = {0, 0, 0};
      for (int c = 0; c < 3 && i < palette.count; c++) rgb8[c] = scene::to_byte(palette.rgb[i][c]);
      set(i, rgb8);
    }
  }
};

/// Sums of four pixels' chroma64 to a pair of bytes. Both at once: they stay below 2^16, and so does the rounding.
FK_HOST uint16_t chroma_pair(uint32_t sum) {
  sum += 128u << 16 | 128u;
  return static_cast<uint16_t>((sum >> 8 & 0xff) | (sum >> 16 & 0xff00));
}

/// Columns [begin, end) of a row pair whose pixels are not in the index plane. `begin` is even, and `end` is even or
/// the width.
struct Patch {
  int begin, end;
};

/// A few rows of the frame: an index into the colour table for each pixel.
struct Band {
  explicit Band(int width)
      : stride((width + 63) / 64 * 64 + 64),
        index(static_cast<size_t>(stride) * kBandRows),
        pixel(static_cast<size_t>(stride) * 2),
        sums(static_cast<size_t>(stride)),
        pairs(static_cast<size_t>(stride)) {}

  /// The first rows are in their own memory, and differ.
  void take(int rows) {
    for (int r = 0; r < rows; r++) {
      row[r] = memory(r);
      same[r] = false;
    }
  }

  uint8_t* memory(int r) { return index.data() + r * stride; }
  uint32_t* pixels(int r) { return pixel.data() + r * stride; }
  const uint32_t* pixels(int r) const { return pixel.data() + r * stride; }

  /// Leaves room behind a row for a vector's overshoot.
  int stride;
  Array<uint8_t> index;
  /// Where row r is.
  const uint8_t* row[kBandRows] = {};
  /// same[r]: row r is equal to the one before it, be it of the band before. Rows of patches never are.
  bool same[kBandRows] = {};
  /// Patches of a two-row band, in order, not overlapping; their pixels are r | g << 8 | b << 16 in pixels(row).
  Patch patch[kMaxPatches];
  int patches = 0;
  Array<uint32_t> pixel;
  /// For the writer: chroma on its way to the picture.
  Array<uint32_t> sums;
  Array<uint8_t> pairs;
};
