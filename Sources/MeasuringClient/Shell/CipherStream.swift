import NIOCore
import NIOEmbedded
import NIOSSL
import NIOTLS
import Transport

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

  /// Whether the handshake is over, so that requests can be sent.
  var isEstablished: Bool { events.isEstablished }

  /// What went wrong first.
  var error: (any Error)? { events.error }

  /// Whether the far end said goodbye, or TLS has failed.
  var isOver: Bool { !channel.isActive }

  /// Begins the handshake.
  /// - Parameters:
  ///   - far: whom it is with: a certificate may be made out to an address.
  ///   - send: carries bytes to the far end.
  func begin(with far: InternetAddress?, _ send: (UnsafeRawBufferPointer) -> Void) {
    // The channel goes nowhere; being told that it is connected makes it active.
    let known = far.flatMap { try? SocketAddress(ipAddress: $0.host, port: $0.port) }
    guard let address = try? known ?? SocketAddress(ipAddress: "0.0.0.0", port: 0) else { return }
    channel.remoteAddress = address
    channel.connect(to: address, promise: nil)
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

  /// Says goodbye, where there still is somebody to hear it, and lets go of everything. Nothing else may follow.
  func close(_ send: (UnsafeRawBufferPointer) -> Void) {
    channel.close(promise: nil)
    drain(send)
    // The handler waits for the far end's goodbye, by a clock that stands still; we do not.
    channel.embeddedEventLoop.advanceTime(by: .minutes(1))
  }

  private func drain(_ send: (UnsafeRawBufferPointer) -> Void) {
    while let part = try? channel.readOutbound(as: ByteBuffer.self) { part.withUnsafeReadableBytes { send($0) } }
  }
}
