// SPDX-License-Identifier: Apache-2.0
// Checks the probe on our own files: whole, cut short, damaged, and no videos at all.
//   check_decode SEED [NAME ...]   those checks, or all; exit 1 and what failed
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "check.h"
#include "decode.h"
#include "decode/probe.h"
#include "encode/libraries.h"
#include "encode/muxer.h"

namespace framekiln::checks {
namespace {

constexpr int kFrames = 13;
constexpr Size kSize{64, 36};
std::mt19937 random_bits;

const char* container_name(Container container) { return container == Container::mp4 ? "mp4" : "matroska"; }

std::vector<uint8_t> video_of(Codec codec, Container container, Size size = kSize) {
  const EncodeSettings s = settings_of(codec, size);
  MemorySink sink(1 << 30);
  Muxer muxer(s, container, sink);
  if (codec == Codec::mpeg4_as_recorded) {
    muxer.append(encode(s, kFrames, Content::cuts));
  } else {
    for (int count : {8, 1, 4}) muxer.append(encode(s, count, Content::cuts));
  }
  muxer.finish();
  return sink.bytes();
}

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

/// A file that lost its end is no whole video, wherever it was cut.
void cut_short() {
  TemporaryFolder folder;
  const std::string path = folder.file();
  for (Codec codec : {Codec::h264_420, Codec::mpeg4_as_recorded}) {
    for (Container container : {Container::mp4, Container::matroska}) {
      const std::vector<uint8_t> bytes = video_of(codec, container);
      const size_t step = std::max<size_t>(1, bytes.size() / 200);
      for (size_t length = 0; length < bytes.size(); length += length + 40 < bytes.size() ? step : 1) {
        write(path, bytes, length);
        const std::string what = std::string(container_name(container)) + ", " + std::to_string(length) + " bytes of " +
                                 std::to_string(bytes.size());
        expect(!is_video(path, what), what + ": passed for a whole video");
      }
    }
  }
}

/// Whatever a file holds, it has facts or a fault.
void damaged() {
  TemporaryFolder folder;
  const std::string path = folder.file();
  for (Codec codec : {Codec::h264_420, Codec::h264_rgb, Codec::mpeg4_as_recorded}) {
    for (Container container : {Container::mp4, Container::matroska}) {
      const std::vector<uint8_t> good = video_of(codec, container);
      for (int round = 0; round < 200; round++) {
        std::vector<uint8_t> bytes = good;
        const size_t flips = 1 + random_bits() % 8;
        // Half of them in what describes the video.
        const size_t within = round % 2 ? bytes.size() : std::min<size_t>(bytes.size(), 1200);
        for (size_t i = 0; i < flips; i++) bytes[random_bits() % within] ^= uint8_t(1u << random_bits() % 8);
        write(path, bytes, bytes.size());
        is_video(path, std::string(container_name(container)) + ", round " + std::to_string(round));
      }
    }
  }
}

/// Random bytes behind what begins such a file.
void garbage() {
  TemporaryFolder folder;
  const std::string path = folder.file();
  const std::vector<std::vector<uint8_t>> beginnings = {
      {},
      {0, 0, 0, 16, 'f', 't', 'y', 'p', 'i', 's', 'o', 'm'},
      {0, 0, 2, 0, 'm', 'o', 'o', 'v', 0, 0, 1, 0, 't', 'r', 'a', 'k'},
      {0x1A, 0x45, 0xDF, 0xA3, 0x81}};
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
}

struct Check {
  const char* name;
  void (*run)();
};
constexpr Check kChecks[] = {
    {"facts", facts}, {"cut_short", cut_short}, {"damaged", damaged}, {"garbage", garbage}, {"refusals", refusals}};

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
