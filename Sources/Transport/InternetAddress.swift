import Foundation

/// An address of the Internet and a port: IPv4 or IPv6.
public struct InternetAddress: Sendable, Hashable, CustomStringConvertible {
  public enum Family: Sendable, Hashable { case four, six }

  public let family: Family
  /// Four bytes or sixteen, as they stand on the wire.
  public let bytes: [UInt8]
  public let port: Int
  /// The interface of a link-local address; 0 is none.
  let scope: UInt32

  /// Reads `127.0.0.1` or `::1`; nil where it is neither, as a name is.
  public init?(_ text: String, port: Int) {
    guard (0...65_535).contains(port) else { return nil }
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      family = .four
      bytes = withUnsafeBytes(of: four) { Array($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      family = .six
      bytes = withUnsafeBytes(of: six) { Array($0) }
    } else {
      return nil
    }
    self.port = port
    scope = 0
  }

  /// - Parameter pointer: an address of the system, of either family; nil for any other.
  init?(_ pointer: UnsafePointer<sockaddr>, length: Int) {
    let raw = UnsafeRawPointer(pointer)
    switch Int32(pointer.pointee.sa_family) {
    case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
      let address = raw.loadUnaligned(as: sockaddr_in.self)
      family = .four
      bytes = withUnsafeBytes(of: address.sin_addr) { Array($0) }
      port = Int(UInt16(bigEndian: address.sin_port))
      scope = 0
    case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
      let address = raw.loadUnaligned(as: sockaddr_in6.self)
      family = .six
      bytes = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
      port = Int(UInt16(bigEndian: address.sin6_port))
      scope = address.sin6_scope_id
    default: return nil
    }
  }

  /// Whether it is an address that never leaves the machine.
  public var isLoopback: Bool {
    family == .four ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
  }

  /// The same address, whatever the port.
  public func isSameHost(as other: InternetAddress) -> Bool { family == other.family && bytes == other.bytes }

  public var description: String { family == .four ? "\(host):\(port)" : "[\(host)]:\(port)" }

  /// The address without its port, as it is written.
  public var host: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let number = family == .four ? AF_INET : AF_INET6
    guard bytes.withUnsafeBytes({ inet_ntop(number, $0.baseAddress, &text, socklen_t(text.count)) }) != nil else {
      return "?"
    }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  var systemFamily: CInt { family == .four ? AF_INET : AF_INET6 }

  /// Hands it to a call of the system.
  func withSystemAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    func pass<Address>(_ address: Address) -> Result {
      withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
      }
    }
    switch family {
    case .four:
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(port).bigEndian
      withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes) }
      return pass(address)
    case .six:
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = UInt16(port).bigEndian
      address.sin6_scope_id = scope
      withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
      return pass(address)
    }
  }

  /// An end of a connected socket.
  static func end(_ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt) -> InternetAddress?
  {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        guard call(pointer, &length) == 0 else { return nil }
        return InternetAddress(pointer, length: Int(length))
      }
    }
  }

  /// A port of the loopback address that nobody listens on just now.
  public static func freeLoopbackPort() throws(SocketError) -> Int {
    let file = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { throw .system(errno) }
    defer { close(file) }
    guard let any = InternetAddress("127.0.0.1", port: 0), any.withSystemAddress({ bind(file, $0, $1) }) == 0,
      let end = end({ getsockname(file, $0, $1) })
    else { throw .system(errno) }
    return end.port
  }

  /// The addresses of a name, in the order in which the system would have them tried. It waits for the network.
  /// - Throws: ``SocketError/unknownHost(_:reason:)``.
  public static func resolve(_ host: String, port: Int) throws(SocketError) -> [InternetAddress] {
    if let address = InternetAddress(host, port: port) { return [address] }
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var first: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, "\(port)", &hints, &first)
    guard status == 0 else { throw .unknownHost(host, reason: String(cString: gai_strerror(status))) }
    defer { freeaddrinfo(first) }
    var found: [InternetAddress] = []
    var next = first
    while let entry = next?.pointee, found.count < 64 {
      if let pointer = entry.ai_addr, let address = InternetAddress(pointer, length: Int(entry.ai_addrlen)),
        !found.contains(address)
      {
        found.append(address)
      }
      next = entry.ai_next
    }
    guard !found.isEmpty else { throw .unknownHost(host, reason: "it has no address") }
    return found
  }
}
