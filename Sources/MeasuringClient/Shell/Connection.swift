import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOTLS

/// Stamps what arrives before anything else is done with it: the first handler of the pipeline.
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
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private unowned let runner: RequestRunner
  private let arrival = ArrivalStamp()
  private var context: ChannelHandlerContext?
  private var exchange: Exchange?
  private var served = 0
  private var keepsAlive = true
  private var failure: RequestFailure?
  private var isClosed = false
  /// Kept once the TLS handshake is over; nil where there is none, and afterwards.
  private var handshake: EventLoopPromise<Void>?

  /// Whether a request can be sent on it. A connection is handed out before its handlers hear that it is there.
  var isOpen: Bool { !isClosed && context != nil }

  init(runner: RequestRunner) { self.runner = runner }

  /// Puts the handlers onto a new channel. What arrives is stamped before it is decrypted.
  func install(on channel: any Channel, encryption: Encryption?) throws {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(arrival)
    if let encryption { try pipeline.addHandler(encryption.handler()) }
    try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
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
    let head = runner.head(of: exchange)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: exchange.request.body)))), promise: nil)
    exchange.attempt.sent = MonotonicClock.now
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let exchange else { return }
    let stamp = arrival.stamp
    if exchange.attempt.firstByte == nil { exchange.attempt.firstByte = stamp }
    switch unwrapInboundIn(data) {
    case .head(let head): begin(exchange, head)
    case .body(let buffer):
      buffer.withUnsafeReadableBytes { bytes in
        exchange.reader?.read(bytes.assumingMemoryBound(to: UInt8.self), at: stamp)
      }
      // The rest of a broken answer is not waited for.
      if let failure = exchange.reader?.failure { close(failing: failure, at: stamp) }
    case .end:
      exchange.reader?.end(at: stamp)
      release(exchange, exchange.reader?.failure, at: exchange.reader?.doneAt ?? stamp)
    }
  }

  private func begin(_ exchange: Exchange, _ head: HTTPResponseHead) {
    keepsAlive = head.isKeepAlive
    let status = Int(head.status.code)
    exchange.attempt.status = status
    let form: StreamReader.Form
    if status == 200 {
      let isEvents = head.headers.first(name: "content-type")?.lowercased().hasPrefix("text/event-stream") ?? false
      form = exchange.request.streams && isEvents ? .events : .document
    } else {
      form = .refusal(status: status, retryAfterSeconds: Self.retryAfter(head.headers))
    }
    exchange.reader = StreamReader(form: form, keepsText: runner.readsText)
  }

  /// The `Retry-After` header in seconds; a date is counted from the answer's own `Date`, or from now.
  static func retryAfter(_ headers: HTTPHeaders) -> Int? {
    guard let text = headers.first(name: "retry-after")?.trimmingCharacters(in: .whitespaces) else { return nil }
    if let seconds = Int(text) { return (0...31_536_000).contains(seconds) ? seconds : nil }
    guard let date = HTTPDate.parse(text) else { return nil }
    let now = headers.first(name: "date").flatMap(HTTPDate.parse) ?? Date()
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
    // It follows a reset too, and says less.
    case HTTPParserError.invalidEOFState: failure = failure ?? .truncated(afterChunks: chunks)
    case let error as IOError where error.errnoCode == ECONNRESET || error.errnoCode == EPIPE:
      failure = .reset(afterChunks: chunks)
    case is HTTPParserError, is NIOHTTPDecoderError: failure = .notHTTP(reason: "\(error)")
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
      // Everything had been said before the connection was lost.
      if let doneAt = exchange.reader?.doneAt {
        runner.ended(exchange, nil, at: doneAt)
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
