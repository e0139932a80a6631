// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <memory>
#include <random>

#include "check.h"
#include "decode.h"
#include "decode/pixels.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

// Checks of the converter of decoded frames.
namespace framekiln::checks {

/// What swscale makes of a frame when it is asked for rgb24 directly, as FFmpeg's program asks.
inline std::vector<uint8_t> by_swscale(const PixelLayout& layout, const uint8_t* packed) {
  const auto [width, height] = layout.size;
  const Av<AVFrame> from = make_frame(layout.format, width, height), to = make_frame(AV_PIX_FMT_RGB24, width, height);
  uint8_t* planes[4];
  int strides[4];
  check(av_image_fill_arrays(planes, strides, packed, layout.format, width, height, 1), "DECODE", "read a frame");
  av_image_copy(from->data, from->linesize, const_cast<const uint8_t**>(planes), strides, layout.format, width, height);
  const Av<SwsContext> scaler =
      own(sws_getContext(width, height, layout.format, width, height, AV_PIX_FMT_RGB24,
                         SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
  // As FFmpeg's scale filter does, which knows no matrix of these.
  const bool unknown = layout.matrix < 1 || layout.matrix > 10 || layout.matrix == 8;
  const int* matrix = sws_getCoefficients(unknown ? SWS_CS_ITU601 : static_cast<int>(layout.matrix));
  sws_setColorspaceDetails(scaler.get(), matrix, layout.full_range, matrix, 0, 0, 1 << 16, 1 << 16);
  check(sws_scale(scaler.get(), from->data, from->linesize, 0, height, to->data, to->linesize), "DECODE", "convert");
  std::vector<uint8_t> rgb;
  append_pixels(*to, rgb);
  return rgb;
}

/// Every pixel format, at any size: converted, or refused. Memory has not a byte to spare, for the sanitizers.
inline void pixels(std::mt19937& random_bits) {
  int converted = 0;
  for (const AVPixFmtDescriptor* d = av_pix_fmt_desc_next(nullptr); d; d = av_pix_fmt_desc_next(d)) {
    for (int round = 0; round < 12; round++) {
      const Size size{1 + static_cast<int>(random_bits() % 70), 1 + static_cast<int>(random_bits() % 20)};
      const PixelLayout layout{av_pix_fmt_desc_get_id(d), size, static_cast<AVColorSpace>(random_bits() % AVCOL_SPC_NB),
                               random_bits() % 2 == 0};
      const std::string what =
          std::string(d->name) + " " + std::to_string(size.width) + "x" + std::to_string(size.height);
      try {
        const bool accurate = round % 3 > 0;
        PixelConverter converter(layout, accurate ? Conversion::accurate : Conversion::opencv);
        const size_t bytes = frame_bytes(layout);
        const std::unique_ptr<uint8_t[]> packed(new uint8_t[bytes]);
        for (size_t i = 0; i < bytes; i++) packed[i] = static_cast<uint8_t>(random_bits());
        const size_t row = static_cast<size_t>(size.width) * 3, stride = row + random_bits() % 3;
        const size_t needed = stride * static_cast<size_t>(size.height - 1) + row;
        const std::unique_ptr<uint8_t[]> rgb(new uint8_t[needed]), again(new uint8_t[needed]);
        const auto convert = [&](uint8_t* out) {
          std::memset(out, 0x5a, needed);
          converter.to_rgb(packed.get(), {PixelFormat::rgb24, size, {out}, {static_cast<ptrdiff_t>(stride)}});
        };
        convert(rgb.get());
        convert(again.get());
        expect(std::memcmp(rgb.get(), again.get(), needed) == 0, what + ": not the same again");
        const Silence silence;
        const std::vector<uint8_t> judge = by_swscale(layout, packed.get());
        for (size_t y = 0; accurate && y < static_cast<size_t>(size.height); y++) {
          const bool same = std::memcmp(rgb.get() + y * stride, judge.data() + y * row, row) == 0;
          expect(same, what + ": row " + std::to_string(y) + " is not swscale's");
        }
        for (size_t i = 0; i < needed; i++) {
          if (i % stride >= row) expect(rgb[i] == 0x5a, what + ": wrote between the rows");
        }
        const uint8_t* luma = converter.luma(packed.get(), layout.matrix);
        expect(!luma || (luma == packed.get() && bytes >= static_cast<size_t>(size.width * size.height)),
               what + ": luma");
        converted++;
      } catch (const Error& error) {
        expect(error.code() == std::string("INVALID_ARGUMENT"), what + ": threw " + error.code());
      }
    }
  }
  expect(converted > 1000, std::to_string(converted) + " pictures converted");
}

/// Formats whose conversion needs no arithmetic.
inline void rgb_orders(std::mt19937& random_bits) {
  constexpr Size size{13, 5};
  constexpr size_t count = 13 * 5;
  std::vector<uint8_t> rgb(count * 3), bgr(count * 3), planes(count * 3), out(count * 3);
  for (size_t i = 0; i < count; i++) {
    for (size_t c = 0; c < 3; c++) rgb[3 * i + c] = bgr[3 * i + 2 - c] = static_cast<uint8_t>(random_bits());
    for (size_t c = 0; c < 3; c++) planes[i + count * ((c + 2) % 3)] = rgb[3 * i + c];
  }
  const std::pair<AVPixelFormat, std::vector<uint8_t>*> formats[] = {
      {AV_PIX_FMT_RGB24, &rgb}, {AV_PIX_FMT_BGR24, &bgr}, {AV_PIX_FMT_GBRP, &planes}};
  for (const auto& [format, packed] : formats) {
    for (Conversion conversion : {Conversion::accurate, Conversion::opencv}) {
      PixelConverter converter({format, size, AVCOL_SPC_RGB, true}, conversion);
      converter.to_rgb(packed->data(), picture_over(PixelFormat::rgb24, size, out.data()));
      expect(out == rgb, std::string(av_get_pix_fmt_name(format)) + ": not the same colours");
      expect(!converter.luma(packed->data(), AVCOL_SPC_BT709), "luma of RGB");
    }
  }
  const auto luma_of = [&](AVPixelFormat format, AVColorSpace matrix, bool full, AVColorSpace wanted) {
    return PixelConverter({format, size, matrix, full}, Conversion::accurate).luma(rgb.data(), wanted) == rgb.data();
  };
  expect(luma_of(AV_PIX_FMT_YUV420P, AVCOL_SPC_BT709, false, AVCOL_SPC_BT709), "luma of its matrix");
  expect(luma_of(AV_PIX_FMT_YUV444P, AVCOL_SPC_UNSPECIFIED, false, AVCOL_SPC_BT709), "luma of no matrix");
  expect(luma_of(AV_PIX_FMT_NV12, AVCOL_SPC_BT470BG, false, AVCOL_SPC_SMPTE170M), "luma of BT.601");
  expect(!luma_of(AV_PIX_FMT_YUV420P, AVCOL_SPC_BT709, false, AVCOL_SPC_SMPTE170M), "luma of another matrix");
  expect(!luma_of(AV_PIX_FMT_YUV420P, AVCOL_SPC_BT709, true, AVCOL_SPC_BT709), "luma of full range");
  expect(!luma_of(AV_PIX_FMT_YUV420P10, AVCOL_SPC_BT709, false, AVCOL_SPC_BT709), "luma of 10 bits");
  expect(!luma_of(AV_PIX_FMT_YUYV422, AVCOL_SPC_BT709, false, AVCOL_SPC_BT709), "luma of packed YCbCr");
  expect(!luma_of(AV_PIX_FMT_GRAY8, AVCOL_SPC_BT709, false, AVCOL_SPC_BT709), "luma of grey");
}

}  // namespace framekiln::checks
