// SPDX-License-Identifier: Apache-2.0
#include "encode/muxer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "av/av.h"
#include "encode/avio_sink.h"
#include "encode/codec_options.h"

namespace framekiln {
namespace {

constexpr const char* kMuxFailed = "MUX_FAILED";
/// A fragment ends where we say. The header waits for the first one: only then is it known how much later than decoded
/// a frame is shown, which an edit list takes back, so that the first frame is shown at 0. (Negative composition
/// offsets would do without it, but FFmpeg, and thus Chromium, reads them as a later start.) No index at the end.
constexpr const char* kFragmented = "+frag_custom+empty_moov+delay_moov+default_base_moof+skip_trailer";

/// The stream as the settings describe it; an encoder adds nothing but the extradata.
///
/// The container alone says an odd size of 4:2:0, since H.264 crops such pictures by whole chroma samples. Chromium and
/// FFmpeg then show just that many columns and rows; a clap box they ignore.
void describe(const EncodeSettings& settings, bool is_mp4, const std::vector<uint8_t>& extradata, AVStream& stream) {
  const Av<AVCodecContext> c = describe_stream(settings, nullptr);
  AVCodecParameters& par = *stream.codecpar;
  check(avcodec_parameters_from_context(&par, c.get()), kMuxFailed, "describe the stream");
  // Players that know only this name for HEVC in MP4 play it too.
  if (settings.codec == Codec::hevc_420 && is_mp4) par.codec_tag = MKTAG('h', 'v', 'c', '1');
  if (is_420(settings.codec)) {
    par.width = settings.size.width;
    par.height = settings.size.height;
  }
  stream.time_base = c->time_base;
  stream.avg_frame_rate = c->framerate;
  stream.sample_aspect_ratio = c->sample_aspect_ratio;
  par.extradata = static_cast<uint8_t*>(av_mallocz(extradata.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (!par.extradata) throw Error("OUT_OF_MEMORY", "FFmpeg is out of memory");
  if (!extradata.empty()) std::memcpy(par.extradata, extradata.data(), extradata.size());
  par.extradata_size = static_cast<int>(extradata.size());
}

}  // namespace

struct Muxer::Impl {
  EncodeSettings settings;
  Container container;
  AvioSink io;
  Av<AVFormatContext> oc;
  Av<AVPacket> packet = own(av_packet_alloc());
  AVStream* stream = nullptr;
  std::vector<uint8_t> extradata;
  int64_t frames = 0;
  bool broken = false;

  Impl(const EncodeSettings& wanted, Container kind, Sink& sink) : settings(wanted), container(kind), io(sink) {
    AVFormatContext* made = nullptr;
    const char* name = container == Container::matroska ? "matroska" : "mp4";
    check(avformat_alloc_output_context2(&made, nullptr, name, ""), kMuxFailed, "open a container");
    oc = own(made);
    io.attach(*oc);
  }

  /// libavformat must not be called again after it failed: it has freed what it needs.
  template <class F>
  void once(F&& step) {
    if (broken) throw Error(kMuxFailed, "an earlier call failed");
    broken = true;
    step();
    broken = false;
  }

  /// What the sink threw explains more than what FFmpeg made of it.
  void checked(int rc, const char* what) {
    io.rethrow();
    check(rc, kMuxFailed, what);
  }

  void start(const std::vector<uint8_t>& first_extradata) {
    extradata = first_extradata;
    stream = avformat_new_stream(oc.get(), nullptr);
    if (!stream) throw Error("OUT_OF_MEMORY", "FFmpeg is out of memory");
    describe(settings, container != Container::matroska, extradata, *stream);
    Options options;
    // OpenCV's file: the index behind the data, and the libraries' names in it.
    const bool recorded = settings.codec == Codec::mpeg4_as_recorded && container == Container::mp4;
    if (!recorded) oc->flags |= AVFMT_FLAG_BITEXACT;
    if (!recorded && container != Container::matroska) {
      options.set("movflags", container == Container::mp4 ? "+faststart" : kFragmented);
      // From FFmpeg 5.0 on. Its default counts the file's and the edit list's duration in milliseconds.
      const bool exact = av_opt_find(oc->priv_data, "movie_timescale", nullptr, 0, 0) != nullptr;
      if (exact) options.set("movie_timescale", std::to_string(stream->avg_frame_rate.num));
    }
    checked(avformat_write_header(oc.get(), options.get()), "write the file's header");
    options.expect_all_taken(kMuxFailed);
  }

  /// The same parameter sets as the first segment's, or the last of them: NVENC's segments bring libx264's too.
  bool is_among(const std::vector<uint8_t>& sets) const {
    return sets.size() <= extradata.size() && std::equal(sets.rbegin(), sets.rend(), extradata.rbegin());
  }

  void append(const EncodedSegment& segment) {
    const bool first = !stream;
    if (first) start(segment.extradata);
    if (!is_among(segment.extradata)) throw Error(kMuxFailed, "a segment was encoded with other parameters");
    const AVRational frame_time = av_inv_q(stream->avg_frame_rate);
    size_t offset = 0;
    for (const PacketInfo& info : segment.packets) {
      check(av_new_packet(packet.get(), static_cast<int>(info.bytes)), kMuxFailed, "allocate a packet");
      std::memcpy(packet->data, segment.data.data() + offset, info.bytes);
      offset += info.bytes;
      packet->pts = frames + info.pts;
      packet->dts = frames + info.dts;
      packet->duration = 1;
      packet->flags = info.key ? AV_PKT_FLAG_KEY : 0;
      packet->stream_index = stream->index;
      av_packet_rescale_ts(packet.get(), frame_time, stream->time_base);
      const int rc = av_write_frame(oc.get(), packet.get());
      av_packet_unref(packet.get());
      checked(rc, "write a packet");
    }
    frames += segment.frames;
    if (container != Container::fmp4) return;
    if (first) flush();  // the header alone
    flush();
  }

  void flush() {
    checked(av_write_frame(oc.get(), nullptr), "finish a fragment");
    avio_flush(oc->pb);
    checked(oc->pb->error, "finish a fragment");
  }

  void finish() {
    if (!stream) throw Error(kMuxFailed, "there is no segment to write");
    checked(av_write_trailer(oc.get()), "finish the file");
    avio_flush(oc->pb);
    checked(oc->pb->error, "finish the file");
  }
};

Muxer::Muxer(const EncodeSettings& settings, Container container, Sink& sink)
    : impl_(std::make_unique<Impl>(settings, container, sink)) {}
Muxer::~Muxer() = default;
void Muxer::append(const EncodedSegment& segment) {
  impl_->once([&] { impl_->append(segment); });
}
void Muxer::finish() {
  impl_->once([&] { impl_->finish(); });
}

}  // namespace framekiln
