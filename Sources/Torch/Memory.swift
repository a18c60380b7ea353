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
}
