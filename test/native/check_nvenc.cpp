// SPDX-License-Identifier: Apache-2.0
// NVENC's sessions over doubles of libcuda and libnvidia-encode, which write H.264 without loss: FFmpeg's decoder must
// give back exactly the frames that the CPU draws.
//   check_nvenc video      documents to files of several segments, by one session, in every container and at odd sizes
//   check_nvenc mixed      libx264 goes on where NVENC was lost, and the other way round is refused
//   check_nvenc threads    eight sessions at once
//   check_nvenc segments   a thousand segments
//   check_nvenc cancel     a segment that is cancelled, and another one after it
//   check_nvenc session    a session without a worker: segments cut short, refusals, what the file says of colours
//   check_nvenc borrowed   libx264 and OpenCV's MPEG-4 from a GPU's downloads: the CPU's bytes
//   check_nvenc open [CODEC]   a segment, and "encoded", or "CODE message" of the error, then a second try
#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>

#include "check.h"
#include "decode.h"
#include "encode/libraries.h"
#include "encode/muxer.h"
#include "nvenc_session.h"
#include "segment/gpu_probe.h"
#include "segment/gpu_worker.h"

namespace framekiln::checks {
namespace {

constexpr CpuLevel kCpu = CpuLevel::baseline;

/// All families, palettes and a frame that only the CPU can draw.
struct Clip {
  Size size;
  std::vector<double> time, complexity;
  std::vector<uint8_t> palette;

