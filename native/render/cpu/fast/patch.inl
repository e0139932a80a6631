// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: pixels that have colours of their own, put over what the indices wrote.

FK_HOST void patch_plane_row(const uint8_t* rgb, Patch p, uint8_t (*convert)(int, int, int), uint8_t* out) {
  for (int x = p.begin; x < p.end; x++) out[x] = convert(rgb[x * 3], rgb[x * 3 + 1], rgb[x * 3 + 2]);
}

FK_HOST uint8_t luma_of(int r, int g, int b) { return colour::luma(r, g, b); }
FK_HOST uint8_t cb_of(int r, int g, int b) { return colour::chroma_of_one(colour::cb64(r, g, b)); }
FK_HOST uint8_t cr_of(int r, int g, int b) { return colour::chroma_of_one(colour::cr64(r, g, b)); }

/// `step` is the distance of neighbours in cb and in cr: 2 in NV12.
FK_HOST void patch_chroma_row(const uint8_t* top, const uint8_t* bottom, Patch p, uint8_t* cb, uint8_t* cr, int step) {
  for (int x = p.begin; x < p.end; x += 2) {
    uint32_t u = 0, v = 0;
    for (int k = 0; k < 4; k++) {
      const uint8_t* rgb = (k < 2 ? top : bottom) + min(x + k % 2, p.end - 1) * 3;
      u += colour::cb64(rgb[0], rgb[1], rgb[2]);
      v += colour::cr64(rgb[0], rgb[1], rgb[2]);
    }
    cb[x / 2 * step] = colour::chroma_of_four(u);
    cr[x / 2 * step] = colour::chroma_of_four(v);
  }
}
