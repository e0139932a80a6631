// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "check.h"
#include "cuda/device.h"
#include "decode.h"
#include "encode/muxer.h"
#include "encode/nvenc.h"

// Of check_nvenc: a session as nothing else in this program uses it, without a worker that closes it at any failure.
namespace framekiln::checks {

/// Draws a frame of one value into the session's, as a renderer would.
inline NvencEncoder::Frame grey(NvencEncoder& encoder, const cuda::Device& device, int value) {
  NvencEncoder::Frame frame = encoder.next();
  const cuda::DevicePicture picture = NvencEncoder::picture(frame);
  const cuda::Current current(device);
  for (int p = 0; p < 2; p++) {
    const size_t bytes = picture.stride[p] * static_cast<size_t>(picture.size.height >> p);
    device.driver().check(
        device.driver()->memset_8(picture.plane[p], static_cast<uint8_t>(value), bytes, device.stream()), "draw");
  }
  device.driver().check(device.driver()->stream_synchronize(device.stream()), "draw");
  return frame;
}

inline void session() {
  const auto device = cuda::Device::open(cuda::Driver::open(), 0);
  const EncodeSettings settings = settings_of(Codec::h264_420, {321, 181}, "slow");
  NvencEncoder encoder(device, settings);
  const auto send = [&](int first, int count) {
    for (int i = 0; i < count; i++) encoder.send(grey(encoder, *device, first + i));
  };
  expect_error("INVALID_ARGUMENT", "no frames", [&] { encoder.begin(0); });
  encoder.begin(3);
  encoder.begin(20);
  for (int cut : {1, 2, 3, 4, 5, 12}) {
    send(200, cut);
    expect_error("ENCODE_FAILED", "too few frames", [&] { encoder.finish(); });
    encoder.begin(20);
  }
  send(40, 20);
  expect_error("ENCODE_FAILED", "too many frames", [&] { send(9, 1); });
  const EncodedSegment one = encoder.finish();
  encoder.begin(2);
  send(80, 2);
  const EncodedSegment two = encoder.finish();
  expect(one.extradata == two.extradata, "other extradata in the same session");

  TemporaryFolder folder;
  for (Container container : kWritten) {
    const std::string path = folder.file(), name = name_of(container);
    {
      FileSink sink(path);
      Muxer muxer(settings, container, sink);
      muxer.append(one);
      muxer.append(two);
      muxer.finish();
    }
    const Decoded video = decode(path);
    const size_t bytes = video.pixels.size() / 22;
    bool equal = video.times.size() == 22;
    for (size_t i = 0; equal && i < video.pixels.size(); i++) {
      const size_t frame = i / bytes;
      equal = video.pixels[i] == (frame < 20 ? 40 + frame : 60 + frame);
    }
    expect(equal, name + ": other frames");
    AVFormatContext* opened = nullptr;
    check(avformat_open_input(&opened, path.c_str(), nullptr, nullptr), "DECODE", "open the file");
    check(avformat_find_stream_info(opened, nullptr), "DECODE", "read the file");
    const AVCodecParameters& par = *opened->streams[0]->codecpar;
    expect(par.color_primaries == AVCOL_PRI_BT709 && par.color_trc == AVCOL_TRC_BT709 &&
               par.color_space == AVCOL_SPC_BT709 && par.color_range == AVCOL_RANGE_MPEG &&
               par.chroma_location == AVCHROMA_LOC_CENTER,
           name + ": other colours");
    avformat_close_input(&opened);
  }
}

}  // namespace framekiln::checks
