import Foundation
import Synchronization
import Testing

@testable import Transport

/// The far end of a connection, by the system's own calls.
final class Listener: Sendable {
  let file: CInt
  let address: InternetAddress

  init() throws {
    file = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    let any = try #require(InternetAddress("127.0.0.1", port: 0))
    let file = file
    #expect(any.withSystemAddress { bind(file, $0, $1) } == 0)
    #expect(listen(file, 16) == 0)
    address = try #require(InternetAddress.end { getsockname(file, $0, $1) })
  }

  deinit { close(file) }

  /// The next connection, on which what is sent leaves at once: not when what was sent before has been acknowledged.
  func accept() -> CInt {
    let far = Foundation.accept(file, nil, nil)
    var on: CInt = 1
    setsockopt(far, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    return far
  }
}

/// Keeps what a socket says.
final class Recorder: StreamSocketOwner, @unchecked Sendable {
  enum Event: Sendable, Equatable {
    case connected
    case received([UInt8])
    case ended(SocketError?)
  }

  private let kept = Mutex<(events: [Event], arrivals: [Arrival])>(([], []))
  private let changed = DispatchSemaphore(value: 0)
  let loop: SocketLoop
  var socket: StreamSocket?
  var onReceive: ((StreamSocket) -> Void)?

  init() throws { loop = try SocketLoop(name: "test") }

  func connect(to addresses: [InternetAddress], within nanoseconds: UInt64 = 60_000_000_000) {
    loop.execute { [self] in
      let socket = StreamSocket(loop: loop, owner: self)
      self.socket = socket
      socket.connect(to: addresses, until: MonotonicClock.now + nanoseconds)
    }
  }

  func send(_ bytes: [UInt8]) { loop.execute { [self] in bytes.withUnsafeBytes { socket?.send($0) } } }

  private func keep(_ event: Event, _ arrival: Arrival? = nil) {
    kept.withLock {
      $0.events.append(event)
      if let arrival { $0.arrivals.append(arrival) }
    }
    changed.signal()
  }

  func socketConnected(_ socket: StreamSocket) { keep(.connected) }

  func socket(_ socket: StreamSocket, received bytes: UnsafeBufferPointer<UInt8>, _ arrival: Arrival) {
    keep(.received(Array(bytes)), arrival)
    onReceive?(socket)
  }

  func socketEnded(_ socket: StreamSocket, _ error: SocketError?) { keep(.ended(error)) }

  /// What has been said, once there is so much of it.
  func events(_ count: Int) -> [Event] {
    while kept.withLock({ $0.events.count }) < count { changed.wait() }
    return kept.withLock { $0.events }
  }

  func bytes(_ count: Int) -> [UInt8] {
    while true {
      let all = kept.withLock {
        $0.events.flatMap { event -> [UInt8] in if case .received(let bytes) = event { bytes } else { [] } }
      }
      if all.count >= count { return all }
      changed.wait()
    }
  }

  var arrivals: [Arrival] { kept.withLock { $0.arrivals } }
}

@Suite struct SocketLoopTests {
  /// A connection and its far end.
  private func connected() throws -> (recorder: Recorder, far: CInt) {
    let listener = try Listener()
    let recorder = try Recorder()
    recorder.connect(to: [listener.address])
    let far = listener.accept()
    #expect(recorder.events(1) == [.connected])
    return (recorder, far)
  }

  @Test func workIsDoneOnTheLoop() async throws {
    let loop = try SocketLoop(name: "test")
    #expect(!loop.isCurrent)
    #expect(await loop.submit { loop.isCurrent } == true)
    let order = Mutex<[Int]>([])
    await withCheckedContinuation { continuation in
      loop.execute {
        let now = MonotonicClock.now
        loop.schedule(at: now + 3_000_000) {
          order.withLock { $0.append(3) }
          continuation.resume()
        }
        loop.schedule(at: now + 2_000_000) { order.withLock { $0.append(2) } }
        let never = loop.schedule(at: now + 1_000_000) { order.withLock { $0.append(0) } }
        never.cancel()
        loop.execute { order.withLock { $0.append(1) } }
      }
    }
    #expect(order.withLock { $0 } == [1, 2, 3])
    loop.end()
    loop.end()
    #expect(!loop.execute {})
    #expect(await loop.submit { 1 } == nil)
  }

