// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: what a painter hands to the writer.

constexpr int kBandRows = 16;
constexpr int kTableSize = 16;
constexpr int kMaxPatches = 3 * scene::Geometric::kMaxCircles * 2;

/// The frame's flat colours, in every form a writer needs.
struct ColourTable {
  uint8_t rgb[kTableSize][4];
  uint8_t luma[kTableSize];
  uint8_t cb[kTableSize], cr[kTableSize];
  /// cb64 | cr64 << 16
  uint32_t chroma64[kTableSize];

  void set(int index, const uint8_t colour[3]) {
    const int r = colour[0], g = colour[1], b = colour[2];
    for (int c = 0; c < 3; c++) rgb[index][c] = colour[c];
    luma[index] = colour::luma(r, g, b);
    cb[index] = colour::chroma_of_one(colour::cb64(r, g, b));
    cr[index] = colour::chroma_of_one(colour::cr64(r, g, b));
    chroma64[index] = colour::cb64(r, g, b) | static_cast<uint32_t>(colour::cr64(r, g, b)) << 16;
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

/// Columns [begin, end) of a row pair whose pixels are in `rgb`, not in the index plane. `begin` is even, and `end`
/// is even or the width.
struct Patch {
  int begin, end;
};

/// A few rows of the frame: an index into the colour table for each pixel.
struct Band {
  explicit Band(int width)
      : stride((width + 63) / 64 * 64),
        index(static_cast<size_t>(stride) * kBandRows),
        rgb(static_cast<size_t>(width) * 6) {}

  uint8_t* row(int r) { return index.data() + r * stride; }

  int stride;
  Array<uint8_t> index;
  /// same[r]: row r is equal to row r - 1 of this band.
  bool same[kBandRows] = {};
  /// Patches of a two-row band, in order, not overlapping; their pixels are packed RGB, row r at r * width * 3.
  Patch patch[kMaxPatches];
  int patches = 0;
  Array<uint8_t> rgb;
};
