// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdlib.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
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

/// A picture whose rows, planes and frames differ, of values that limited range holds.
inline Av<AVFrame> picture_of(AVPixelFormat format, Size size, int number) {
  Av<AVFrame> frame = make_frame(format, size.width, size.height);
  ptrdiff_t strides[4];
  size_t bytes[4];
  for (int i = 0; i < 4; i++) strides[i] = frame->linesize[i];
  check(av_image_fill_plane_sizes(bytes, format, size.height, strides), "ENCODE", "size a frame");
  std::vector<uint8_t> pattern(bytes[0] / static_cast<size_t>(size.height) + 220);
  for (size_t i = 0; i < pattern.size(); i++) pattern[i] = static_cast<uint8_t>(16 + i % 220);
  for (int plane = 0; plane < 4 && frame->data[plane]; plane++) {
    const auto stride = static_cast<size_t>(strides[plane]);
    for (size_t row = 0; row < bytes[plane] / stride; row++) {
      const size_t shift = (row * 7 + static_cast<size_t>(plane * 50 + number * 11)) % 220;
      std::memcpy(frame->data[plane] + row * stride, pattern.data() + shift, stride);
    }
  }
  frame->pts = number;
  return frame;
}

/// An AVI file by FFmpeg's muxer and encoder.
inline std::vector<uint8_t> avi_of(AVCodecID id, AVPixelFormat format, Size size, int frames) {
  AVFormatContext* made = nullptr;
  check(avformat_alloc_output_context2(&made, nullptr, "avi", nullptr), "ENCODE", "make a file");
  const Av<AVFormatContext> file(made);
  const AVCodec* codec = avcodec_find_encoder(id);
  const Av<AVCodecContext> c = own(avcodec_alloc_context3(codec));
  c->width = size.width;
  c->height = size.height;
  c->pix_fmt = format;
  c->time_base = {1, 30};
  c->thread_count = 1;
  c->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;  // motion JPEG of limited range
  check(avcodec_open2(c.get(), codec, nullptr), "ENCODE", "open the encoder");
  AVStream* stream = avformat_new_stream(file.get(), nullptr);
  check(avcodec_parameters_from_context(stream->codecpar, c.get()), "ENCODE", "describe the stream");
  stream->time_base = c->time_base;
  TemporaryFolder folder;
  const std::string path = folder.file();
  check(avio_open(&file->pb, path.c_str(), AVIO_FLAG_WRITE), "ENCODE", "open the file");
  check(avformat_write_header(file.get(), nullptr), "ENCODE", "write the header");
  const Av<AVPacket> packet = own(av_packet_alloc());
  for (int i = 0; i <= frames; i++) {
    const Av<AVFrame> frame = i < frames ? picture_of(format, size, i) : nullptr;
    check(avcodec_send_frame(c.get(), frame.get()), "ENCODE", "encode a frame");
    while (avcodec_receive_packet(c.get(), packet.get()) >= 0) {
      av_packet_rescale_ts(packet.get(), c->time_base, stream->time_base);
      check(av_write_frame(file.get(), packet.get()), "ENCODE", "write a frame");
    }
  }
  check(av_write_trailer(file.get()), "ENCODE", "write the index");
  check(avio_closep(&file->pb), "ENCODE", "close the file");
  std::ifstream written(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(written), {}};
}

/// A YUV4MPEG2 file of 4:2:0.
inline std::vector<uint8_t> y4m_of(Size size, int frames) {
  const std::string header =
      "YUV4MPEG2 W" + std::to_string(size.width) + " H" + std::to_string(size.height) + " F30:1 Ip A1:1 C420jpeg\n";
  std::vector<uint8_t> bytes(header.begin(), header.end());
  for (int i = 0; i < frames; i++) {
    for (char c : std::string("FRAME\n")) bytes.push_back(static_cast<uint8_t>(c));
    append_pixels(*picture_of(AV_PIX_FMT_YUV420P, size, i), bytes);
  }
  return bytes;
}

}  // namespace framekiln::checks
