// Memory for CPU tensors: counted to the byte, and kept for reuse where it is large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

namespace ctorch {

/// Hands out blocks and keeps large ones when they are freed. A training step frees and asks for the same sizes over
/// and over; giving them back to the kernel each time would cost a page fault for every 4 KiB.
class BlockCache {
 public:
  struct Statistics {
    int64_t allocated = 0;    ///< bytes asked for and not yet freed
    int64_t peak = 0;         ///< the most they ever were since the last reset
    int64_t reserved = 0;     ///< bytes held from the system, kept blocks included
    int64_t allocations = 0;  ///< calls of `allocate` so far
  };

  static BlockCache &shared();

  /// Memory aligned to 64 bytes. Throws std::bad_alloc.
  void *allocate(size_t bytes);
  void free(void *block);

  /// The most bytes of freed blocks that are kept.
  void limit_kept(int64_t bytes);

  Statistics statistics();
  void reset_peak();

 private:
  struct Header;
  void *take_from_system(size_t capacity);
  void return_to_system(Header *header);
  /// Gives kept blocks back until they hold no more than `limit` bytes.
  void shrink(int64_t limit);

  int64_t most_kept_ = std::numeric_limits<int64_t>::max();
  std::mutex mutex_;
  std::map<size_t, std::vector<Header *>> kept_;
  int64_t kept_bytes_ = 0;
  Statistics statistics_;
};

}  // namespace ctorch
