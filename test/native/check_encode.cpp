// SPDX-License-Identifier: Apache-2.0
// Checks segments, files and pictures against their promises, with FFmpeg's decoders as the judge.
//   check_encode [NAME ...]   those checks, or all; exit 1 and what failed
#include <algorithm>
#include <set>
#include <thread>

#include "check.h"
#include "decode.h"
#include "encode/libraries.h"
#include "encode/muxer.h"
#include "encode/png.h"

namespace framekiln::checks {
namespace {

constexpr const char* kPresets[] = {"ultrafast", "superfast", "veryfast", "faster",  "fast",
                                    "medium",    "slow",      "slower",   "veryslow"};

void check_packets(const EncodedSegment& segment, int count, const std::string& name) {
  std::set<int64_t> times;
  int keys = 0, idr = 0, sei = 0;
  size_t bytes = 0;
  for (size_t i = 0; i < segment.packets.size(); i++) {
    const PacketInfo& p = segment.packets[i];
    times.insert(p.pts);
    keys += p.key;
    bytes += p.bytes;
    expect(p.dts <= p.pts && (i == 0 || p.dts == segment.packets[i - 1].dts + 1), name + ": decoding times");
  }
  for (size_t i = 0; i + 3 < segment.data.size(); i++) {
    const uint8_t* at = segment.data.data() + i;
    if (at[0] || at[1] || at[2] != 1) continue;
    idr += (at[3] & 31) == 5;
    sei += (at[3] & 31) == 6;
  }
  expect(segment.frames == count && static_cast<int>(segment.packets.size()) == count, name + ": frames");
  expect(static_cast<int>(times.size()) == count && *times.begin() == 0 && *times.rbegin() == count - 1,
         name + ": a packet for each frame");
  expect(keys == 1 && idr == 1 && segment.packets[0].key, name + ": the first packet alone is a key frame");
  expect(sei == 0, name + ": no SEI");
  expect(bytes == segment.data.size(), name + ": bytes");
}

/// Segments of one setting fit together whatever their length and content, and repeat to the byte.
void segments_of(const EncodeSettings& s) {
  const std::vector<uint8_t> extradata = encode(s, 1, Content::flat).extradata;
  expect(!extradata.empty(), name_of(s) + ": extradata");
  for (int count : {1, 2, 3, 7, 30}) {
    for (Content content : {Content::flat, Content::noise, Content::cuts}) {
      const std::string name =
          name_of(s) + ", " + std::to_string(count) + " frames, content " + std::to_string(static_cast<int>(content));
      const EncodedSegment segment = encode(s, count, content);
      check_packets(segment, count, name);
      expect(segment.extradata == extradata, name + ": other extradata");
      if (count == 7) expect(segment.data == encode(s, count, content).data, name + ": differs when repeated");
    }
  }
}

void segments() {
  for (const char* preset : {"ultrafast", "superfast", "veryfast", "medium", "slower"}) {
    for (double crf : {0.0, 23.0, 51.0}) {
      segments_of(settings_of(Codec::h264_420, {64, 36}, preset, crf));
      segments_of(settings_of(Codec::h264_444, {64, 36}, preset, crf));
    }
    segments_of(settings_of(Codec::h264_rgb, {64, 36}, preset));
    EncodeSettings stand_in = settings_of(Codec::h264_420, {64, 36}, preset);
    stand_in.parameter_set = 1;
    segments_of(stand_in);
    stand_in.constant_qp = true;
    segments_of(stand_in);
  }
}

/// A file of several segments decodes to as many frames, at their times; lossless ones to the same bytes.
void round_trip_of(const EncodeSettings& s, Container container, const std::string& path) {
  const std::string name = name_of(s) + " " + name_of(container);
  const bool recorded = s.codec == Codec::mpeg4_as_recorded;
  std::vector<uint8_t> sent;
  std::vector<int64_t> times;
  {
    FileSink sink(path);
    Muxer muxer(s, container, sink);
    for (int count : recorded ? std::vector<int>{10} : std::vector<int>{5, 1, 4}) {
      const std::vector<uint8_t> frames = frames_of(s, count, Content::noise);
      sent.insert(sent.end(), frames.begin(), frames.end());
      for (int i = 0; i < count; i++) times.push_back(static_cast<int64_t>(times.size()));
      muxer.append(encode_from_memory(s, frames.data(), count));
    }
    muxer.finish();
  }
  const Decoded video = decode(path);
  const Size shown = recorded ? Size{s.size.width & -2, s.size.height & -2} : s.size;
  expect(video.times == times, name + ": " + std::to_string(video.times.size()) + " frames, or at other times");
  expect(video.size.width == shown.width && video.size.height == shown.height, name + ": another size");
  const bool exact = s.codec == Codec::h264_444 || s.codec == Codec::h264_rgb;
  if (exact) expect(video.pixels == sent, name + ": other pixels");
}

void round_trip() {
  TemporaryFolder folder;
  for (Codec codec : {Codec::h264_420, Codec::h264_444, Codec::h264_rgb, Codec::mpeg4_as_recorded}) {
    for (Size size : {Size{1, 1}, Size{2, 2}, Size{17, 3}, Size{1, 64}, Size{96, 54}}) {
      // OpenCV drops odd edges, so nothing would be left.
      if (codec == Codec::mpeg4_as_recorded && (size.width < 2 || size.height < 2)) continue;
      for (Container container : kWritten) {
        round_trip_of(settings_of(codec, size, "medium", 0), container, folder.file());
      }
    }
  }
}

/// crf is seven below the quantiser, within what 4:2:0 and H.264 have; and 4:4:4 is lossless at 0 alone.
void quantisers() {
  TemporaryFolder folder;
  for (const char* preset : kPresets) {
    const auto data = [preset](Codec codec, double crf, bool constant_qp) {
      EncodeSettings s = settings_of(codec, {64, 36}, preset, crf);
      s.constant_qp = constant_qp;
      return encode(s, 5, Content::cuts).data;
    };
    for (Codec codec : {Codec::h264_420, Codec::h264_444}) {
      const std::string name = name_of(settings_of(codec, {64, 36}, preset));
      expect(data(codec, 23, false) == data(codec, 30, true), name + ": crf 23 is not quantiser 30");
      expect(data(codec, 22.6, false) == data(codec, 30, true), name + ": crf 22.6 is not quantiser 30");
      expect(data(codec, 22.4, false) == data(codec, 29, true), name + ": crf 22.4 is not quantiser 29");
      expect(data(codec, 44, false) == data(codec, 51, true), name + ": crf 44 is not quantiser 51");
      expect(data(codec, 51, false) == data(codec, 51, true), name + ": crf 51 is not quantiser 51");
      expect(data(codec, 23, false) != data(codec, 24, false), name + ": crf 23 is crf 24");
    }
    const std::string name = name_of(settings_of(Codec::h264_420, {64, 36}, preset));
    expect(data(Codec::h264_420, 0, false) == data(Codec::h264_420, 1, false), name + ": crf 0 is not crf 1");
    expect(data(Codec::h264_420, 0, true) == data(Codec::h264_420, 1, true), name + ": quantiser 0 is not 1");
    round_trip_of(settings_of(Codec::h264_444, {64, 36}, preset, 0), Container::mp4, folder.file());
  }
}

void threads() {
  for (Codec codec : {Codec::h264_420, Codec::h264_444, Codec::h264_rgb, Codec::mpeg4_as_recorded}) {
    const EncodeSettings s = settings_of(codec, {320, 180}, "fast");
    const std::vector<uint8_t> wanted = encode(s, 12, Content::cuts).data;
    std::vector<std::vector<uint8_t>> got(4);
    std::vector<std::thread> running;
    for (auto& mine : got) running.emplace_back([&mine, &s] { mine = encode(s, 12, Content::cuts).data; });
    for (std::thread& thread : running) thread.join();
    for (const auto& mine : got) expect(mine == wanted, name_of(s) + ": other bytes when threads encode at once");
  }
}

void refusals() {
  const EncodeSettings good = settings_of(Codec::h264_420, {64, 36});
  const EncodedSegment segment = encode(good, 3, Content::flat);
  expect_error("INVALID_ARGUMENT", "no frames", [&] { Encoder encoder(good, 0); });
  expect_error("INVALID_ARGUMENT", "no pixels", [&] { Encoder encoder(settings_of(good.codec, {0, 4}), 1); });
  expect_error("INVALID_ARGUMENT", "an odd pixel as recorded", [&] {
    Encoder encoder(settings_of(Codec::mpeg4_as_recorded, {1, 4}), 1);
  });
  expect_error("ENCODE_FAILED", "a preset that is none",
               [&] { Encoder encoder(settings_of(good.codec, good.size, "warp"), 1); });
  Encoder encoder(good, 1);
  encoder.next();
  expect_error("ENCODE_FAILED", "too few frames", [&] { encoder.finish(); });
  encoder.send();
  expect_error("ENCODE_FAILED", "too many frames", [&] { encoder.send(); });

  MemorySink sink(1 << 20);
  expect_error("MUX_FAILED", "an empty file", [&] { Muxer(good, Container::mp4, sink).finish(); });
  Muxer muxer(good, Container::mp4, sink);
  muxer.append(segment);
  const EncodedSegment other = encode(settings_of(good.codec, good.size, "ultrafast"), 3, Content::flat);
  expect_error("MUX_FAILED", "other extradata", [&] { muxer.append(other); });
}

void pictures() {
  TemporaryFolder folder;
  const Size size{33, 17};
  std::vector<uint8_t> rgb = frames_of(settings_of(Codec::h264_rgb, size), 1, Content::noise);
  const Picture picture = picture_over(PixelFormat::rgb24, size, rgb.data());
  const std::vector<uint8_t> png = encode_png(picture);
  const std::string path = folder.file();
  FileSink(path).write(0, png.data(), png.size());
  expect(decode(path).pixels == rgb, "PNG: other pixels");

  std::vector<uint8_t> same(rgb.size()), mean(3), wide(3 * 8192);
  scale_picture(picture, picture_over(PixelFormat::rgb24, size, same.data()));
  expect(same == rgb, "scaling to its own size changed a picture");
  scale_picture(picture, picture_over(PixelFormat::rgb24, {8192, 1}, wide.data()));
  scale_picture(picture, picture_over(PixelFormat::rgb24, {1, 1}, mean.data()));
  const size_t pixels = rgb.size() / 3;
  for (size_t c = 0; c < 3; c++) {
    size_t sum = pixels / 2;
    for (size_t i = c; i < rgb.size(); i += 3) sum += rgb[i];
    expect(mean[c] == sum / pixels, "scaling to one pixel did not give the mean");
  }
}

struct Check {
  const char* name;
  void (*run)();
};
constexpr Check kChecks[] = {{"segments", segments}, {"round_trip", round_trip}, {"quantisers", quantisers},
                             {"threads", threads},   {"refusals", refusals},     {"pictures", pictures},
                             {"sinks", sinks},       {"disk_full", disk_full},   {"after_failure", after_failure}};

}  // namespace
}  // namespace framekiln::checks

int main(int argc, char** argv) {
  using namespace framekiln::checks;
  framekiln::quiet_logging();
  int ran = 0;
  for (const Check& one : kChecks) {
    const bool wanted = argc == 1 || std::find(argv + 1, argv + argc, std::string(one.name)) != argv + argc;
    if (!wanted) continue;
    try {
      one.run();
    } catch (const std::exception& error) {
      expect(false, std::string(one.name) + ": " + error.what());
    }
    ran++;
  }
  std::printf("%d checks, %d failures\n", ran, failures);
  return failures > 0 || ran < argc - 1;
}
