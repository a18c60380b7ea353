import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// Stamps what arrives before it is decrypted: the first handler of an encrypted connection.
final class ArrivalStamp: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  /// When the bytes that are being read arrived.
  private(set) var stamp: UInt64 = 0

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    stamp = MonotonicClock.now
    context.fireChannelRead(data)
  }
}

/// A connection that carries one request after the other.
///
/// `@unchecked Sendable`: it is touched on its channel's event loop alone, which is the runner's.
final class Connection: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private unowned let runner: RequestRunner
  /// Where the connection is encrypted.
  private var arrival: ArrivalStamp?
  private var context: ChannelHandlerContext?
  private var exchange: Exchange?
  private var parser = ResponseParser()
  private var served = 0
  private var keepsAlive = true
  private var failure: RequestFailure?
  private var isClosed = false
  /// Its two ends, where the far one is on this machine too.
  var ends: (near: SocketAddress, far: SocketAddress)?
  /// Kept once the TLS handshake is over; nil where there is none, and afterwards.
  private var handshake: EventLoopPromise<Void>?

  /// Whether a request can be sent on it. A connection is handed out before its handlers hear that it is there.
  var isOpen: Bool { !isClosed && context != nil }

  init(runner: RequestRunner) { self.runner = runner }

  /// Puts the handlers onto a new channel.
  func install(on channel: any Channel, encryption: Encryption?) throws {
    let pipeline = channel.pipeline.syncOperations
    if let encryption {
      let arrival = ArrivalStamp()
      self.arrival = arrival
      try pipeline.addHandler(arrival)
      try pipeline.addHandler(encryption.handler())
    }
    try pipeline.addHandler(self)
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  /// Waits for the end of the TLS handshake.
  func handshakeEnd(on loop: any EventLoop, within timeout: TimeAmount) -> EventLoopFuture<Void> {
    guard !isClosed else { return loop.makeFailedFuture(NIOSSLError.handshakeFailed(.zeroReturn)) }
    let promise = loop.makePromise(of: Void.self)
    handshake = promise
    let late = loop.scheduleTask(in: timeout) { [self] in endHandshake(ChannelError.connectTimeout(timeout)) }
    promise.futureResult.whenComplete { _ in late.cancel() }
    return promise.futureResult
  }

  /// Says that the handshake is over, once.
  private func endHandshake(_ error: (any Error)?) {
    guard let promise = handshake else { return }
    handshake = nil
    guard let error else { return promise.succeed() }
    isClosed = true
    context?.close(promise: nil)
    promise.fail(error)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted = event { endHandshake(nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  /// Sends a request. The head and the body leave in one write.
  func send(_ exchange: Exchange) {
    guard let context, isOpen else {
      runner.ended(exchange, .reset(afterChunks: 0), at: MonotonicClock.now)
      return
    }
    self.exchange = exchange
    exchange.connection = self
    exchange.attempt.reusedConnection = served > 0
    failure = nil
    let bytes = runner.bytes(of: exchange, allocator: context.channel.allocator)
    runner.leaves()
    exchange.attempt.sent = MonotonicClock.now
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let stamp = arrival?.stamp ?? MonotonicClock.now
    // What nobody asked for: whatever it is, no answer can be told from it any more.
    guard let exchange else {
      isClosed = true
      return context.close(promise: nil)
    }
    if exchange.attempt.firstByte == nil { exchange.attempt.firstByte = stamp }
    unwrapInboundIn(data).withUnsafeReadableBytes { bytes in
      read(bytes.assumingMemoryBound(to: UInt8.self), for: exchange, at: stamp)
    }
  }

  private func read(_ bytes: UnsafeBufferPointer<UInt8>, for exchange: Exchange, at stamp: UInt64) {
    var position = 0
    do throws(ResponseParser.Failure) {
      while let part = try parser.next(bytes, &position) {
        switch part {
        case .head(let head): begin(exchange, head)
        case .body(let range):
          exchange.reader?.read(UnsafeBufferPointer(rebasing: bytes[range]), at: stamp)
          // The rest of a broken answer is not waited for.
          if let failure = exchange.reader?.failure { return close(failing: failure, at: stamp) }
        case .end:
          // More than one answer to one request: the connection is not to be trusted with another.
          if position < bytes.count { keepsAlive = false }
          exchange.reader?.end(at: stamp)
          return release(exchange, exchange.reader?.failure, at: exchange.reader?.doneAt ?? stamp)
        }
      }
    } catch {
      close(failing: .notHTTP(reason: error.reason), at: stamp)
    }
  }

  private func begin(_ exchange: Exchange, _ head: ResponseHead) {
    keepsAlive = head.keepsAlive
    exchange.attempt.status = head.status
    let form: StreamReader.Form
    if head.status == 200 {
      let isEvents = head.contentType?.lowercased().hasPrefix("text/event-stream") ?? false
      form = exchange.request.streams && isEvents ? .events : .document
    } else {
      form = .refusal(status: head.status, retryAfterSeconds: Self.retryAfter(head))
    }
    exchange.reader = StreamReader(form: form, keepsText: runner.readsText, secret: runner.settings.key)
  }

  /// The `Retry-After` header in seconds; a date is counted from the answer's own `Date`, or from now.
  static func retryAfter(_ head: ResponseHead) -> Int? {
    guard let text = head.retryAfter else { return nil }
    if let seconds = Int(text) { return (0...31_536_000).contains(seconds) ? seconds : nil }
    guard let date = HTTPDate.parse(text) else { return nil }
    let now = head.date.flatMap(HTTPDate.parse) ?? Date()
    return Int(min(max(0, date.timeIntervalSince(now).rounded(.up)), 31_536_000))
  }

  /// The answer is whole: the connection is free before its end is said, so that the next request finds it.
  private func release(_ exchange: Exchange, _ failure: RequestFailure?, at stamp: UInt64) {
    self.exchange = nil
    served += 1
    if keepsAlive, isOpen {
      runner.park(self)
    } else {
      isClosed = true
      context?.close(promise: nil)
    }
    runner.ended(exchange, failure, at: stamp)
  }

  /// Gives the answer up and the connection with it.
  func close(failing failure: RequestFailure?, at stamp: UInt64) {
    let exchange = self.exchange
    self.exchange = nil
    isClosed = true
    context?.close(promise: nil)
    if let exchange, let failure { runner.ended(exchange, failure, at: stamp) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let chunks = exchange?.reader?.arrivals.count ?? 0
    if handshake != nil { return endHandshake(error) }
    switch error {
    // The connection was closed without TLS's goodbye: what that means is said by what had come.
    case NIOSSLError.uncleanShutdown: break
    case let error as IOError where error.errnoCode == ECONNRESET || error.errnoCode == EPIPE:
      failure = .reset(afterChunks: chunks)
    default: failure = failure ?? .reset(afterChunks: chunks)
    }
    isClosed = true
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    isClosed = true
    endHandshake(NIOSSLError.handshakeFailed(.zeroReturn))
    runner.closed(self)
    if let exchange {
      self.exchange = nil
      let stamp = MonotonicClock.now
      let chunks = exchange.reader?.arrivals.count ?? 0
      if let doneAt = exchange.reader?.doneAt {
        // Everything had been said before the connection was lost.
        runner.ended(exchange, nil, at: doneAt)
      } else if failure == nil, parser.endsWithConnection {
        exchange.reader?.end(at: stamp)
        runner.ended(exchange, exchange.reader?.failure, at: stamp)
      } else {
        let lost: RequestFailure =
          exchange.attempt.status == nil ? .reset(afterChunks: 0) : .truncated(afterChunks: chunks)
        runner.ended(exchange, failure ?? lost, at: stamp)
      }
    }
    context.fireChannelInactive()
  }
}

/// Dates as HTTP writes them (RFC 9110, 5.6.7), in the form that is still to be sent.
enum HTTPDate {
  static func parse(_ text: String) -> Date? {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return formatter.date(from: text)
  }
}
