// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "av/av.h"
#include "frame/picture.h"

extern "C" {
#include <libavutil/imgutils.h>
}

namespace framekiln::checks {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "framekiln-check-XXXXXX").string();
    if (!mkdtemp(pattern.data())) std::abort();
    path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  /// A path that names no file yet.
  std::string file() { return (path_ / std::to_string(files_++)).string(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int files_ = 0;
};

struct Decoded {
  Size size{};
  std::vector<int64_t> times;   ///< in frames
  std::vector<uint8_t> pixels;  ///< packed, one frame after the other; rgb24 where the video is RGB
};

/// libavcodec gives RGB video as planes G, B, R.
inline void append_pixels(const AVFrame& f, std::vector<uint8_t>& out) {
  const auto format = static_cast<AVPixelFormat>(f.format);
  if (format == AV_PIX_FMT_GBRP) {
    for (int y = 0; y < f.height; y++) {
      for (int x = 0; x < f.width; x++) {
        for (int plane : {2, 0, 1}) out.push_back(f.data[plane][y * f.linesize[plane] + x]);
      }
    }
    return;
  }
  const size_t before = out.size();
  const int bytes = check(av_image_get_buffer_size(format, f.width, f.height, 1), "DECODE", "size a frame");
  out.resize(before + static_cast<size_t>(bytes));
  check(av_image_copy_to_buffer(out.data() + before, bytes, f.data, f.linesize, format, f.width, f.height, 1), "DECODE",
        "copy a frame");
}

/// The file's one video stream, by FFmpeg's own demuxers and decoders.
inline Decoded decode(const std::string& path) {
  AVFormatContext* opened = nullptr;
  check(avformat_open_input(&opened, path.c_str(), nullptr, nullptr), "DECODE", "open the file");
  struct Close {
    void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
  };
  const std::unique_ptr<AVFormatContext, Close> file(opened);
  check(avformat_find_stream_info(file.get(), nullptr), "DECODE", "read the file");
  const AVStream& stream = *file->streams[0];
  const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
  const Av<AVCodecContext> c = own(avcodec_alloc_context3(codec));
  check(avcodec_parameters_to_context(c.get(), stream.codecpar), "DECODE", "describe the stream");
  c->thread_count = 1;
  check(avcodec_open2(c.get(), codec, nullptr), "DECODE", "open the decoder");

  Decoded video;
  const Av<AVPacket> packet = own(av_packet_alloc());
  const Av<AVFrame> frame = own(av_frame_alloc());
  const auto receive = [&] {
    while (avcodec_receive_frame(c.get(), frame.get()) >= 0) {
      video.size = {frame->width, frame->height};
      video.times.push_back(
          av_rescale_q(frame->best_effort_timestamp, stream.time_base, av_inv_q(stream.avg_frame_rate)));
      append_pixels(*frame, video.pixels);
    }
  };
  while (av_read_frame(file.get(), packet.get()) >= 0) {
    check(avcodec_send_packet(c.get(), packet.get()), "DECODE", "decode a packet");
    av_packet_unref(packet.get());
    receive();
  }
  check(avcodec_send_packet(c.get(), nullptr), "DECODE", "finish decoding");
  receive();
  return video;
}

}  // namespace framekiln::checks