  @Test func timersAreNotEarly() async throws {
    let loop = try SocketLoop(name: "test")
    for _ in 0..<20 {
      let late = await withCheckedContinuation { continuation in
        loop.execute {
          let due = MonotonicClock.now + 300_000
          loop.schedule(at: due) { continuation.resume(returning: Int64(MonotonicClock.now) - Int64(due)) }
        }
      }
      #expect(late >= 0)
    }
    loop.end()
  }

  @Test func bytesGoBothWays() throws {
    let (recorder, far) = try connected()
    recorder.send(Array("ping".utf8))
    var buffer = [UInt8](repeating: 0, count: 16)
    #expect(recv(far, &buffer, 16, 0) == 4)
    let before = MonotonicClock.now
    #expect(Foundation.send(far, "pong", 4, 0) == 4)
    let after = MonotonicClock.now
    #expect(recorder.bytes(4) == Array("pong".utf8))
    let arrival = try #require(recorder.arrivals.first)
    // Whether or not the system notes arrivals, and however late this was read.
    #expect(arrival.stamp >= before - 2_000 && arrival.stamp <= arrival.readAt)
    if arrival.isNoted { #expect(arrival.stamp <= after + 2_000, "it arrived while it was sent, not when it was read") }
    close(far)
    #expect(recorder.events(3).last == .ended(nil))
    recorder.loop.end()
  }

  /// What lies there while the loop is busy is stamped with its arrival all the same.
  @Test func aBusyLoopColoursNoStamp() async throws {
    try #require(SocketLoop.notesArrivals)
    let (recorder, far) = try connected()
    let blocked = DispatchSemaphore(value: 0)
    let isBlocked = DispatchSemaphore(value: 0)
    recorder.loop.execute {
      isBlocked.signal()
      blocked.wait()
    }
    isBlocked.wait()
    #expect(Foundation.send(far, "late", 4, 0) == 4)
    let sent = MonotonicClock.now
    try await Task.sleep(for: .milliseconds(30))
    blocked.signal()
    #expect(recorder.bytes(4).count == 4)
    let arrival = try #require(recorder.arrivals.first)
    #expect(arrival.isNoted && arrival.stamp <= sent + 2_000)
    #expect(arrival.readAt - arrival.stamp > 25_000_000)
    close(far)
    recorder.loop.end()
  }

  /// What is left to gather keeps the stamp of its arrival, and all of it comes.
  @Test func gatheringColoursNoStamp() throws {
    try #require(SocketLoop.notesArrivals)
    let (recorder, far) = try connected()
    recorder.loop.execute { recorder.loop.gathering = 500_000 }
    var sent: [(before: UInt64, after: UInt64)] = []
    for number in 0..<200 {
      let before = MonotonicClock.now
      var byte = UInt8(number)
      #expect(Foundation.send(far, &byte, 1, 0) == 1)
      sent.append((before, MonotonicClock.now))
      usleep(100)
    }
    #expect(recorder.bytes(200) == (0..<200).map { UInt8($0) })
    var place = 0
    for case (.received(let bytes), let arrival) in zip(recorder.events(0).dropFirst(), recorder.arrivals) {
      place += bytes.count
      guard arrival.isNoted else { continue }
      #expect(arrival.stamp + 2_000 >= sent[place - 1].before && arrival.stamp <= sent[place - 1].after + 2_000)
    }
    close(far)
    recorder.loop.end()
  }

  @Test func muchIsSentAsTheFarEndTakesIt() throws {
    let (recorder, far) = try connected()
    let bytes = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 7) }
    recorder.send(bytes)
    recorder.send([1, 2, 3])
    var got: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while got.count < bytes.count + 3 {
      let count = recv(far, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      got += buffer[..<count]
    }
    #expect(got == bytes + [1, 2, 3])
    // And the other way, in more than one read.
    let back = Array(bytes.prefix(3_000_000))
    var sent = 0
    while sent < back.count {
      sent += back.withUnsafeBytes { Foundation.send(far, $0.baseAddress! + sent, back.count - sent, 0) }
    }
    #expect(recorder.bytes(back.count) == back)
    close(far)
    recorder.loop.end()
  }

