// SPDX-License-Identifier: Apache-2.0
#include "encode/nvenc.h"

#include <string>
#include <utility>

#include "av/av.h"
#include "encode/codec_options.h"
#include "encode/nvenc_options.h"
extern "C" {
#include <libavutil/hwcontext.h>
#include <libavutil/hwcontext_cuda.h>
}

namespace framekiln {
namespace {

constexpr const char* kLost = "SESSION_LOST";

/// FFmpeg's view of our device: it works in our context and hands our stream to NVENC.
Av<AVBufferRef> device_context(const cuda::Device& device) {
  Av<AVBufferRef> reference = own(av_hwdevice_ctx_alloc(AV_HWDEVICE_TYPE_CUDA));
  auto* context = reinterpret_cast<AVHWDeviceContext*>(reference->data);
  auto* cuda = static_cast<AVCUDADeviceContext*>(context->hwctx);
  cuda->cuda_ctx = device.context();
  cuda->stream = device.stream();
  const LogCapture log;
  const int rc = av_hwdevice_ctx_init(reference.get());
  if (rc < 0) throw Error("NVENC_REFUSED", "FFmpeg cannot use the GPU: " + error_text(rc) + ": " + log.text());
  return reference;
}

/// A pool that grows to as many frames as are in use at once.
Av<AVBufferRef> frame_pool(AVBufferRef* device, Size coded) {
  Av<AVBufferRef> reference = own(av_hwframe_ctx_alloc(device));
  auto* frames = reinterpret_cast<AVHWFramesContext*>(reference->data);
  frames->format = AV_PIX_FMT_CUDA;
  frames->sw_format = AV_PIX_FMT_NV12;
  frames->width = coded.width;
  frames->height = coded.height;
  check(av_hwframe_ctx_init(reference.get()), "NVENC_REFUSED", "make frames for NVENC");
  return reference;
}

/// The parameter sets with which libx264 goes on where NVENC is lost, to be in the file from its start; none when there
/// is no libx264, or the codec has no other encoder.
std::vector<uint8_t> software_sets(EncodeSettings settings) {
  if (settings.codec != Codec::h264_420) return {};
  settings.parameter_set = 1;
  try {
    const Av<AVCodecContext> codec = open_encoder(settings);
    return {codec->extradata, codec->extradata + codec->extradata_size};
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

struct NvencEncoder::Impl {
  std::shared_ptr<cuda::Device> device;
  EncodeSettings settings;
  Av<AVBufferRef> device_reference, pool;
  Av<AVCodecContext> codec;
  Av<AVPacket> packet = own(av_packet_alloc());
  std::vector<uint8_t> extradata;
  EncodedSegment segment;
  int frames = 0, sent = 0;
  /// Times rise over the whole session, whatever the driver makes of times that begin again.
  int64_t first_time = 0;
  bool ended = false;

  Impl(std::shared_ptr<cuda::Device> gpu, const EncodeSettings& wanted)
      : device(std::move(gpu)),
        settings(wanted),
        device_reference(device_context(*device)),
        pool(frame_pool(device_reference.get(), coded_size(wanted))) {
    open();
    extradata = extradata_of(settings, *codec);
    const std::vector<uint8_t> spare = software_sets(settings);
    extradata.insert(extradata.end(), spare.begin(), spare.end());
  }

  void open() { codec = open_nvenc(settings, pool.get()); }

  void begin(int length) {
    if (sent > 0) restart();
    first_time += sent;
    frames = length;
    sent = 0;
    segment = {};
    segment.extradata = extradata;
  }

  /// FFmpeg's flush leaves packets that nobody received in its queues, so what was not finished is taken out first.
  void restart() {
    if (!ended) encode(nullptr);
    ended = false;
    if (codec->codec->capabilities & AV_CODEC_CAP_ENCODER_FLUSH) {
      avcodec_flush_buffers(codec.get());
    } else {
      codec.reset();
      open();
    }
  }

  Frame next() {
    Frame frame(own(av_frame_alloc()).release(), AvDeleter());
    const LogCapture log;
    const int rc = av_hwframe_get_buffer(pool.get(), frame.get(), 0);
    if (rc < 0) {
      throw Error(code_of_allocation(log), "cannot make a frame for NVENC: " + error_text(rc) + ": " + log.text());
    }
    return frame;
  }

  void send(Frame frame) {
    if (sent == frames) throw Error(kEncodeFailed, "more frames than the segment's " + std::to_string(frames));
    frame->pts = first_time + sent;
    frame->pict_type = sent == 0 ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;  // forced-idr makes it an IDR
    sent++;
    encode(frame.get());
  }

  EncodedSegment finish() {
    if (sent != frames) {
      throw Error(kEncodeFailed,
                  "only " + std::to_string(sent) + " of the segment's " + std::to_string(frames) + " frames");
    }
    encode(nullptr);
    if (static_cast<int>(segment.packets.size()) != frames) throw Error(kLost, "NVENC dropped frames");
    if (!segment.packets[0].key) throw Error(kLost, "NVENC began a segment without a key frame");
    segment.frames = frames;
    return std::move(segment);
  }

  /// Null ends the segment.
  void encode(AVFrame* frame) {
    const LogCapture log;
    ended = !frame;
    check_session(avcodec_send_frame(codec.get(), frame), log);
    for (;;) {
      const int rc = avcodec_receive_packet(codec.get(), packet.get());
      if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return;
      check_session(rc, log);
      // No frame is reordered, so packets come in order of display.
      const int64_t pts = static_cast<int64_t>(segment.packets.size());
      if (packet->pts != first_time + pts) throw Error(kLost, "NVENC reorders frames");
      segment.packets.push_back(
          {static_cast<uint32_t>(packet->size), pts, pts, (packet->flags & AV_PKT_FLAG_KEY) != 0});
      segment.data.insert(segment.data.end(), packet->data, packet->data + packet->size);
      av_packet_unref(packet.get());
    }
  }

  static void check_session(int rc, const LogCapture& log) {
    if (rc >= 0) return;
    const bool is_host = rc == AVERROR(ENOMEM) && log.text().empty();
    throw Error(is_host ? "OUT_OF_MEMORY" : kLost, "NVENC stopped: " + error_text(rc) + ": " + log.text());
  }

  /// FFmpeg's pool calls whatever the driver answers "out of memory".
  static const char* code_of_allocation(const LogCapture& log) {
    if (log.text().empty()) return "OUT_OF_MEMORY";
    return log.text().find("CUDA_ERROR_OUT_OF_MEMORY") != std::string::npos ? "GPU_OUT_OF_MEMORY" : kLost;
  }
};

NvencEncoder::NvencEncoder(std::shared_ptr<cuda::Device> device, const EncodeSettings& settings)
    : impl_(std::make_unique<Impl>(std::move(device), settings)) {}
NvencEncoder::~NvencEncoder() {
  const Silence why_it_was_lost_is_said;
  impl_.reset();
}

bool NvencEncoder::serves(const EncodeSettings& s) const {
  const EncodeSettings& own = impl_->settings;
  return s.codec == own.codec && s.size.width == own.size.width && s.size.height == own.size.height &&
         s.fps.num == own.fps.num && s.fps.den == own.fps.den && s.preset == own.preset && s.crf == own.crf &&
         s.constant_qp == own.constant_qp;
}

void NvencEncoder::begin(int frames) {
  if (frames < 1) throw Error("INVALID_ARGUMENT", "a segment has at least one frame");
  impl_->begin(frames);
}

NvencEncoder::Frame NvencEncoder::next() { return impl_->next(); }

cuda::DevicePicture NvencEncoder::picture(const Frame& frame) {
  return {PixelFormat::nv12,
          {frame->width, frame->height},
          {reinterpret_cast<CUdeviceptr>(frame->data[0]), reinterpret_cast<CUdeviceptr>(frame->data[1]), 0},
          {static_cast<size_t>(frame->linesize[0]), static_cast<size_t>(frame->linesize[1]), 0}};
}

void NvencEncoder::send(Frame frame) { impl_->send(std::move(frame)); }
EncodedSegment NvencEncoder::finish() { return impl_->finish(); }

}  // namespace framekiln
