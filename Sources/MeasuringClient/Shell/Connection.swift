import Foundation
import NIOCore
import NIOSSL
import Transport

/// A connection that carries one request after the other.
///
/// `@unchecked Sendable`: it is touched on its runner's loop alone.
final class Connection: StreamSocketOwner, @unchecked Sendable {
  private unowned let runner: RequestRunner
  private var socket: StreamSocket?
  /// Where the connection is encrypted.
  private var cipher: CipherStream?
  private var exchange: Exchange?
  private var parser = ResponseParser()
  private var served = 0
  private var keepsAlive = true
  private var isClosed = false
  /// Its two ends, where the far one is on this machine too.
  private(set) var ends: (near: InternetAddress, far: InternetAddress)?
  /// Told once that a request can be sent, or that none ever can; nil afterwards.
  private var opening: ((Result<Void, any Error>) -> Void)?
  private var patience: ScheduledWork?

  /// Whether a request can be sent on it.
  var isOpen: Bool { !isClosed && opening == nil && socket != nil }

  init(runner: RequestRunner) { self.runner = runner }

  /// Connects, and shakes hands where it is encrypted.
  /// - Parameters:
  ///   - deadline: until when, by ``MonotonicClock``.
  ///   - done: told of the end of it, later or at once.
  func open(
    to addresses: [InternetAddress], encryption: Encryption?, until deadline: UInt64,
    done: @escaping (Result<Void, any Error>) -> Void
  ) {
    opening = done
    do { cipher = try encryption.map(CipherStream.init) } catch { return opened(.failure(error)) }
    let socket = StreamSocket(loop: runner.loop, owner: self)
    self.socket = socket
    socket.connect(to: addresses, until: deadline)
    guard opening != nil, cipher != nil else { return }
    patience = runner.loop.schedule(at: deadline) { [weak self] in self?.opened(.failure(SocketError.timedOut)) }
  }

  private func opened(_ result: Result<Void, any Error>) {
    patience?.cancel()
    patience = nil
    guard let done = opening else { return }
    opening = nil
    if case .failure = result { drop() }
    done(result)
  }

  func socketConnected(_ socket: StreamSocket) {
    let ends = socket.ends
    if let ends, ends.far.isLoopback || ends.far.isSameHost(as: ends.near) { self.ends = ends }
    runner.reached(self)
    guard let cipher else { return opened(.success(())) }
    runner.handshakeBegins(self)
    cipher.begin(with: ends?.far) { socket.send($0) }
  }

  /// Sends a request. The head and the body leave in one write.
  func send(_ exchange: Exchange) {
    guard let socket, isOpen else {
      runner.ended(exchange, .reset(afterChunks: 0), at: MonotonicClock.now)
      return
    }
    self.exchange = exchange
    exchange.connection = self
    exchange.attempt.reusedConnection = served > 0
    let bytes = runner.bytes(of: exchange)
    runner.leaves()
    exchange.attempt.sent = MonotonicClock.now
    if let cipher {
      cipher.write(bytes) { socket.send($0) }
    } else {
      bytes.withUnsafeReadableBytes { socket.send($0) }
    }
  }

  func socket(_ socket: StreamSocket, received bytes: UnsafeBufferPointer<UInt8>, _ arrival: Arrival) {
    runner.delays.read(arrival)
    guard let cipher else { return take(bytes, arrival) }
    cipher.take(bytes, { socket.send($0) }, said: { take($0, arrival) })
    guard !isClosed else { return }
    if opening != nil, cipher.isEstablished { opened(.success(())) }
    if cipher.isOver || cipher.error != nil { end(cipher.error) }
  }

  private func take(_ bytes: UnsafeBufferPointer<UInt8>, _ arrival: Arrival) {
    guard !isClosed else { return }
    // What nobody asked for: whatever it is, no answer can be told from it any more.
    guard let exchange else { return discard() }
    if exchange.attempt.firstByte == nil { exchange.attempt.firstByte = arrival.stamp }
    let before = exchange.reader?.arrivals.count ?? 0
    let eventsBefore = exchange.reader?.events ?? 0
    read(bytes, for: exchange, at: arrival.stamp)
    if let reader = exchange.reader {
      runner.delays.took(reader.arrivals.count - before, of: reader.events - eventsBefore, after: before, arrival)
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
    if keepsAlive, isOpen { runner.park(self) } else { discard() }
    runner.ended(exchange, failure, at: stamp)
  }

  /// Gives the answer up and the connection with it.
  func close(failing failure: RequestFailure?, at stamp: UInt64) {
    let exchange = self.exchange
    self.exchange = nil
    discard()
    if let exchange, let failure { runner.ended(exchange, failure, at: stamp) }
  }

  /// Closes the connection, of which nothing is wanted any more.
  private func discard() {
    guard !isClosed else { return }
    if opening != nil { return opened(.failure(SocketError.timedOut)) }
    drop()
    runner.closed(self)
  }

  private func drop() {
    isClosed = true
    patience?.cancel()
    patience = nil
    if let cipher, let socket {
      self.cipher = nil
      cipher.close { socket.send($0) }
    }
    socket?.close()
  }

  func socketEnded(_ socket: StreamSocket, _ error: SocketError?) {
    guard opening != nil, let cipher else { return end(error) }
    cipher.lost()
    end(cipher.error ?? error)
  }

  /// The connection is lost: what had been said until then tells what that means.
  private func end(_ error: (any Error)?) {
    guard !isClosed else { return }
    if opening != nil { return opened(.failure(error ?? NIOSSLError.handshakeFailed(.zeroReturn))) }
    drop()
    runner.closed(self)
    guard let exchange else { return }
    self.exchange = nil
    let stamp = MonotonicClock.now
    let chunks = exchange.reader?.arrivals.count ?? 0
    if let doneAt = exchange.reader?.doneAt {
      // Everything had been said before the connection was lost.
      runner.ended(exchange, nil, at: doneAt)
    } else if !Self.isLoss(error), parser.endsWithConnection {
      exchange.reader?.end(at: stamp)
      runner.ended(exchange, exchange.reader?.failure, at: stamp)
    } else if Self.isLoss(error) {
      runner.ended(exchange, .reset(afterChunks: chunks), at: stamp)
    } else {
      runner.ended(
        exchange, exchange.attempt.status == nil ? .reset(afterChunks: 0) : .truncated(afterChunks: chunks), at: stamp)
    }
  }

  /// Whether the connection was cut off, and not ended by the far end. A close without TLS's goodbye is an end.
  private static func isLoss(_ error: (any Error)?) -> Bool {
    switch error {
    case nil: false
    case NIOSSLError.uncleanShutdown?: false
    default: true
    }
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
