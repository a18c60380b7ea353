import Foundation
import Transport

#if os(Linux)
  import Glibc
#endif

/// Asks the kernel how many bytes lie unread at the far end of a connection, where that end is on this machine
/// (`NETLINK_SOCK_DIAG`, see sock_diag(7)). A question costs a few microseconds; nobody's permission is needed.
///
/// `@unchecked Sendable`: it is asked on one queue alone.
final class SocketDiagnosis: @unchecked Sendable {
  private let file: Int32
  private var number: UInt32 = 0

  /// Nil where the system has no such thing.
  init?() {
    #if os(Linux)
      file = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 4)
      guard file >= 0 else { return nil }
      var patience = timeval(tv_sec: 0, tv_usec: 20_000)
      setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    #else
      return nil
    #endif
  }

  deinit { close(file) }

  /// Bytes that the far end of a connection has not read; nil where the kernel does not know it, or does not say.
  /// - Parameters:
  ///   - near: this process's end.
  ///   - far: the end that is asked about.
  func unread(near: InternetAddress, far: InternetAddress) -> Int? {
    #if os(Linux)
      number &+= 1
      let request = Self.request(number, near: near, far: far)
      guard let request, send(file, request, request.count, 0) == request.count else { return nil }
      var answer = [UInt8](repeating: 0, count: 1024)
      // What comes late answers an earlier question.
      for _ in 0..<4 {
        let count = recv(file, &answer, answer.count, 0)
        guard count > 0 else { return nil }
        if Self.word(8, of: answer) == number { return Self.unread(in: answer[..<count]) }
      }
      return nil
    #else
      return nil
    #endif
  }

  /// `nlmsghdr` and `inet_diag_req_v2` of <linux/inet_diag.h>: the socket whose own address is `far`.
  static func request(_ number: UInt32, near: InternetAddress, far: InternetAddress) -> [UInt8]? {
    guard far.family == near.family else { return nil }
    let (source, destination) = (bytes(of: far), bytes(of: near))
    var request: [UInt8] = []
    func add<Number: FixedWidthInteger>(_ number: Number) { withUnsafeBytes(of: number) { request += $0 } }
    add(UInt32(72))
    add(UInt16(20))
    add(UInt16(1))
    add(number)
    add(UInt32(0))
    // TCP, in any state.
    request += [source.family, 6, 0, 0]
    add(UInt32.max)
    add(UInt16(far.port).bigEndian)
    add(UInt16(near.port).bigEndian)
    request += source.address
    request += destination.address
    // Any interface, any socket.
    add(UInt32(0))
    add(UInt64.max)
    return request
  }

  /// The receive queue of an `inet_diag_msg`; an error, or anything else, is nil.
  static func unread(in answer: ArraySlice<UInt8>) -> Int? {
    let answer = Array(answer)
    // Of an end that only listens the queue is another one: of connections.
    guard answer.count >= 80, word(4, of: answer) & 0xFFFF == 20, answer[17] != 10 else { return nil }
    return Int(word(72, of: answer))
  }

  private static func word(_ place: Int, of bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: UInt32.self) }
  }

  /// The address in 16 bytes, as the kernel wants it, and its family's number.
  private static func bytes(of address: InternetAddress) -> (family: UInt8, address: [UInt8]) {
    let family = UInt8(address.family == .four ? AF_INET : AF_INET6)
    return (family, address.bytes + [UInt8](repeating: 0, count: 16 - address.bytes.count))
  }
}