  @Test func whereNobodyListensTheNextAddressIsTried() throws {
    let listener = try Listener()
    let nobody = try #require(InternetAddress("127.0.0.1", port: InternetAddress.freeLoopbackPort()))
    let recorder = try Recorder()
    recorder.connect(to: [nobody, listener.address])
    #expect(recorder.events(1) == [.connected])
    recorder.loop.end()
    let alone = try Recorder()
    alone.connect(to: [nobody])
    #expect(alone.events(1) == [.ended(.system(ECONNREFUSED))])
    alone.connect(to: [])
    #expect(alone.events(2).last == .ended(.system(EADDRNOTAVAIL)))
    alone.loop.end()
  }

  @Test func aSilentAddressIsLeftInTime() throws {
    // A listener whose queue is full answers nobody.
    let full = try Listener()
    #expect(listen(full.file, 0) == 0)
    let crowd = try (0..<4).map { _ in
      let one = try Recorder()
      one.connect(to: [full.address])
      return one
    }
    let recorder = try Recorder()
    recorder.connect(to: [full.address], within: 200_000_000)
    #expect(recorder.events(1) == [.ended(.timedOut)])
    recorder.loop.end()
    crowd.forEach { $0.loop.end() }
  }

  @Test func aResetIsSaid() throws {
    let (recorder, far) = try connected()
    var hard = linger(l_onoff: 1, l_linger: 0)
    setsockopt(far, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
    close(far)
    let ended = recorder.events(2).last
    #expect(ended == .ended(.system(ECONNRESET)))
    #expect(SocketError.system(ECONNRESET).isReset && !SocketError.timedOut.isReset)
    recorder.loop.end()
  }

  @Test func whoClosesHearsNothingMore() async throws {
    let (recorder, far) = try connected()
    recorder.onReceive = { $0.close() }
    #expect(Foundation.send(far, "x", 1, 0) == 1)
    #expect(recorder.events(2).last == .received([0x78]))
    var byte: UInt8 = 0
    #expect(recv(far, &byte, 1, 0) == 0, "the far end sees the close")
    #expect(await recorder.loop.submit { recorder.events(2).count } == 2)
    close(far)
    recorder.loop.end()
  }

  @Test func manyConnectionsAtOnce() throws {
    let listener = try Listener()
    #expect(listen(listener.file, 1024) == 0)
    let loop = try Recorder()
    final class Echo: StreamSocketOwner, @unchecked Sendable {
      let done: DispatchSemaphore
      var socket: StreamSocket?
      init(_ done: DispatchSemaphore) { self.done = done }
      func socketConnected(_ socket: StreamSocket) {
        [UInt8](repeating: 7, count: 10).withUnsafeBytes { socket.send($0) }
      }
      func socket(_ socket: StreamSocket, received bytes: UnsafeBufferPointer<UInt8>, _ arrival: Arrival) {
        socket.close()
        done.signal()
      }
      func socketEnded(_ socket: StreamSocket, _ error: SocketError?) {}
    }
    let done = DispatchSemaphore(value: 0)
    let echoes = (0..<400).map { _ in Echo(done) }
    let address = listener.address
    let server = Thread {
      for _ in 0..<400 {
        let far = listener.accept()
        var buffer = [UInt8](repeating: 0, count: 10)
        _ = recv(far, &buffer, 10, 0)
        _ = Foundation.send(far, &buffer, 10, 0)
        close(far)
      }
    }
    server.start()
    loop.loop.execute {
      for echo in echoes {
        let socket = StreamSocket(loop: loop.loop, owner: echo)
        echo.socket = socket
        socket.connect(to: [address], until: MonotonicClock.now + 60_000_000_000)
      }
    }
    for _ in echoes { done.wait() }
    loop.loop.end()
  }
}
