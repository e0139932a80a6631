// SPDX-License-Identifier: Apache-2.0
// check_measure SEED JOBS: random pictures in memory without a byte to spare, on every CPU level, against plain loops.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>

#include "measure/chroma_fidelity.h"
#include "measure/quality.h"
#include "measure/resize_linear.h"

namespace framekiln::checks {
namespace {

std::mt19937 bits;
int at_most(int n) { return static_cast<int>(bits() % static_cast<unsigned>(n + 1)); }

using Pixels = std::unique_ptr<uint8_t[]>;

/// Noise, black and white, one value, or nearly another picture.
Pixels picture(size_t samples, const uint8_t* like) {
  Pixels pixels(new uint8_t[samples]);
  const int kind = at_most(like ? 3 : 2);
  const auto flat = static_cast<uint8_t>(bits());
  for (size_t i = 0; i < samples; i++) {
    const auto noise = static_cast<uint8_t>(bits());
    if (kind == 3)
      pixels[i] = noise < 250 ? like[i] : noise;
    else
      pixels[i] = kind == 0 ? noise : kind == 1 ? static_cast<uint8_t>(noise & 1 ? 255 : 0) : flat;
  }
  return pixels;
}

double plain_ssim(const uint8_t* a, const uint8_t* b, Size size) {
  double sum = 0;
  int windows = 0;
  for (int y = 0; y + 7 <= size.height; y++) {
    for (int x = 0; x < (size.width - 6) * 3; x++, windows++) {
      double p = 0, q = 0, pp = 0, qq = 0, pq = 0;
      for (int j = 0; j < 7; j++) {
        for (int i = 0; i < 7; i++) {
          const int at = (y + j) * size.width * 3 + x + 3 * i;
          p += a[at], q += b[at], pp += a[at] * a[at], qq += b[at] * b[at], pq += a[at] * b[at];
        }
      }
      p /= 49, q /= 49, pp /= 49, qq /= 49, pq /= 49;
      const double c1 = 2.55 * 2.55, c2 = 7.65 * 7.65, n = 49.0 / 48;
      sum += (2 * p * q + c1) * (2 * n * (pq - p * q) + c2) /
             ((p * p + q * q + c1) * (n * (pp - p * p + qq - q * q) + c2));
    }
  }
  return sum / windows;
}

bool check_quality(const std::string& job) {
  const Size size{7 + at_most(90), 7 + at_most(20)};
  const size_t samples = picture_bytes(PixelFormat::rgb24, size);
  const Pixels a = picture(samples, nullptr), b = picture(samples, a.get());
  uint64_t error = 0;
  for (size_t i = 0; i < samples; i++) error += static_cast<uint64_t>((a[i] - b[i]) * (a[i] - b[i]));
  const double plain = plain_ssim(a.get(), b.get(), size);
  const double first = ssim_rgb(CpuLevel::baseline, a.get(), b.get(), size);
  for (CpuLevel level : cpu_levels()) {
    const double ssim = ssim_rgb(level, a.get(), b.get(), size);
    const uint64_t found = squared_error(level, a.get(), b.get(), samples);
    if (found == error && ssim == first && std::fabs(ssim - plain) < 1e-11) continue;
    std::printf("%s, %dx%d, %s: error %llu (%llu), ssim %.17g (%.17g, baseline %.17g)\n", job.c_str(), size.width,
                size.height, cpu_level_name(level), static_cast<unsigned long long>(found),
                static_cast<unsigned long long>(error), ssim, plain, first);
    return false;
  }
  const double luma = ssim_plane(a.get(), b.get(), size);
  return size.width < 8 || size.height < 8 ? std::isnan(luma) : std::fabs(luma) <= 1.000001;
}

/// ITU-R BT.709-6, table 3, pixel by pixel.
uint64_t plain_error_of_ycbcr(const Picture& rgb, const Picture& ycbcr) {
  const auto rounded = [](double v) { return std::nearbyint(std::fmin(std::fmax(v, 0), 255)); };
  const bool nv12 = ycbcr.format == PixelFormat::nv12;
  double sum = 0;
  for (int j = 0; j < rgb.size.height; j++) {
    for (int i = 0; i < rgb.size.width; i++) {
      const uint8_t* pixel = rgb.plane[0] + j * rgb.stride[0] + 3 * i;
      const uint8_t* chroma = ycbcr.plane[1] + (nv12 ? j / 2 * ycbcr.stride[1] + i / 2 * 2 : j * ycbcr.stride[1] + i);
      const uint8_t* other = nv12 ? chroma + 1 : ycbcr.plane[2] + j * ycbcr.stride[2] + i;
      const double y = (ycbcr.plane[0][j * ycbcr.stride[0] + i] - 16) * (255.0 / 219);
      const double cb = (*chroma - 128) * (255.0 / 224), cr = (*other - 128) * (255.0 / 224);
      const double green = y - (0.0722 * 1.8556 * cb + 0.2126 * 1.5748 * cr) / 0.7152;
      const double found[] = {rounded(y + 1.5748 * cr), rounded(green), rounded(y + 1.8556 * cb)};
      for (int c = 0; c < 3; c++) sum += (found[c] - pixel[c]) * (found[c] - pixel[c]);
    }
  }
  return static_cast<uint64_t>(sum);
}

bool check_chroma(const std::string& job) {
  const Size size{1 + at_most(90), 1 + at_most(20)};
  const Pixels rgb = picture(picture_bytes(PixelFormat::rgb24, size), nullptr);
  for (const PixelFormat format : {PixelFormat::nv12, PixelFormat::yuv444p}) {
    const Pixels ycbcr = picture(picture_bytes(format, size), nullptr);
    const Picture a = picture_over(PixelFormat::rgb24, size, rgb.get()), b = picture_over(format, size, ycbcr.get());
    const uint64_t found = squared_error_of_ycbcr(a, b), plain = plain_error_of_ycbcr(a, b);
    if (found == plain) continue;
    std::printf("%s, %dx%d, format %d: error of YCbCr %llu (%llu)\n", job.c_str(), size.width, size.height,
                static_cast<int>(format), static_cast<unsigned long long>(found),
                static_cast<unsigned long long>(plain));
    return false;
  }
  return true;
}

/// What lies between rows is left alone.
bool check_resize(const std::string& job) {
  const Size from{1 + at_most(40), 1 + at_most(40)}, to{1 + at_most(90), 1 + at_most(40)};
  const int gap = at_most(5), row = to.width * 3, stride = row + gap;
  const Pixels source = picture(picture_bytes(PixelFormat::rgb24, from), nullptr);
  const auto bytes = static_cast<size_t>(stride * (to.height - 1) + row);
  Pixels out(new uint8_t[bytes]);
  std::fill_n(out.get(), bytes, uint8_t{7});
  Picture target = picture_over(PixelFormat::rgb24, to, out.get());
  target.stride[0] = stride;
  resize_linear(picture_over(PixelFormat::rgb24, from, source.get()), target);
  for (size_t i = 0; i < bytes; i++) {
    if (static_cast<int>(i) % stride < row || out[i] == 7) continue;
    std::printf("%s: wrote behind a row, %d wide\n", job.c_str(), to.width);
    return false;
  }
  return true;
}

}  // namespace
}  // namespace framekiln::checks

int main(int argc, char** argv) {
  using namespace framekiln::checks;
  if (argc < 3) return 2;
  bits.seed(static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10)));
  const int jobs = std::atoi(argv[2]);
  for (int i = 0; i < jobs; i++) {
    const std::string job = "job " + std::to_string(i) + " of seed " + argv[1];
    if (!check_quality(job) || !check_chroma(job) || !check_resize(job)) return 1;
  }
  std::printf("%d jobs agree\n", jobs);
  return 0;
}
