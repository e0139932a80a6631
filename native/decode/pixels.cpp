// SPDX-License-Identifier: Apache-2.0
#include "decode/pixels.h"

#include <cstring>
#include <string>
#include <utility>

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

namespace framekiln {
namespace {

constexpr const char* kInvalid = "INVALID_ARGUMENT";
constexpr int kAccurate = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT;
constexpr int kUnity = 1 << 16;  // of swscale's contrast and saturation

/// BT.601's for whatever has none of its own, as FFmpeg's scale filter does.
const int* coefficients(AVColorSpace matrix) {
  const bool known = matrix >= AVCOL_SPC_BT709 && matrix <= AVCOL_SPC_BT2020_CL && matrix != AVCOL_SPC_YCGCO;
  return sws_getCoefficients(known ? static_cast<int>(matrix) : SWS_CS_ITU601);
}

bool is_601(AVColorSpace matrix) { return matrix == AVCOL_SPC_BT470BG || matrix == AVCOL_SPC_SMPTE170M; }

Av<SwsContext> make_scaler(const PixelLayout& layout, AVPixelFormat to, bool accurate) {
  const Size size = layout.size;
  Av<SwsContext> scaler(sws_getContext(size.width, size.height, layout.format, size.width, size.height, to,
                                       accurate ? kAccurate : SWS_BICUBIC, nullptr, nullptr, nullptr));
  if (!scaler) {
    throw Error(kInvalid, std::string("FFmpeg cannot convert ") + av_get_pix_fmt_name(layout.format) + " to RGB");
  }
  const int* matrix = coefficients(accurate ? layout.matrix : AVCOL_SPC_UNSPECIFIED);
  // Fails for RGB, which needs none.
  sws_setColorspaceDetails(scaler.get(), matrix, layout.full_range, matrix, 0, 0, kUnity, kUnity);
  return scaler;
}

}  // namespace

size_t frame_bytes(const PixelLayout& layout) {
  return static_cast<size_t>(check(av_image_get_buffer_size(layout.format, layout.size.width, layout.size.height, 1),
                                   kInvalid, "size a frame"));
}

PixelConverter::PixelConverter(const PixelLayout& layout, Conversion conversion)
    : layout_(layout), conversion_(conversion) {
  frame_bytes(layout);  // refuses what is no format and no size
  if (!fits(layout.size)) throw Error(kInvalid, "Expected a frame of at most 33.2 megapixels");
  if (!sws_isSupportedInput(layout.format)) {
    throw Error(kInvalid, std::string("FFmpeg cannot convert ") + av_get_pix_fmt_name(layout.format) + " to RGB");
  }
  if (layout.format == AV_PIX_FMT_RGB24) return;
  const Silence silence;
  const AVPixelFormat to = conversion == Conversion::opencv ? AV_PIX_FMT_BGR24 : AV_PIX_FMT_RGB24;
  scaler_ = make_scaler(layout, to, conversion == Conversion::accurate);
  // Frames of FFmpeg's own on both sides: its SIMD code reads and writes past the ends of rows.
  source_ = make_frame(layout.format, layout.size.width, layout.size.height);
  target_ = make_frame(to, layout.size.width, layout.size.height);
}

void PixelConverter::to_rgb(const uint8_t* packed, const Picture& rgb) {
  const int width = layout_.size.width, height = layout_.size.height;
  const auto row_bytes = static_cast<size_t>(width) * 3;
  const uint8_t* rows = packed;
  ptrdiff_t stride = width * 3;
  if (scaler_) {
    const Silence silence;
    uint8_t* planes[4];
    int strides[4];
    check(av_image_fill_arrays(planes, strides, packed, layout_.format, width, height, 1), kInvalid, "read a frame");
    av_image_copy(source_->data, source_->linesize, const_cast<const uint8_t**>(planes), strides, layout_.format, width,
                  height);
    check(sws_scale(scaler_.get(), source_->data, source_->linesize, 0, height, target_->data, target_->linesize),
          kInvalid, "convert a frame to RGB");
    rows = target_->data[0];
    stride = target_->linesize[0];
  }
  for (int y = 0; y < height; y++) {
    uint8_t* out = rgb.plane[0] + y * rgb.stride[0];
    std::memcpy(out, rows + y * stride, row_bytes);
    if (!scaler_ || conversion_ != Conversion::opencv) continue;
    for (uint8_t* pixel = out; pixel < out + row_bytes; pixel += 3) std::swap(pixel[0], pixel[2]);
  }
}

const uint8_t* PixelConverter::luma(const uint8_t* packed, AVColorSpace matrix) const {
  const AVPixFmtDescriptor& d = *av_pix_fmt_desc_get(layout_.format);
  const AVComponentDescriptor& y = d.comp[0];
  constexpr uint64_t no_luma = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                               AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER;
  const bool plane = d.nb_components >= 3 && y.plane == 0 && y.step == 1 && y.offset == 0 && y.depth == 8;
  const bool limited = !(d.flags & no_luma) && plane && !layout_.full_range;
  const bool wanted =
      layout_.matrix == matrix || layout_.matrix == AVCOL_SPC_UNSPECIFIED || (is_601(layout_.matrix) && is_601(matrix));
  return limited && wanted ? packed : nullptr;
}

}  // namespace framekiln
