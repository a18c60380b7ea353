import CSockets
import Foundation

/// Who has a socket.
public protocol StreamSocketOwner: AnyObject {
  /// The connection is made.
  func socketConnected(_ socket: StreamSocket)
  /// Bytes, which are gone when the call returns.
  func socket(_ socket: StreamSocket, received bytes: UnsafeBufferPointer<UInt8>, _ arrival: Arrival)
  /// It is closed: the far end did so (nil), or something went wrong. Not called after ``StreamSocket/close()``.
  func socketEnded(_ socket: StreamSocket, _ error: SocketError?)
}

/// A connection over TCP. Touched on its loop alone, which keeps it while it is open; its owner is somebody else's to keep.
public final class StreamSocket: WatchedFile {
  /// How long an address may be silent while there are others to try, in nanoseconds.
  private static let silence: UInt64 = 1_000_000_000
  /// Reads in a row before others have their turn.
  private static let turns = 16

  private enum State { case idle, connecting, open, closed }

  private let loop: SocketLoop
  private weak var owner: (any StreamSocketOwner)?
  private var file: CInt = -1
  private var state = State.idle
  private var addresses: ArraySlice<InternetAddress> = []
  /// Whether ``connect(to:until:)`` has not returned.
  private var isBeginning = false
  private var timer: ScheduledWork?
  private var deadline: UInt64 = 0
  private var unsent: [UInt8] = []
  /// Before the last read: what has come since had not been there.
  private var lastLook: UInt64 = 0

  public init(loop: SocketLoop, owner: any StreamSocketOwner) {
    self.loop = loop
    self.owner = owner
  }

  deinit { close() }

  /// Its two ends, where it is connected.
  public var ends: (near: InternetAddress, far: InternetAddress)? {
    guard state == .open else { return nil }
    guard let near = InternetAddress.end({ getsockname(file, $0, $1) }),
      let far = InternetAddress.end({ getpeername(file, $0, $1) })
    else { return nil }
    return (near, far)
  }

  /// Connects to the first of the addresses that takes it.
  /// - Parameter deadline: until when, by ``MonotonicClock``.
  public func connect(to addresses: [InternetAddress], until deadline: UInt64) {
    self.addresses = addresses[...]
    self.deadline = deadline
    state = .connecting
    isBeginning = true
    tryNext(after: .system(EADDRNOTAVAIL))
    isBeginning = false
  }

  private func tryNext(after error: SocketError) {
    release()
    guard let address = addresses.popFirst(), MonotonicClock.now < deadline else {
      guard isBeginning else { return end(error) }
      // Whoever connects is in the middle of something, and may try again at once when it hears of a failure.
      loop.schedule(at: 0) { [self] in end(error) }
      return
    }
    file = socket(
      address.systemFamily,
      CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { return tryNext(after: .system(errno)) }
    var on: CInt = 1
    setsockopt(file, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    // Where the system cannot, reads are stamped when they are made.
    _ = note_arrivals(file)
    do throws(SocketError) { try loop.watch(file, for: self, writing: true) } catch { return tryNext(after: error) }
    // A far end that speaks first may do so before it is known here that there is a connection.
    lastLook = MonotonicClock.now
    let status = address.withSystemAddress { Foundation.connect(file, $0, $1) }
    guard status == 0 || errno == EINPROGRESS || errno == EINTR else { return tryNext(after: .system(errno)) }
    let until = addresses.isEmpty ? deadline : min(deadline, MonotonicClock.now + Self.silence)
    timer = loop.schedule(at: until) { [weak self] in self?.tryNext(after: .timedOut) }
  }

  /// Sends bytes, in the order of the calls. What the system does not take at once is sent when it does.
  public func send(_ bytes: UnsafeRawBufferPointer) {
    guard state == .open else { return }
    guard unsent.isEmpty else { return unsent.append(contentsOf: bytes) }
    var left = bytes[...]
    while !left.isEmpty {
      let rest = UnsafeRawBufferPointer(rebasing: left)
      let count = Foundation.send(file, rest.baseAddress, rest.count, CInt(MSG_NOSIGNAL))
      if count > 0 {
        left = left.dropFirst(count)
      } else if errno == EAGAIN {
        unsent.append(contentsOf: left)
        return loop.change(file, writing: true)
      } else if errno != EINTR {
        // Whoever sends is in the middle of something: it hears of it afterwards, as of everything else.
        let error = SocketError.system(errno)
        loop.schedule(at: 0) { [weak self] in self?.end(error) }
        return
      }
    }
  }

  /// Ends it. What has not been sent is lost.
  public func close() {
    guard state != .closed else { return }
    state = .closed
    release()
  }

  private func release() {
    timer?.cancel()
    timer = nil
    guard file >= 0 else { return }
    loop.forget(file)
    Foundation.close(file)
    file = -1
  }

  private func end(_ error: SocketError?) {
    guard state != .closed else { return }
    state = .closed
    release()
    owner?.socketEnded(self, error)
  }

  func becameReady(readable: Bool, writable: Bool) {
    switch state {
    case .connecting where writable: connected()
    case .open:
      if writable, !unsent.isEmpty { sendRest() }
      if readable, state == .open { receive() }
    default: break
    }
  }

  private func connected() {
    var number: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    getsockopt(file, SOL_SOCKET, SO_ERROR, &number, &length)
    guard number == 0 else { return tryNext(after: .system(number)) }
    timer?.cancel()
    timer = nil
    state = .open
    loop.change(file, writing: false)
    owner?.socketConnected(self)
  }

  private func sendRest() {
    let bytes = unsent
    unsent = []
    bytes.withUnsafeBytes { send($0) }
    if state == .open, unsent.isEmpty { loop.change(file, writing: false) }
  }

  private func receive() {
    for _ in 0..<Self.turns {
      var wall: Int64 = 0
      let look = MonotonicClock.now
      let count = receive_noted(file, loop.space, SocketLoop.readCapacity, &wall)
      guard count > 0 else {
        if count == 0 { return end(nil) }
        return errno == EAGAIN ? () : end(.system(errno))
      }
      let arrival = loop.arrival(wall: wall, earliest: lastLook)
      lastLook = look
      let bytes = UnsafeBufferPointer(start: loop.space.assumingMemoryBound(to: UInt8.self), count: count)
      // Nobody is left to hear of it.
      guard let owner else { return close() }
      owner.socket(self, received: bytes, arrival)
      guard state == .open, count == SocketLoop.readCapacity else { return }
    }
  }
}
