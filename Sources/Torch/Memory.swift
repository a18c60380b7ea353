internal import CTorch

/// What an allocator of libtorch has handed out.
public struct TensorMemory: Sendable, Hashable {
  /// Bytes of live tensors.
  public let allocatedBytes: Int
  /// The most they ever were since ``resetPeak(on:)``.
  public let peakAllocatedBytes: Int
  /// Bytes held from the system, kept blocks included.
  public let reservedBytes: Int
  /// Allocations since the process started.
  public let allocationCount: Int

  /// Reads the statistics of a device's allocator.
  public static func current(on device: Device) throws -> TensorMemory {
    var memory = ctorch_memory()
    try Torch.checked("memory") { Torch.api.pointee.memory(device.raw, &memory, $0) }
    return TensorMemory(
      allocatedBytes: Int(memory.allocated_bytes), peakAllocatedBytes: Int(memory.peak_allocated_bytes),
      reservedBytes: Int(memory.reserved_bytes), allocationCount: Int(memory.allocation_count))
  }

  public static func resetPeak(on device: Device) throws {
    try Torch.checked("reset_peak_memory") { Torch.api.pointee.reset_peak_memory(device.raw, $0) }
  }

  /// The most bytes of freed memory that are kept for reuse on the processor. Without a limit it is as much as was ever in
  /// use, which suits a training step that asks for the same sizes again, and not a server whose sizes vary.
  public static func limitKept(to bytes: Int) throws {
    try Torch.checked("limit_kept_memory") { Torch.api.pointee.limit_kept_memory(Int64(bytes), $0) }
  }
}
