// SPDX-License-Identifier: Apache-2.0
#include "nvenc/h264.h"

#include <algorithm>

namespace framekiln::doubles {
namespace {

class Bits {
 public:
  void u(int count, uint32_t value) {
    for (int i = count - 1; i >= 0; i--) {
      if (used_ == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<uint8_t>(bytes_.back() | (value >> i & 1) << (7 - used_));
      used_ = (used_ + 1) % 8;
    }
  }
  void ue(uint32_t value) {
    int length = 0;
    while ((value + 1) >> (length + 1)) length++;
    u(length, 0);
    u(length + 1, value + 1);
  }
  void align() { used_ = 0; }
  void byte(uint8_t value) { bytes_.push_back(value); }
  void trail() {
    u(1, 1);
    align();
  }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
  int used_ = 0;
};

/// Behind a start code, with a 3 wherever the payload would look like one.
void append_unit(std::vector<uint8_t>& out, uint8_t header, const Bits& payload) {
  out.insert(out.end(), {0, 0, 0, 1, header});
  int zeros = 0;
  for (uint8_t byte : payload.bytes()) {
    if (zeros == 2 && byte <= 3) {
      out.push_back(3);
      zeros = 0;
    }
    out.push_back(byte);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
}

int macroblocks(int pixels) { return (pixels + 15) / 16; }

constexpr int kFrameNumberBits = 8;

}  // namespace

std::vector<uint8_t> parameter_sets(const H264Stream& s) {
  Bits sps;
  sps.u(8, 100);  // High
  sps.u(8, 0);
  sps.u(8, 52);
  sps.ue(0);  // its id
  sps.ue(1);  // 4:2:0
  sps.ue(0);
  sps.ue(0);
  sps.u(2, 0);
  sps.ue(kFrameNumberBits - 4);
  sps.ue(2);  // order of display is order of decoding
  sps.ue(1);
  sps.u(1, 0);
  sps.ue(static_cast<uint32_t>(macroblocks(s.width) - 1));
  sps.ue(static_cast<uint32_t>(macroblocks(s.height) - 1));
  sps.u(1, 1);  // frames
  sps.u(1, 1);
  sps.u(1, 1);  // cropping, by whole chroma samples
  sps.ue(0);
  sps.ue(static_cast<uint32_t>(macroblocks(s.width) * 16 - s.width) / 2);
  sps.ue(0);
  sps.ue(static_cast<uint32_t>(macroblocks(s.height) * 16 - s.height) / 2);
  sps.u(1, 1);  // VUI
  sps.u(2, 0);
  sps.u(1, s.has_colours);
  if (s.has_colours) {
    sps.u(3, 5);
    sps.u(1, s.full_range);
    sps.u(1, 1);
    sps.u(8, static_cast<uint32_t>(s.primaries));
    sps.u(8, static_cast<uint32_t>(s.transfer));
    sps.u(8, static_cast<uint32_t>(s.matrix));
  }
  sps.u(5, 0);  // no chroma location, timing, HRD, picture structure
  sps.u(1, 1);  // restrictions: nothing is reordered
  sps.u(1, 1);
  sps.ue(0);
  sps.ue(0);
  sps.ue(15);
  sps.ue(15);
  sps.ue(0);
  sps.ue(1);
  sps.trail();

  Bits pps;
  pps.ue(0);
  pps.ue(0);
  pps.u(2, 0);  // CAVLC
  pps.ue(0);
  pps.ue(0);
  pps.ue(0);
  pps.u(3, 0);
  pps.ue(0);
  pps.ue(0);
  pps.ue(0);
  pps.u(1, 1);  // slices say whether they are deblocked
  pps.u(2, 0);
  pps.trail();

  std::vector<uint8_t> out;
  append_unit(out, 0x67, sps);
  append_unit(out, 0x68, pps);
  return out;
}

std::vector<uint8_t> coded_picture(const H264Stream& s, const Nv12& pixels, int frame, int idr) {
  Bits slice;
  slice.ue(0);
  slice.ue(7);  // I, as all slices of the picture
  slice.ue(0);
  slice.u(kFrameNumberBits, static_cast<uint32_t>(frame) % (1u << kFrameNumberBits));
  if (frame == 0) {
    slice.ue(static_cast<uint32_t>(idr % 2));
    slice.u(2, 0);
  } else {
    slice.u(1, 0);
  }
  slice.ue(0);
  slice.ue(1);  // not deblocked
  const auto sample = [&](const uint8_t* plane, int x, int y, int step, int offset, int width, int height) {
    return plane[static_cast<size_t>(std::min(y, height - 1)) * pixels.pitch +
                 static_cast<size_t>(std::min(x, width - 1) * step + offset)];
  };
  for (int mb_y = 0; mb_y < macroblocks(s.height); mb_y++) {
    for (int mb_x = 0; mb_x < macroblocks(s.width); mb_x++) {
      slice.ue(25);  // I_PCM
      slice.align();
      for (int i = 0; i < 256; i++) {
        slice.byte(sample(pixels.luma, mb_x * 16 + i % 16, mb_y * 16 + i / 16, 1, 0, s.width, s.height));
      }
      for (int plane = 0; plane < 2; plane++) {
        for (int i = 0; i < 64; i++) {
          slice.byte(sample(pixels.chroma, mb_x * 8 + i % 8, mb_y * 8 + i / 8, 2, plane, s.width / 2, s.height / 2));
        }
      }
    }
  }
  slice.trail();
  std::vector<uint8_t> out;
  append_unit(out, frame == 0 ? 0x65 : 0x41, slice);
  return out;
}

}  // namespace framekiln::doubles
