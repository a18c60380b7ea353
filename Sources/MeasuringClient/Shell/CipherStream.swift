import NIOCore
import NIOEmbedded
import NIOSSL
import NIOTLS

/// TLS over bytes that somebody else carries: what came goes in, what is to be sent and what it said come out.
///
/// SwiftNIO's TLS handler runs in a channel that has no socket, so that the socket can be one whose arrivals the kernel
/// stamps. Touched on one thread alone, on which it has to be made.
final class CipherStream {
  /// What the handler says beside bytes.
  private final class Events: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    var isEstablished = false
    var error: (any Error)?

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case TLSUserEvent.handshakeCompleted = event { isEstablished = true }
      context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      if self.error == nil { self.error = error }
    }
  }

  private let channel = EmbeddedChannel()
  private let events = Events()

  init(_ encryption: Encryption) throws {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(encryption.handler())
    try pipeline.addHandler(events)
  }

  deinit { _ = try? channel.finish(acceptAlreadyClosed: true) }

  /// Whether the handshake is over, so that requests can be sent.
  var isEstablished: Bool { events.isEstablished }

  /// What went wrong first.
  var error: (any Error)? { events.error }

  /// Whether the far end said goodbye, or TLS has failed.
  var isOver: Bool { !channel.isActive }

  /// Begins the handshake.
  /// - Parameter send: carries bytes to the far end.
  func begin(_ send: (UnsafeRawBufferPointer) -> Void) {
    // It goes nowhere: an address makes the channel active.
    if let nowhere = try? SocketAddress(unixDomainSocketPath: "/") { channel.connect(to: nowhere, promise: nil) }
    drain(send)
  }

  /// Takes what came from the far end.
  /// - Parameters:
  ///   - send: carries bytes to the far end.
  ///   - said: gets what was said inside.
  func take(
    _ bytes: UnsafeBufferPointer<UInt8>, _ send: (UnsafeRawBufferPointer) -> Void,
    said: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    drain(send)
    while let part = try? channel.readInbound(as: ByteBuffer.self) {
      part.withUnsafeReadableBytes { said($0.assumingMemoryBound(to: UInt8.self)) }
    }
  }

  /// Encrypts what is to be sent.
  func write(_ buffer: ByteBuffer, _ send: (UnsafeRawBufferPointer) -> Void) {
    channel.writeAndFlush(buffer, promise: nil)
    drain(send)
  }

  /// The connection was ended by the far end, with or without a goodbye.
  func lost() { channel.pipeline.fireChannelInactive() }

  /// Says goodbye.
  func close(_ send: (UnsafeRawBufferPointer) -> Void) {
    channel.close(promise: nil)
    drain(send)
  }

  private func drain(_ send: (UnsafeRawBufferPointer) -> Void) {
    while let part = try? channel.readOutbound(as: ByteBuffer.self) { part.withUnsafeReadableBytes { send($0) } }
  }
}
