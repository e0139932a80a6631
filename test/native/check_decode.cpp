// SPDX-License-Identifier: Apache-2.0
// Checks the probe, the reader and the converter: on whole files, cut ones, damaged ones, and no videos at all.
//   check_decode SEED [NAME ...]   those checks, or all; exit 1 and what failed
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "check.h"
#include "decode.h"
#include "decode/frame_reader.h"
#include "decode/probe.h"
#include "encode/libraries.h"
#include "pixel_checks.h"
#include "samples.h"

namespace framekiln::checks {
namespace {

std::mt19937 random_bits;

void write(const std::string& path, const std::vector<uint8_t>& bytes, size_t length) {
  std::filesystem::remove(path);
  FileSink(path).write(0, bytes.data(), length);
}

/// Whether it is a video; anything but a video and INVALID_VIDEO is a failure.
bool is_video(const std::string& path, const std::string& what) {
  try {
    probe_video(path, {});
    return true;
  } catch (const Error& error) {
    expect(error.code() == std::string("INVALID_VIDEO"), what + ": threw " + error.code() + " (" + error.what() + ")");
  }
  return false;
}

void facts() {
  TemporaryFolder folder;
  for (Codec codec : {Codec::h264_420, Codec::h264_444, Codec::h264_rgb, Codec::mpeg4_as_recorded}) {
    for (Container container : {Container::mp4, Container::matroska}) {
      for (Size size : {kSize, Size{2, 2}, Size{17, 5}, Size{320, 180}}) {
        const bool recorded = codec == Codec::mpeg4_as_recorded;
        const std::string path = folder.file(),
                          name = name_of(settings_of(codec, size)) + " " + container_name(container);
        const std::vector<uint8_t> bytes = video_of(codec, container, size);
        write(path, bytes, bytes.size());
        const VideoFacts f = probe_video(path, {});
        const Size shown = recorded ? Size{size.width & -2, size.height & -2} : size;
        static const char* const pixels[] = {"yuv420p", "yuv444p", "gbrp", "yuv420p"};
        expect(f.container == container && f.codec == (recorded ? "mpeg4" : "h264"), name + ": container, codec");
        expect(f.pixel_format == pixels[static_cast<int>(codec)], name + ": pixels " + f.pixel_format);
        expect(f.profile.empty() == false, name + ": no profile");
        expect(f.size.width == shown.width && f.size.height == shown.height, name + ": size");
        expect(f.frames == kFrames, name + ": " + std::to_string(f.frames) + " frames");
        expect(std::abs(f.duration - kFrames / 30.0) < 0.002, name + ": " + std::to_string(f.duration) + " s");
        expect(f.rate.num == 30 * f.rate.den, name + ": rate");
        expect(!f.audio && f.bytes == static_cast<int64_t>(bytes.size()), name + ": audio, bytes");
      }
    }
  }
}

void foreign_facts() {
  TemporaryFolder folder;
  for (Size size : {kSize, Size{34, 18}, Size{320, 180}}) {
    for (const Sample& sample : foreign(size)) {
      const std::string path = folder.file();
      write(path, sample.bytes, sample.bytes.size());
      const VideoFacts f = probe_video(path, {});
      expect(f.container == sample.container && f.codec == sample.codec, sample.name + ": " + f.codec);
      expect(f.size.width == size.width && f.size.height == size.height, sample.name + ": size");
      expect(f.frames == kFrames, sample.name + ": " + std::to_string(f.frames) + " frames");
      expect(std::abs(f.duration - kFrames / 30.0) < 0.002, sample.name + ": " + std::to_string(f.duration) + " s");
    }
  }
}

/// A file that lost its end is no whole video, wherever it was cut; but for Y4M, which says nothing of its length.
void cut_short() {
  TemporaryFolder folder;
  const std::string path = folder.file();
  constexpr size_t y4m_frame = 6 + 64 * 36 * 3 / 2;
  for (const Sample& sample : all_samples()) {
    const std::vector<uint8_t>& bytes = sample.bytes;
    const size_t step = std::max<size_t>(1, bytes.size() / 200);
    for (size_t length = 0; length < bytes.size(); length += length + 40 < bytes.size() ? step : 1) {
      write(path, bytes, length);
      const std::string what =
          sample.name + ", " + std::to_string(length) + " bytes of " + std::to_string(bytes.size());
      const bool between = sample.container == Container::y4m && (bytes.size() - length) % y4m_frame == 0;
      expect(is_video(path, what) == between, what + (between ? ": refused" : ": passed for a whole video"));
    }
  }
}

/// Flips some bits.
std::vector<uint8_t> damage(std::vector<uint8_t> bytes, bool header) {
  const size_t within = header ? std::min<size_t>(bytes.size(), 1200) : bytes.size();
  for (size_t flips = 1 + random_bits() % 8; flips > 0; flips--) {
    bytes[random_bits() % within] ^= static_cast<uint8_t>(1u << random_bits() % 8);
  }
  return bytes;
}

/// Whatever a file holds, it has facts or a fault.
void damaged() {
  TemporaryFolder folder;
  const std::string path = folder.file();
  for (const Sample& sample : all_samples()) {
    for (int round = 0; round < 150; round++) {
      const std::vector<uint8_t> bytes = damage(sample.bytes, round % 2);
      write(path, bytes, bytes.size());
      is_video(path, sample.name + ", round " + std::to_string(round));
    }
  }
}

/// Reads all, some frames at a time; gives how many, or -1 when it is no video to its end.
int read_all(const std::string& path, const std::string& what, std::vector<uint8_t>& pixels) {
  int frames = 0;
  try {
    FrameReader reader(path, {});
    for (;;) {
      const int count = 1 + static_cast<int>(random_bits() % 6);
      std::vector<uint8_t> part{1, 2, 3};
      const int got = reader.read(count, part);
      if (got == 0) break;
      frames += got;
      expect(got <= count, what + ": more frames than asked for");
      expect(part.size() == 3 + static_cast<size_t>(got) * frame_bytes(reader.layout()), what + ": bytes");
      expect(fits(reader.layout().size), what + ": size");
      pixels.insert(pixels.end(), part.begin() + 3, part.end());
    }
    std::vector<uint8_t> none;
    expect(reader.read(1, none) == 0 && none.empty(), what + ": frames behind the end");
    return frames;
  } catch (const Error& error) {
    expect(error.code() == std::string("INVALID_VIDEO"), what + ": threw " + error.code() + " (" + error.what() + ")");
  }
  return -1;
}

/// The reader's frames are those that FFmpeg decodes.
void frames() {
  TemporaryFolder folder;
  for (const Sample& sample : all_samples()) {
    const std::string path = folder.file();
    write(path, sample.bytes, sample.bytes.size());
    std::vector<uint8_t> pixels;
    const int count = read_all(path, sample.name, pixels);
    expect(count == kFrames, sample.name + ": " + std::to_string(count) + " frames");
    Decoded video = decode(path);
    if (sample.name.find("h264_rgb") == std::string::npos && sample.name.find("utvideo") == std::string::npos) {
      expect(pixels == video.pixels, sample.name + ": pixels");
    } else {
      expect(pixels.size() == video.pixels.size(), sample.name + ": bytes");
    }
  }
}

/// What the reader makes of a damaged file is frames, then the end or a fault.
void damaged_frames() {
  TemporaryFolder folder;
  const std::string path = folder.file();
  for (const Sample& sample : all_samples()) {
    for (int round = 0; round < 100; round++) {
      const std::vector<uint8_t> bytes = damage(sample.bytes, round % 2);
      write(path, bytes, round % 4 ? bytes.size() : random_bits() % bytes.size());
      std::vector<uint8_t> pixels;
      read_all(path, sample.name + ", round " + std::to_string(round), pixels);
    }
  }
}

/// A small file of large frames: as many a read as fit into memory, however many were asked for.
void bounded() {
  TemporaryFolder folder;
  const std::string path = folder.file();
  const std::vector<uint8_t> bytes = avi_of(AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ444P, {4096, 4096}, 7);
  write(path, bytes, bytes.size());
  FrameReader reader(path, {});
  int total = 0;
  for (;;) {
    std::vector<uint8_t> part;
    const int got = reader.read(10'000, part);
    if (got == 0) break;
    total += got;
    expect(part.capacity() <= size_t{256} << 20, "a read of " + std::to_string(part.capacity()) + " bytes");
  }
  expect(total == 7, std::to_string(total) + " large frames");
}

/// Random bytes behind what begins such a file.
void garbage() {
  TemporaryFolder folder;
  const std::string path = folder.file();
  const std::vector<std::vector<uint8_t>> beginnings = {
      {},
      {0, 0, 0, 16, 'f', 't', 'y', 'p', 'i', 's', 'o', 'm'},
      {0, 0, 2, 0, 'm', 'o', 'o', 'v', 0, 0, 1, 0, 't', 'r', 'a', 'k'},
      {0x1A, 0x45, 0xDF, 0xA3, 0x81},
      {'R', 'I', 'F', 'F', 0, 2, 0, 0, 'A', 'V', 'I', ' ', 'L', 'I', 'S', 'T', 0, 1, 0, 0, 'h', 'd', 'r', 'l'},
      {'Y', 'U', 'V', '4', 'M', 'P', 'E', 'G', '2', ' ', 'W', '9', '9', '9', '9', '9', ' ', 'H'}};
  for (const std::vector<uint8_t>& beginning : beginnings) {
    for (int round = 0; round < 100; round++) {
      std::vector<uint8_t> bytes = beginning;
      for (size_t rest = random_bits() % 2000; rest > 0; rest--) bytes.push_back(static_cast<uint8_t>(random_bits()));
      write(path, bytes, bytes.size());
      expect(!is_video(path, "garbage"), "garbage passed for a video");
    }
  }
}

void refusals() {
  TemporaryFolder folder;
  const std::string pipe = folder.file(), missing = folder.file(), good = folder.file();
  if (mkfifo(pipe.c_str(), 0600)) std::abort();
  const std::vector<uint8_t> bytes = video_of(Codec::h264_420, Container::mp4);
  write(good, bytes, bytes.size());
  for (const std::string& path : {pipe, missing, folder.path().string(), good + "/below", "http://" + good}) {
    expect_error("INPUT_UNREADABLE", path, [&] { probe_video(path, {}); });
  }
  int32_t words[2] = {1, 0};
  expect_error("CANCELLED", "cancelled", [&] { probe_video(good, {words}); });
  expect_error("CANCELLED", "cancelled", [&] { FrameReader(good, {words}); });
  words[0] = 0;
  FrameReader reader(good, {words});
  std::vector<uint8_t> out;
  expect(reader.read(2, out) == 2, "two frames");
  words[0] = 1;
  expect_error("CANCELLED", "cancelled", [&] { reader.read(20, out); });
}

struct Check {
  const char* name;
  void (*run)();
};
constexpr Check kChecks[] = {{"facts", facts},
                             {"foreign_facts", foreign_facts},
                             {"cut_short", cut_short},
                             {"damaged", damaged},
                             {"garbage", garbage},
                             {"refusals", refusals},
                             {"frames", frames},
                             {"damaged_frames", damaged_frames},
                             {"bounded", bounded},
                             {"pixels", [] { pixels(random_bits); }},
                             {"rgb_orders", [] { rgb_orders(random_bits); }}};

}  // namespace
}  // namespace framekiln::checks

int main(int argc, char** argv) {
  using namespace framekiln::checks;
  framekiln::quiet_logging();
  if (argc > 1) random_bits.seed(static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10)));
  int ran = 0;
  for (const Check& one : kChecks) {
    const bool wanted = argc <= 2 || std::find(argv + 2, argv + argc, std::string(one.name)) != argv + argc;
    if (!wanted) continue;
    try {
      one.run();
    } catch (const std::exception& error) {
      expect(false, std::string(one.name) + ": " + error.what());
    }
    ran++;
  }
  std::printf("%d checks, %d failures\n", ran, failures);
  return failures > 0 || ran < argc - 2;
}
