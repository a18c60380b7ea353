import Testing

@testable import Transport

@Suite struct InternetAddressTests {
  @Test func addressesAreReadAndShown() throws {
    let four = try #require(InternetAddress("127.0.0.1", port: 80))
    #expect(four.family == .four && four.bytes == [127, 0, 0, 1] && four.isLoopback)
    #expect(four.description == "127.0.0.1:80")
    let six = try #require(InternetAddress("::1", port: 443))
    #expect(six.isLoopback && six.description == "[::1]:443")
    #expect(try #require(InternetAddress("10.1.2.3", port: 1)).isLoopback == false)
    #expect(try #require(InternetAddress("fe80::1", port: 1)).isLoopback == false)
    for wrong in ["", "localhost", "1.2.3", "1.2.3.4.5", "::g", "127.0.0.1:80"] {
      #expect(InternetAddress(wrong, port: 1) == nil, "\(wrong)")
    }
    #expect(InternetAddress("127.0.0.1", port: 65_536) == nil && InternetAddress("127.0.0.1", port: -1) == nil)
  }

  @Test func theSystemGivesBackWhatItWasGiven() throws {
    for text in ["192.0.2.7", "2001:db8::17"] {
      let address = try #require(InternetAddress(text, port: 12_345))
      let back = address.withSystemAddress { InternetAddress($0, length: Int($1)) }
      #expect(back == address)
      #expect(address.withSystemAddress { pointer, _ in InternetAddress(pointer, length: 4) } == nil)
    }
  }

  @Test func namesAreResolved() throws {
    let found = try InternetAddress.resolve("localhost", port: 8080)
    #expect(!found.isEmpty && found.allSatisfy { $0.isLoopback && $0.port == 8080 })
    #expect(throws: SocketError.self) { try InternetAddress.resolve("no-such-host.invalid", port: 1) }
    #expect(try InternetAddress.freeLoopbackPort() > 0)
  }
}
