import NIOCore
import Transport

/// Notes when what a channel is about to read arrived: it is asked for the buffer before each read.
///
/// `@unchecked Sendable`: it is touched on its channel's event loop alone.
final class MockArrivals: RecvByteBufferAllocator, @unchecked Sendable {
  static let capacity = 16_384

  private var notes: ArrivalNotes?
  /// When the last byte of what is being read arrived; nil where the system does not say.
  private(set) var stamp: UInt64?

  /// Begins with a new channel.
  func install(on channel: any Channel) throws {
    try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { file in
      notes = ArrivalNotes(file: file, capacity: Self.capacity)
    }
    guard notes != nil else { return }
    try channel.syncOptions?.setOption(.recvAllocator, value: self)
  }

  func nextBufferSize() -> Int? {
    stamp = notes?.next()
    return Self.capacity
  }

  func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { allocator.buffer(capacity: Self.capacity) }

  func record(actualReadBytes: Int) -> Bool { false }
}
