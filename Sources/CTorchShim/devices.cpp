// Devices: threads, seeds, synchronisation, events, and a watch over the operators issued. Through libtorch's generic
// accelerator interface, so that the same source serves CUDA, ROCm and MPS and needs none of their headers.
#include "shim.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <ATen/record_function.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace ctorch {
namespace {

int32_t make_generator(ctorch_device where, uint64_t seed, ctorch_generator *result, char **error) {
  return guarded(error, [&] {
    at::Generator generator = where.type == CTORCH_CPU
                                  ? at::make_generator<at::CPUGeneratorImpl>(seed)
                                  : at::globalContext().defaultGenerator(device(where)).clone();
    generator.set_current_seed(seed);
    *result = reinterpret_cast<ctorch_generator>(new at::Generator(std::move(generator)));
  });
}

int32_t device_count(int32_t type) {
  if (type == CTORCH_CPU) return 1;
  try {
    const auto accelerator = at::accelerator::getAccelerator();
    if (!accelerator.has_value() || static_cast<int32_t>(*accelerator) != type) return 0;
    return at::accelerator::deviceCount();
  } catch (...) {
    return 0;
  }
}

int32_t synchronize(ctorch_device where, char **error) {
  return guarded(error, [&] {
    if (where.type != CTORCH_CPU) at::accelerator::synchronizeDevice(static_cast<c10::DeviceIndex>(where.index));
  });
}

int32_t record_event(ctorch_device where, ctorch_event *result, char **error) {
  return guarded(error, [&] {
    auto event = std::make_unique<c10::Event>(device(where).type(), c10::EventFlag::BACKEND_DEFAULT);
    event->record(at::accelerator::getCurrentStream(static_cast<c10::DeviceIndex>(where.index)));
    *result = reinterpret_cast<ctorch_event>(event.release());
  });
}

int32_t elapsed_milliseconds(ctorch_event start, ctorch_event end, double *result, char **error) {
  return guarded(error, [&] {
    auto *first = reinterpret_cast<c10::Event *>(start);
    auto *last = reinterpret_cast<c10::Event *>(end);
    last->synchronize();
    *result = first->elapsedTime(*last);
  });
}

// The callback of RecordFunction carries no pointer of ours, so there is one observer a thread.
thread_local ctorch_observer current_observer = nullptr;
thread_local void *current_context = nullptr;

std::unique_ptr<at::ObserverContext> observe(const at::RecordFunction &function) {
  if (function.scope() != at::RecordScope::FUNCTION) return nullptr;
  std::vector<int64_t> sizes;
  std::vector<int32_t> ranks;
  for (const c10::IValue &input : function.inputs()) {
    if (!input.isTensor() || !input.toTensor().defined()) {
      ranks.push_back(-1);
      continue;
    }
    const auto shape = input.toTensor().sizes();
    ranks.push_back(static_cast<int32_t>(shape.size()));
    sizes.insert(sizes.end(), shape.begin(), shape.end());
  }
  if (current_observer != nullptr) {
    current_observer(current_context, function.name(), sizes.data(), ranks.data(), static_cast<int32_t>(ranks.size()));
  }
  return nullptr;
}

int32_t start_observing(ctorch_observer observer, void *context, uint64_t *handle, char **error) {
  return guarded(error, [&] {
    TORCH_CHECK(current_observer == nullptr, "operators are already being observed on this thread");
    current_observer = observer;
    current_context = context;
    *handle = at::addThreadLocalCallback(
        at::RecordFunctionCallback(observe).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
  });
}

void stop_observing(uint64_t handle) {
  at::removeCallback(handle);
  current_observer = nullptr;
  current_context = nullptr;
}

}  // namespace

void fill_devices(ctorch_api &api) {
  api.manual_seed = [](uint64_t seed) { at::manual_seed(seed); };
  api.make_generator = make_generator;
  api.release_generator = [](ctorch_generator generator) { delete reinterpret_cast<at::Generator *>(generator); };
  api.get_threads = [] { return static_cast<int32_t>(at::get_num_threads()); };
  api.set_threads = [](int32_t threads, char **error) {
    return guarded(error, [&] {
      TORCH_CHECK(threads > 0, "the number of threads must be positive, not ", threads);
      at::set_num_threads(threads);
    });
  };
  api.device_count = device_count;
  api.synchronize = synchronize;
  api.record_event = record_event;
  api.elapsed_milliseconds = elapsed_milliseconds;
  api.release_event = [](ctorch_event event) { delete reinterpret_cast<c10::Event *>(event); };
  api.start_observing = start_observing;
  api.stop_observing = stop_observing;
}

}  // namespace ctorch
