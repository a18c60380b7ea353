#include "block_cache.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>

namespace ctorch {
namespace {

constexpr size_t alignment = 64;
constexpr size_t smallest_kept = size_t(256) << 10;
constexpr size_t huge_page = size_t(2) << 20;
/// Kept blocks never hold more than this...
constexpr int64_t least_kept = int64_t(256) << 20;

/// Rounds up to one of eight steps between powers of two, so that nearly equal sizes share a block: at most 12.5 %
/// is wasted.
size_t rounded(size_t bytes) {
  const size_t step = std::bit_floor(bytes) / 8;
  return (bytes + step - 1) / step * step;
}

}  // namespace

/// Stands in the 64 bytes before a block.
struct BlockCache::Header {
  size_t requested;  ///< bytes the caller asked for
  size_t capacity;   ///< bytes behind the header
  void *base;        ///< where the system's memory starts
  size_t mapped;     ///< its length when it came from mmap, else 0
};

BlockCache &BlockCache::shared() {
  // Never destroyed: tensors may outlive every static.
  static auto *cache = new BlockCache();
  return *cache;
}

void *BlockCache::take_from_system(size_t capacity) {
  static_assert(sizeof(Header) <= alignment);
  const size_t needed = capacity + alignment;
  void *base = nullptr;
  size_t mapped = 0;
  Header *header = nullptr;
  if (needed >= huge_page) {
    // Whole huge pages, aligned to them: fewer faults and fewer misses of the translation buffer.
    mapped = (needed + huge_page - 1) / huge_page * huge_page + huge_page;
    base = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) throw std::bad_alloc();
    const auto start = (reinterpret_cast<uintptr_t>(base) + huge_page - 1) / huge_page * huge_page;
    madvise(reinterpret_cast<void *>(start), mapped - huge_page, MADV_HUGEPAGE);
    header = reinterpret_cast<Header *>(start);
  } else {
    if (posix_memalign(&base, alignment, needed) != 0) throw std::bad_alloc();
    header = static_cast<Header *>(base);
  }
  *header = {0, capacity, base, mapped};
  statistics_.reserved += static_cast<int64_t>(capacity);
  return header;
}

void BlockCache::return_to_system(Header *header) {
  statistics_.reserved -= static_cast<int64_t>(header->capacity);
  if (header->mapped > 0) {
    munmap(header->base, header->mapped);
  } else {
    std::free(header->base);
  }
}

void *BlockCache::allocate(size_t bytes) {
  if (bytes > (size_t(1) << 62)) throw std::bad_alloc();
  const size_t capacity = bytes >= smallest_kept ? rounded(bytes) : std::max(bytes, size_t(1));
  const std::lock_guard<std::mutex> lock(mutex_);
  Header *header = nullptr;
  if (bytes >= smallest_kept) {
    auto found = kept_.find(capacity);
    if (found != kept_.end() && !found->second.empty()) {
      header = found->second.back();
      found->second.pop_back();
      kept_bytes_ -= static_cast<int64_t>(capacity);
    }
  }
  if (header == nullptr) {
    try {
      header = static_cast<Header *>(take_from_system(capacity));
    } catch (const std::bad_alloc &) {
      // What is kept may be what is missing.
      shrink(0);
      header = static_cast<Header *>(take_from_system(capacity));
    }
  }
  header->requested = bytes;
  statistics_.allocated += static_cast<int64_t>(bytes);
  statistics_.peak = std::max(statistics_.peak, statistics_.allocated);
  statistics_.allocations += 1;
  return reinterpret_cast<char *>(header) + alignment;
}

void BlockCache::free(void *block) {
  auto *header = reinterpret_cast<Header *>(static_cast<char *>(block) - alignment);
  const std::lock_guard<std::mutex> lock(mutex_);
  statistics_.allocated -= static_cast<int64_t>(header->requested);
  if (header->requested < smallest_kept) {
    return_to_system(header);
    return;
  }
  kept_[header->capacity].push_back(header);
  kept_bytes_ += static_cast<int64_t>(header->capacity);
  // ...or than the most that was ever in use, whichever is more.
  if (kept_bytes_ > std::min(most_kept_, std::max(least_kept, statistics_.peak))) {
    shrink(std::min(most_kept_, std::max(least_kept, statistics_.allocated)));
  }
}

void BlockCache::limit_kept(int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  most_kept_ = bytes;
  shrink(bytes);
}

void BlockCache::shrink(int64_t limit) {
  for (auto entry = kept_.rbegin(); entry != kept_.rend(); ++entry) {
    auto &blocks = entry->second;
    while (!blocks.empty() && kept_bytes_ > limit) {
      kept_bytes_ -= static_cast<int64_t>(entry->first);
      return_to_system(blocks.back());
      blocks.pop_back();
    }
  }
}

BlockCache::Statistics BlockCache::statistics() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return statistics_;
}

void BlockCache::reset_peak() {
  const std::lock_guard<std::mutex> lock(mutex_);
  statistics_.peak = statistics_.allocated;
}

}  // namespace ctorch