  Clip(Size s, int count) : size(s) {
    for (int i = 0; i < count; i++) {
      time.push_back(i == 5 ? 3e6 : i * 0.31);
      complexity.push_back(0.15 + i % 4 * 0.25);
      palette.push_back(static_cast<uint8_t>(i % 3));
    }
  }
  Frames part(int first, int count) const {
    const size_t at = static_cast<size_t>(first);
    return {size, count, time.data() + at, complexity.data() + at, palette.data() + at};
  }
  int count() const { return static_cast<int>(time.size()); }
};

/// Of the CPU, packed i420 as FFmpeg decodes them; and the frames' hashes, in nv12.
std::vector<uint8_t> wanted_pixels(const Clip& clip, std::vector<FrameHash>& hashes) {
  std::vector<uint8_t> pixels(picture_bytes(PixelFormat::i420, clip.size) * clip.time.size());
  std::vector<uint8_t> nv12(pixels.size());
  render_frames(clip.part(0, clip.count()), kCpu, PixelFormat::i420, pixels.data(), {}, nullptr);
  render_frames(clip.part(0, clip.count()), kCpu, PixelFormat::nv12, nv12.data(), {}, &hashes);
  return pixels;
}

/// What a decoder shows of `size`, for codings whose picture is one column or row larger.
std::vector<uint8_t> cropped(const Decoded& video, Size size) {
  if (video.size.width == size.width && video.size.height == size.height) return video.pixels;
  std::vector<uint8_t> out;
  const size_t bytes = picture_bytes(PixelFormat::i420, video.size);
  for (size_t at = 0; at < video.pixels.size(); at += bytes) {
    Picture from = picture_over(PixelFormat::i420, video.size, const_cast<uint8_t*>(video.pixels.data()) + at);
    std::vector<uint8_t> frame(picture_bytes(PixelFormat::i420, size));
    copy_picture(from, picture_over(PixelFormat::i420, size, frame.data()));
    out.insert(out.end(), frame.begin(), frame.end());
  }
  return out;
}

void video_of(GpuWorker& gpu, const EncodeSettings& settings, Container container) {
  const std::string name = name_of(settings) + " " + name_of(container);
  const Clip clip(settings.size, 23);
  TemporaryFolder folder;
  const std::string path = folder.file();
  std::vector<FrameHash> hashes, wanted_hashes;
  {
    FileSink sink(path);
    Muxer muxer(settings, container, sink);
    for (int first = 0, length = 1; first < clip.count(); first += length, length += 3) {
      length = std::min(length, clip.count() - first);
      muxer.append(gpu.encode_segment_by_nvenc(clip.part(first, length), kCpu, settings, {}, hashes));
    }
    muxer.finish();
  }
  const std::vector<uint8_t> wanted = wanted_pixels(clip, wanted_hashes);
  const Decoded video = decode(path);
  expect(static_cast<int>(video.times.size()) == clip.count(),
         name + ": " + std::to_string(video.times.size()) + " frames");
  for (size_t i = 0; i < video.times.size(); i++) {
    expect(video.times[i] == static_cast<int64_t>(i), name + ": the time of frame " + std::to_string(i));
  }
  expect(cropped(video, settings.size) == wanted, name + ": other pixels");
  expect(hashes == wanted_hashes, name + ": other hashes");
}

void video() {
  GpuWorker gpu(0);
  for (Container container : kWritten) {
    for (Size size : {Size{320, 180}, Size{161, 91}, Size{256, 256}}) {
      EncodeSettings settings = settings_of(Codec::h264_420, size, "veryfast");
      video_of(gpu, settings, container);
      settings.constant_qp = true;
      video_of(gpu, settings, container);
    }
  }
}

void mixed() {
  const EncodeSettings settings = settings_of(Codec::h264_420, {321, 181}, "veryfast", 1);
  EncodeSettings software = settings;
  software.parameter_set = 1;
  const Clip clip(settings.size, 30);
  std::vector<FrameHash> hashes, wanted_hashes;
  const std::vector<uint8_t> wanted = wanted_pixels(clip, wanted_hashes);
  GpuWorker gpu(0);
  for (Container container : kWritten) {
    for (bool all_software : {false, true}) {
      TemporaryFolder folder;
      const std::string path = folder.file(), name = name_of(container) + (all_software ? " software" : " mixed");
      {
        FileSink sink(path);
        Muxer muxer(settings, container, sink);
        for (int s = 0; s < 3; s++) {
          const Frames part = clip.part(s * 10, 10);
          muxer.append(all_software || s == 1 ? encode_segment(part, kCpu, software, {}, hashes)
                                              : gpu.encode_segment_by_nvenc(part, kCpu, settings, {}, hashes));
        }
        muxer.finish();
      }
      const Decoded video = decode(path);
      const std::vector<uint8_t> pixels = cropped(video, settings.size);
      expect(pixels.size() == wanted.size(), name + ": frames");
      // libx264 at crf 1 is near, NVENC's double exact.
      double worst = 0;
      for (size_t i = 0; i < pixels.size() && i < wanted.size(); i++) {
        const size_t frame = i / picture_bytes(PixelFormat::i420, clip.size);
        const double off = std::abs(pixels[i] - wanted[i]);
        if (!all_software && frame / 10 != 1) expect(off == 0, name + ": frame " + std::to_string(frame));
        worst = std::max(worst, off);
        if (failures > 5) return;
      }
      expect(worst < 24, name + ": off by " + std::to_string(worst));
    }
  }
  // A file that knows libx264's sets alone cannot take NVENC's segment.
  MemorySink sink(1 << 24);
  Muxer muxer(settings, Container::mp4, sink);
  muxer.append(encode_segment(clip.part(0, 3), kCpu, software, {}, hashes));
  expect_error("MUX_FAILED", "NVENC behind libx264",
               [&] { muxer.append(gpu.encode_segment_by_nvenc(clip.part(3, 3), kCpu, settings, {}, hashes)); });
}

void threads() {
  std::vector<std::thread> running;
  std::atomic<int> wrong{0};
  const EncodeSettings settings = settings_of(Codec::h264_420, {320, 180}, "veryfast");
  const Clip clip(settings.size, 40);
  std::vector<FrameHash> wanted;
  wanted_pixels(clip, wanted);
  for (int t = 0; t < 8; t++) {
    running.emplace_back([&] {
      GpuWorker gpu(0);
      std::vector<FrameHash> hashes;
      for (int s = 0; s < 4; s++) {
        const EncodedSegment segment = gpu.encode_segment_by_nvenc(clip.part(s * 10, 10), kCpu, settings, {}, hashes);
        wrong += segment.packets.size() != 10;
      }
      wrong += hashes != wanted;
    });
  }
  for (std::thread& thread : running) thread.join();
  expect(wrong == 0, std::to_string(wrong) + " things wrong");
}

void segments() {
  const EncodeSettings settings = settings_of(Codec::h264_420, {160, 64}, "ultrafast");
  const Clip clip(settings.size, 3);
  GpuWorker gpu(0);
  std::vector<FrameHash> hashes;
  for (int i = 0; i < 1000; i++) gpu.encode_segment_by_nvenc(clip.part(0, 3), kCpu, settings, {}, hashes);
  expect(hashes.size() == 3000, "hashes");
}

void cancel() {
  const EncodeSettings settings = settings_of(Codec::h264_420, {320, 180}, "veryfast");
  const Clip clip(settings.size, 40);
  GpuWorker gpu(0);
  int32_t words[2] = {1, 0};
  std::vector<FrameHash> hashes, again;
  expect_error("CANCELLED", "cancelled before it began",
               [&] { gpu.encode_segment_by_nvenc(clip.part(0, 40), kCpu, settings, {words}, hashes); });
  gpu.encode_segment_by_nvenc(clip.part(0, 40), kCpu, settings, {}, again);
  std::vector<FrameHash> wanted;
  wanted_pixels(clip, wanted);
  expect(again == wanted, "the segment after it");
}

void borrowed() {
  GpuWorker gpu(0);
  // Rows of a whole number of lines in a cache, and so of a page: nothing lies behind the last one.
  for (Size size : {Size{256, 256}, Size{1024, 64}, Size{323, 45}, Size{17, 9}}) {
    for (Codec codec : {Codec::h264_420, Codec::h264_444, Codec::h264_rgb, Codec::mpeg4_as_recorded}) {
      const EncodeSettings settings = settings_of(codec, size, "veryfast");
      const Clip clip(size, 9);
      std::vector<FrameHash> by_gpu, by_cpu;
      const EncodedSegment got = gpu.encode_segment(clip.part(0, 9), kCpu, settings, {}, by_gpu);
      const EncodedSegment wanted = encode_segment(clip.part(0, 9), kCpu, settings, {}, by_cpu);
      expect(got.data == wanted.data && got.extradata == wanted.extradata, name_of(settings) + ": other bytes");
      expect(by_gpu == by_cpu, name_of(settings) + ": other hashes");
    }
  }
  std::vector<uint8_t> memory(picture_bytes(PixelFormat::nv12, {34, 18}));
  Encoder encoder(settings_of(Codec::h264_420, {33, 17}), 1);
  expect_error("INVALID_ARGUMENT", "a picture that is not of the coded size", [&] {
    encoder.send(picture_over(PixelFormat::nv12, {33, 17}, memory.data()));
  });
  encoder.send(picture_over(PixelFormat::nv12, {34, 18}, memory.data()));
  expect(encoder.finish().packets.size() == 1, "a picture of the coded size");
}

void open(const char* name) {
  const Codec codec = !std::strcmp(name, "hevc")  ? Codec::hevc_420
                      : !std::strcmp(name, "av1") ? Codec::av1_420
                                                  : Codec::h264_420;
  for (int attempt = 0; attempt < 2; attempt++) {
    try {
      GpuWorker gpu(0);
      EncodeSettings settings = settings_of(codec, {320, 180}, "veryfast");
      const Clip clip(settings.size, 20);
      std::vector<FrameHash> hashes;
      gpu.encode_segment_by_nvenc(clip.part(0, 20), kCpu, settings, {}, hashes);
      std::printf("encoded\n");
    } catch (const Error& error) {
      std::printf("%s %s\n", error.code(), error.what());
    }
  }
}

}  // namespace
}  // namespace framekiln::checks

int main(int argc, char** argv) {
  using namespace framekiln::checks;
  framekiln::quiet_logging();
  const std::string name = argc > 1 ? argv[1] : "video";
  try {
    if (name == "video") video();
    if (name == "mixed") mixed();
    if (name == "threads") threads();
    if (name == "segments") segments();
    if (name == "cancel") cancel();
    if (name == "session") session();
    if (name == "borrowed") borrowed();
    if (name == "open") open(argc > 2 ? argv[2] : "h264");
  } catch (const framekiln::Error& error) {
    expect(false, name + ": " + error.code() + " " + error.what());
  }
  std::printf("%s: %d failures\n", name.c_str(), failures);
  return failures > 0;
}
