import Foundation
import Glibc

/// A plain TCP connection to this machine, for saying to the server what no well-behaved client would.
///
/// Calls block a thread of their own, not one of those the server runs on.
final class Socket: @unchecked Sendable {
  struct Failure: Error {
    let call: String
    let number: Int32
  }

  // Used by one test at a time, call after call; closing is the last.
  private let descriptor: Int32

  init(port: Int) async throws {
    descriptor = try await Self.blocking {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      guard descriptor >= 0 else { throw Failure(call: "socket", number: errno) }
      var timeout = timeval(tv_sec: 20, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(port).bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let status = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard status == 0 else {
        let number = errno
        Glibc.close(descriptor)
        throw Failure(call: "connect", number: number)
      }
      return descriptor
    }
  }

  private static func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      // Dispatch's threads are few, and the server needs them.
      Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
  }

  /// Sends all of it, or as much as the other side still takes.
  func send(_ bytes: some Sequence<UInt8>) async throws {
    let (bytes, descriptor) = (Array(bytes), descriptor)
    try await Self.blocking {
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return }
        sent += count
      }
    }
  }

  func send(_ text: String) async throws { try await send(text.utf8) }

  /// The next bytes that come; none when the other side has closed.
  /// - Throws: ``Failure`` when nothing comes for a long time.
  func receive() async throws -> [UInt8] {
    let descriptor = descriptor
    return try await Self.blocking {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EAGAIN { throw Failure(call: "recv", number: errno) }
      return Array(buffer.prefix(max(0, count)))
    }
  }

  /// Says that nothing more will come, as `nc -N` does.
  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  func close() { Glibc.close(descriptor) }
}
