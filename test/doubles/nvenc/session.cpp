// SPDX-License-Identifier: Apache-2.0
#include "nvenc/session.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>

#include "cuda/address.h"
#include "nvenc/config.h"

namespace framekiln::doubles {
namespace {

NVENCSTATUS refuse(const char* what, NVENCSTATUS status = NV_ENC_ERR_INVALID_PARAM) {
  breach(what);
  return status;
}

/// Asks the double of libcuda, where the process has it.
bool device_holds(uint64_t address, size_t bytes) {
  void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  if (!library) return true;
  const auto holds = reinterpret_cast<int (*)(uint64_t, size_t)>(dlsym(library, "fk_double_cuda_holds"));
  const bool held = !holds || holds(address, bytes) != 0;
  dlclose(library);
  return held;
}

/// Either a constant QP, the same for all frames, or a constant quality that no bit rate bounds.
void check_quality(const NV_ENC_RC_PARAMS& rc) {
  const NV_ENC_QP& qp = rc.constQP;
  const bool is_constant =
      rc.rateControlMode == NV_ENC_PARAMS_RC_CONSTQP && qp.qpIntra == qp.qpInterP && qp.qpIntra > 0;
  const bool is_quality = rc.rateControlMode == NV_ENC_PARAMS_RC_VBR && rc.targetQuality > 0 &&
                          rc.averageBitRate == 0 && rc.maxBitRate == 0;
  if (!is_constant && !is_quality) breach("neither a constant QP nor a constant quality");
}

}  // namespace

NVENCSTATUS Session::initialize(const NV_ENC_INITIALIZE_PARAMS& params) {
  if (initialized_) return refuse("a session is initialized twice");
  if (!params.encodeConfig) return refuse("a session is initialized without a configuration");
  const NV_ENC_CONFIG& config = *params.encodeConfig;
  if (config.frameIntervalP != 1) breach("frames may be reordered");
  if (config.gopLength < 10'000'000) breach("key frames come on their own");
  check_quality(config.rcParams);
  if (std::memcmp(&params.encodeGUID, &NV_ENC_CODEC_H264_GUID, sizeof(GUID)) != 0) return NV_ENC_ERR_UNSUPPORTED_PARAM;
  // As chips do; the bound is a T4's.
  if (params.encodeWidth < 145 || params.encodeHeight < 49) return NV_ENC_ERR_INVALID_PARAM;
  const NV_ENC_CONFIG_H264_VUI_PARAMETERS& vui = config.encodeCodecConfig.h264Config.h264VUIParameters;
  stream_ = {static_cast<int>(params.encodeWidth),  static_cast<int>(params.encodeHeight),
             vui.colourDescriptionPresentFlag != 0, vui.videoFullRangeFlag != 0,
             static_cast<int>(vui.colourPrimaries), static_cast<int>(vui.transferCharacteristics),
             static_cast<int>(vui.colourMatrix)};
  if (config.encodeCodecConfig.h264Config.disableSPSPPS == 0) breach("parameter sets would be repeated");
  initialized_ = true;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::add_resource(NV_ENC_REGISTER_RESOURCE& params) {
  const uint64_t address = reinterpret_cast<uint64_t>(params.resourceToRegister);
  if (params.resourceType != NV_ENC_INPUT_RESOURCE_TYPE_CUDADEVICEPTR) return refuse("not a CUDA pointer");
  if (params.bufferFormat != NV_ENC_BUFFER_FORMAT_NV12) return refuse("not NV12");
  if (!is_device_address(address)) return refuse("not memory of the GPU");
  if (params.pitch < params.width) return refuse("rows overlap");
  if (!device_holds(address, static_cast<size_t>(params.pitch) * params.height * 3 / 2)) {
    return refuse("a frame lies outside of its allocation");
  }
  auto* resource = new Resource{address, params.width, params.height, params.pitch, false};
  resources_[resource] = resource;
  params.registeredResource = resource;
  counts().resources++;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::remove_resource(void* handle) {
  const auto found = resources_.find(handle);
  if (found == resources_.end()) return refuse("unregistered what is not registered");
  if (found->second->mapped) breach("unregistered a mapped resource");
  delete found->second;
  resources_.erase(found);
  counts().resources--;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::map(NV_ENC_MAP_INPUT_RESOURCE& params) {
  const auto found = resources_.find(params.registeredResource);
  if (found == resources_.end()) return refuse("mapped what is not registered", NV_ENC_ERR_RESOURCE_NOT_REGISTERED);
  if (found->second->mapped) return refuse("mapped twice");
  found->second->mapped = true;
  params.mappedResource = found->second;
  params.mappedBufferFmt = NV_ENC_BUFFER_FORMAT_NV12;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::unmap(void* mapped) {
  const auto found = resources_.find(mapped);
  if (found == resources_.end() || !found->second->mapped) {
    return refuse("unmapped what is not mapped", NV_ENC_ERR_RESOURCE_NOT_MAPPED);
  }
  found->second->mapped = false;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::add_bitstream(NV_ENC_CREATE_BITSTREAM_BUFFER& params) {
  auto* made = new Bitstream{};
  bitstreams_.insert(made);
  params.bitstreamBuffer = made;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::remove_bitstream(void* handle) {
  if (!handle) return NV_ENC_ERR_INVALID_PTR;  // FFmpeg's, where it could not make them all
  auto* bitstream = static_cast<Bitstream*>(handle);
  if (bitstreams_.erase(bitstream) == 0) return refuse("destroyed a bitstream that is none");
  if (bitstream->locked) breach("destroyed a locked bitstream");
  delete bitstream;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::set_streams(void* input, void* output) {
  if (!input || !output) return refuse("no streams");
  void* const in = *static_cast<void**>(input);
  if (!in || in != *static_cast<void**>(output)) breach("input and output are not in one stream of the caller's");
  has_streams_ = true;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::end_segment() {
  if (since_end_ > 0) counts().segments++;
  since_end_ = 0;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::encode(const NV_ENC_PIC_PARAMS& params) {
  // FFmpeg ends what never began, too.
  if (params.encodePicFlags & NV_ENC_PIC_FLAG_EOS) return end_segment();
  if (!initialized_) return refuse("encoded before it was initialized", NV_ENC_ERR_ENCODER_NOT_INITIALIZED);
  if (!has_streams_) breach("the driver was not told which stream draws the frames");
  const auto found = resources_.find(params.inputBuffer);
  if (found == resources_.end() || !found->second->mapped) return refuse("encoded what is not mapped");
  const Resource& input = *found->second;
  auto* output = static_cast<Bitstream*>(params.outputBitstream);
  if (!bitstreams_.count(output)) return refuse("encoded into a bitstream that is none");
  if (output->filled) return refuse("encoded into a bitstream that nobody has read");
  if (input.width != static_cast<uint32_t>(stream_.width) || input.height != static_cast<uint32_t>(stream_.height) ||
      params.inputPitch != input.pitch || params.bufferFmt != NV_ENC_BUFFER_FORMAT_NV12) {
    return refuse("a frame of another size, pitch or format");
  }
  const bool key = frames_ == 0 || (params.encodePicFlags & NV_ENC_PIC_FLAG_FORCEIDR);
  if (frames_ > 0 && params.inputTimeStamp <= last_timestamp_) breach("times do not rise");
  if (key) {
    idr_++;
    since_idr_ = 0;
  }
  const auto* luma = static_cast<const uint8_t*>(host_address(input.address));
  const Nv12 pixels{luma, luma + static_cast<size_t>(input.pitch) * input.height, input.pitch};
  output->bytes = coded_picture(stream_, pixels, static_cast<int>(since_idr_), static_cast<int>(idr_));
  output->filled = true;
  output->timestamp = params.inputTimeStamp;
  output->key = key;
  last_timestamp_ = params.inputTimeStamp;
  since_idr_++;
  since_end_++;
  frames_++;
  counts().frames++;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::lock(NV_ENC_LOCK_BITSTREAM& params) {
  auto* bitstream = static_cast<Bitstream*>(params.outputBitstream);
  if (!bitstreams_.count(bitstream)) return refuse("locked a bitstream that is none");
  if (!bitstream->filled) return refuse("locked a bitstream that nothing was encoded into");
  if (bitstream->locked) return refuse("locked twice");
  bitstream->locked = true;
  params.bitstreamBufferPtr = bitstream->bytes.data();
  params.bitstreamSizeInBytes = static_cast<uint32_t>(bitstream->bytes.size());
  params.outputTimeStamp = bitstream->timestamp;
  params.pictureType = bitstream->key ? NV_ENC_PIC_TYPE_IDR : NV_ENC_PIC_TYPE_I;
  params.frameAvgQP = 1;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::unlock(void* handle) {
  auto* bitstream = static_cast<Bitstream*>(handle);
  if (!bitstreams_.count(bitstream) || !bitstream->locked) return refuse("unlocked what is not locked");
  bitstream->locked = false;
  bitstream->filled = false;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::write_parameter_sets(NV_ENC_SEQUENCE_PARAM_PAYLOAD& params) {
  const std::vector<uint8_t> sets = parameter_sets(stream_);
  if (!initialized_ || params.inBufferSize < sets.size()) return refuse("no room for the parameter sets");
  std::copy(sets.begin(), sets.end(), static_cast<uint8_t*>(params.spsppsBuffer));
  *params.outSPSPPSPayloadSize = static_cast<uint32_t>(sets.size());
  return NV_ENC_SUCCESS;
}

void Session::close() {
  if (since_end_ > 0) breach("closed without an end of stream");
  if (!resources_.empty()) breach("closed with resources left");
  if (!bitstreams_.empty()) breach("closed with bitstreams left");
}

}  // namespace framekiln::doubles
