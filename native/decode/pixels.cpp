// SPDX-License-Identifier: Apache-2.0
#include "decode/pixels.h"

#include <cstring>
#include <string>

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

namespace framekiln {
namespace {

constexpr const char* kInvalidArgument = "INVALID_ARGUMENT";
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
    throw Error(kInvalidArgument,
                std::string("FFmpeg cannot convert ") + av_get_pix_fmt_name(layout.format) + " to RGB");
  }
  const int* matrix = coefficients(accurate ? layout.matrix : AVCOL_SPC_UNSPECIFIED);
  // Fails for RGB, which needs none.
  sws_setColorspaceDetails(scaler.get(), matrix, layout.full_range, matrix, 0, 0, kUnity, kUnity);
  return scaler;
}

/// Planar, where that is the same: swscale's way to rgb24 is the same arithmetic eight times as slow. It is not for
/// grey of limited range, for palettes, nor where four rows of chroma become all rows (swscale then takes another way
/// up).
AVPixelFormat target_of(const PixelLayout& layout, Conversion conversion) {
  if (conversion == Conversion::opencv) return AV_PIX_FMT_BGR24;
  const AVPixFmtDescriptor& d = *av_pix_fmt_desc_get(layout.format);
  const bool colour = d.nb_components >= 3 && !(d.flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL));
  const bool few_rows = d.log2_chroma_h > 0 && layout.size.height <= 4 << d.log2_chroma_h;
  return colour && !few_rows ? AV_PIX_FMT_GBRP : AV_PIX_FMT_RGB24;
}

void interleave(const uint8_t* __restrict r, const uint8_t* __restrict g, const uint8_t* __restrict b, int width,
                uint8_t* __restrict out) {
  for (int x = 0; x < width; x++) {
    out[3 * x] = r[x];
    out[3 * x + 1] = g[x];
    out[3 * x + 2] = b[x];
  }
}

}  // namespace

size_t frame_bytes(const PixelLayout& layout) {
  return static_cast<size_t>(check(av_image_get_buffer_size(layout.format, layout.size.width, layout.size.height, 1),
                                   kInvalidArgument, "size a frame"));
}

PixelConverter::PixelConverter(const PixelLayout& layout, Conversion conversion) : layout_(layout) {
  frame_bytes(layout);  // refuses what is no format and no size
  if (!fits(layout.size)) throw Error(kInvalidArgument, "Expected a frame of at most 33.2 megapixels");
  // Of a camera's mosaic with odd sides swscale reads what is not there.
  const bool mosaic = av_pix_fmt_desc_get(layout.format)->flags & AV_PIX_FMT_FLAG_BAYER;
  if (mosaic || !sws_isSupportedInput(layout.format)) {
    throw Error(kInvalidArgument,
                std::string("FFmpeg cannot convert ") + av_get_pix_fmt_name(layout.format) + " to RGB");
  }
  if (layout.format == AV_PIX_FMT_RGB24) return;
  const Silence silence;
  const AVPixelFormat to = target_of(layout, conversion);
  scaler_ = make_scaler(layout, to, conversion == Conversion::accurate);
  // Frames of FFmpeg's own on both sides: its SIMD code reads and writes past the ends of rows.
  source_ = make_frame(layout.format, layout.size.width, layout.size.height);
  target_ = make_frame(to, layout.size.width, layout.size.height);
}

void PixelConverter::to_rgb(const uint8_t* packed, const Picture& rgb) {
  const int width = layout_.size.width, height = layout_.size.height;
  const auto row_bytes = static_cast<size_t>(width) * 3;
  if (!scaler_) {
    for (int y = 0; y < height; y++) {
      std::memcpy(rgb.plane[0] + y * rgb.stride[0], packed + static_cast<size_t>(y) * row_bytes, row_bytes);
    }
    return;
  }
  const Silence silence;
  uint8_t* planes[4];
  int strides[4];
  check(av_image_fill_arrays(planes, strides, packed, layout_.format, width, height, 1), kInvalidArgument,
        "read a frame");
  av_image_copy(source_->data, source_->linesize, const_cast<const uint8_t**>(planes), strides, layout_.format, width,
                height);
  check(sws_scale(scaler_.get(), source_->data, source_->linesize, 0, height, target_->data, target_->linesize),
        kInvalidArgument, "convert a frame to RGB");
  for (int y = 0; y < height; y++) {
    uint8_t* out = rgb.plane[0] + y * rgb.stride[0];
    const auto row = [&](int plane) {
      return target_->data[plane] + static_cast<ptrdiff_t>(y) * target_->linesize[plane];
    };
    switch (target_->format) {
      case AV_PIX_FMT_GBRP:
        interleave(row(2), row(0), row(1), width, out);
        break;
      case AV_PIX_FMT_BGR24:
        for (const uint8_t *from = row(0), *end = from + row_bytes; from < end; from += 3, out += 3) {
          out[0] = from[2];
          out[1] = from[1];
          out[2] = from[0];
        }
        break;
      default:
        std::memcpy(out, row(0), row_bytes);
    }
  }
}

const uint8_t* PixelConverter::luma(const uint8_t* packed, AVColorSpace matrix) const {
  const AVPixFmtDescriptor& d = *av_pix_fmt_desc_get(layout_.format);
  const AVComponentDescriptor& y = d.comp[0];
  constexpr uint64_t no_luma = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL;
  const bool plane = d.nb_components >= 3 && y.plane == 0 && y.step == 1 && y.offset == 0 && y.depth == 8;
  const bool limited = !(d.flags & no_luma) && plane && !layout_.full_range;
  const bool wanted =
      layout_.matrix == matrix || layout_.matrix == AVCOL_SPC_UNSPECIFIED || (is_601(layout_.matrix) && is_601(matrix));
  return limited && wanted ? packed : nullptr;
}

}  // namespace framekiln
