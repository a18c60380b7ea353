// Memory: libtorch's CPU allocator replaced by the counting BlockCache, and every allocator's statistics.
#include "block_cache.h"
#include "shim.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/Allocator.h>

#include <cstring>

namespace ctorch {
namespace {

struct CountingAllocator final : public c10::Allocator {
  static void free_block(void *block) {
    if (block != nullptr) BlockCache::shared().free(block);
  }

  c10::DataPtr allocate(size_t bytes) override {
    if (bytes == 0) return {nullptr, nullptr, &free_block, c10::Device(c10::DeviceType::CPU)};
    void *block = nullptr;
    try {
      block = BlockCache::shared().allocate(bytes);
    } catch (const std::bad_alloc &) {
      TORCH_CHECK_WITH(OutOfMemoryError, false, "out of memory: ", bytes, " bytes for a CPU tensor");
    }
    return {block, block, &free_block, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &free_block; }

  void copy_data(void *destination, const void *source, std::size_t bytes) const override {
    std::memcpy(destination, source, bytes);
  }
};

int32_t memory(ctorch_device where, ctorch_memory *result, char **error) {
  return guarded(error, [&] {
    if (where.type == CTORCH_CPU) {
      const auto statistics = BlockCache::shared().statistics();
      *result = {statistics.allocated, statistics.peak, statistics.reserved, statistics.allocations};
      return;
    }
    const auto statistics = at::accelerator::getDeviceStats(static_cast<c10::DeviceIndex>(where.index));
    constexpr size_t total = 0;  // c10::CachingAllocator::StatType::AGGREGATE
    *result = {statistics.allocated_bytes[total].current, statistics.allocated_bytes[total].peak,
               statistics.reserved_bytes[total].current, statistics.allocation[total].allocated};
  });
}

int32_t reset_peak_memory(ctorch_device where, char **error) {
  return guarded(error, [&] {
    if (where.type == CTORCH_CPU) {
      BlockCache::shared().reset_peak();
    } else {
      at::accelerator::resetPeakStats(static_cast<c10::DeviceIndex>(where.index));
    }
  });
}

int32_t limit_kept_memory(int64_t bytes, char **error) {
  return guarded(error, [&] { BlockCache::shared().limit_kept(bytes); });
}

}  // namespace

void fill_memory(ctorch_api &api) {
  // A priority above the default one, so that it stays.
  static CountingAllocator allocator;
  c10::SetAllocator(c10::DeviceType::CPU, &allocator, 1);
  api.memory = memory;
  api.reset_peak_memory = reset_peak_memory;
  api.limit_kept_memory = limit_kept_memory;
}

}  // namespace ctorch
