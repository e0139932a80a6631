// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "state.h"

// Part of the double of libcuda, for tests only: streams and events.
namespace framekiln::doubles {
namespace {

/// The queues of all streams, or only of the context's that wait for its null stream and it for them.
std::vector<std::shared_ptr<Queue>> all_queues(const Context* blocking_of) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  std::vector<std::shared_ptr<Queue>> queues;
  for (const auto& [handle, stream] : s.streams.all()) {
    if (!stream->alive || (blocking_of && (!stream->blocking || stream->context != blocking_of))) continue;
    queues.push_back(stream->queue);
  }
  return queues;
}

/// Null for the null stream, whose work is done when its call returns.
CUresult queue_of(CUstream handle, std::shared_ptr<Queue>* queue) {
  if (!handle) return CUDA_SUCCESS;
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const Stream* const stream = living(s.streams, handle, "stream");
  if (!stream) return kInvalidHandle;
  *queue = stream->queue;
  return CUDA_SUCCESS;
}

}  // namespace

void drain_all() {
  for (const auto& queue : all_queues(nullptr)) queue->drain();
}

CUresult submit(CUstream stream, std::function<void()> work, bool wait, HostRange pinned) {
  std::shared_ptr<Queue> queue;
  if (const CUresult bad = queue_of(stream, &queue); bad != CUDA_SUCCESS) return bad;
  const std::atomic<int>& lost = state().lost[current()->device];
  auto unless_lost = [work = std::move(work), &lost] {
    if (!lost) work();
  };
  if (!queue) {
    for (const auto& other : all_queues(current())) other->drain();
    unless_lost();
    return result(lost);
  }
  const uint64_t ticket = queue->push(std::move(unless_lost), pinned);
  if (!wait) return CUDA_SUCCESS;
  queue->wait(ticket);
  return result(lost);
}

}  // namespace framekiln::doubles

using namespace framekiln::doubles;

FK_DOUBLE_EXPORT CUresult cuStreamCreate(CUstream* stream, unsigned flags) {
  FK_ENTER(Need::work);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (flags > CU_STREAM_NON_BLOCKING) {
    breach("flags are %u", flags);
    return kInvalidValue;
  }
  const bool blocking = flags != CU_STREAM_NON_BLOCKING;
  *stream = s.streams.add({true, current(), blocking, std::make_shared<Queue>(s.config.delay)});
  return CUDA_SUCCESS;
}

// It and the other functions that give back do so whatever they return: a lost GPU's memory is no leak of its user.
FK_DOUBLE_EXPORT CUresult cuStreamDestroy_v2(CUstream handle) {
  const CUresult entered = enter(__func__, Need::work);
  State& s = state();
  std::shared_ptr<Queue> queue;
  {
    const std::lock_guard lock(s.mutex);
    Stream* const stream = living(s.streams, handle, "stream");
    if (!stream) return kInvalidHandle;
    stream->alive = false;
    queue.swap(stream->queue);
  }
  queue->drain();  // an event may keep the queue; who frees memory later does not look for it
  return entered;
}

FK_DOUBLE_EXPORT CUresult cuStreamSynchronize(CUstream stream) {
  FK_ENTER(Need::work);
  std::shared_ptr<Queue> queue;
  if (const CUresult bad = queue_of(stream, &queue); bad != CUDA_SUCCESS) return bad;
  if (queue) queue->drain();
  return result(state().lost[current()->device]);
}

FK_DOUBLE_EXPORT CUresult cuStreamQuery(CUstream stream) {
  FK_ENTER(Need::work);
  std::shared_ptr<Queue> queue;
  if (const CUresult bad = queue_of(stream, &queue); bad != CUDA_SUCCESS) return bad;
  return !queue || queue->idle() ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}

FK_DOUBLE_EXPORT CUresult cuEventCreate(CUevent* event, unsigned flags) {
  FK_ENTER(Need::work);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (flags > (CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING)) {
    breach("flags are %u", flags);
    return kInvalidValue;
  }
  *event = s.events.add({true, current(), nullptr, 0});
  return CUDA_SUCCESS;
}

FK_DOUBLE_EXPORT CUresult cuEventDestroy_v2(CUevent handle) {
  const CUresult entered = enter(__func__, Need::work);
  State& s = state();
  std::shared_ptr<Queue> queue;  // whoever is its last holder waits for its thread: not with the mutex
  const std::lock_guard lock(s.mutex);
  Event* const event = living(s.events, handle, "event");
  if (!event) return kInvalidHandle;
  event->alive = false;
  queue.swap(event->queue);
  return entered;
}

FK_DOUBLE_EXPORT CUresult cuEventRecord(CUevent handle, CUstream stream) {
  FK_ENTER(Need::work);
  std::shared_ptr<Queue> queue;
  if (const CUresult bad = queue_of(stream, &queue); bad != CUDA_SUCCESS) return bad;
  State& s = state();
  const std::lock_guard lock(s.mutex);
  Event* const event = living(s.events, handle, "event");
  if (!event) return kInvalidHandle;
  event->ticket = queue ? queue->push([] {}, {}) : 0;
  event->queue.swap(queue);
  return CUDA_SUCCESS;
}

namespace {

CUresult recorded(CUevent handle, std::shared_ptr<Queue>* queue, uint64_t* ticket) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const Event* const event = living(s.events, handle, "event");
  if (!event) return kInvalidHandle;
  *queue = event->queue;
  *ticket = event->ticket;
  return CUDA_SUCCESS;
}

}  // namespace

FK_DOUBLE_EXPORT CUresult cuEventSynchronize(CUevent event) {
  FK_ENTER(Need::work);
  std::shared_ptr<Queue> queue;
  uint64_t ticket = 0;
  if (const CUresult bad = recorded(event, &queue, &ticket); bad != CUDA_SUCCESS) return bad;
  if (queue) queue->wait(ticket);
  return result(state().lost[current()->device]);
}

FK_DOUBLE_EXPORT CUresult cuEventQuery(CUevent event) {
  FK_ENTER(Need::work);
  std::shared_ptr<Queue> queue;
  uint64_t ticket = 0;
  if (const CUresult bad = recorded(event, &queue, &ticket); bad != CUDA_SUCCESS) return bad;
  return !queue || queue->done(ticket) ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}
