import Foundation
import NIOSSL
import Transport

/// How connections to one endpoint are encrypted: TLS 1.2 or later, with HTTP/1.1 spoken inside.
struct Encryption: Sendable {
  /// Bytes of a file of certificates at most.
  private static let longestFile = 8 << 20

  private let context: NIOSSLContext
  /// What the server has to prove to be. An address is not said to the server, and is looked for among the certificate's
  /// addresses.
  private let serverName: String?

  /// - Throws: ``ClientError/certificates(file:reason:)``, ``ClientError/endpoint(_:reason:)``.
  init(_ settings: ClientSettings) throws(ClientError) {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.applicationProtocols = ["http/1.1"]
    switch settings.trust {
    case .system: break
    case .authorities(let file): configuration.trustRoots = .certificates(try Self.certificates(file))
    case .anyone: configuration.certificateVerification = .none
    }
    let host = settings.endpoint.host
    let isAddress = InternetAddress(host, port: 0) != nil
    serverName = isAddress ? nil : host
    do {
      context = try NIOSSLContext(configuration: configuration)
      _ = try NIOSSLClientHandler(context: context, serverHostname: serverName)
    } catch {
      throw .endpoint(settings.endpoint.description, reason: "nothing can be encrypted for it: \(error)")
    }
  }

  private static func certificates(_ file: String) throws(ClientError) -> [NIOSSLCertificate] {
    guard let handle = FileHandle(forReadingAtPath: file),
      let bytes = try? handle.read(upToCount: longestFile + 1), !bytes.isEmpty
    else { throw .certificates(file: file, reason: "the file cannot be read, or is empty") }
    guard bytes.count <= longestFile else { throw .certificates(file: file, reason: "it has more than 8 MiB") }
    guard let found = try? NIOSSLCertificate.fromPEMBytes(Array(bytes)), !found.isEmpty else {
      throw .certificates(file: file, reason: "there is no certificate in PEM form in it (BEGIN CERTIFICATE)")
    }
    return found
  }

  func handler() throws -> NIOSSLClientHandler { try NIOSSLClientHandler(context: context, serverHostname: serverName) }

  private static let ended = "the server ended the TLS handshake: perhaps it is meant to be http://"

  /// How a connection failed that did not come about.
  static func failure(_ error: any Error, reason: String) -> RequestFailure {
    refusesCertificate(error) ? .certificate(reason: reason) : .connect(reason: reason)
  }

  private static func refusesCertificate(_ error: any Error) -> Bool {
    if let error = error as? NIOSSLExtraError { return error == .failedToValidateHostname }
    guard case NIOSSLError.handshakeFailed(.sslError(let stack)) = error else { return false }
    return stack.contains { "\($0)".contains("CERTIFICATE_VERIFY_FAILED") }
  }

  /// Why a handshake failed, with the mend; nil for errors that are none of it.
  static func reason(_ error: any Error, host: String) -> String? {
    if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
      return
        "the certificate is not for \(host): use the name it is made out to, or trust anyone (--insecure; in a plan "
        + "trust: anyone) for an endpoint of your own"
    }
    guard let error = error as? NIOSSLError else { return nil }
    switch error {
    case .handshakeFailed(.sslError(let stack)):
      let text = stack.map { "\($0)" }.joined(separator: " ")
      if text.contains("CERTIFICATE_VERIFY_FAILED") {
        return "the certificate of \(host) is not by an authority that is trusted, or no longer valid: "
          + "name its authority (--ca-file; in a plan trust: {ca-file: PATH}), or trust anyone (--insecure; trust: anyone) "
          + "for an endpoint of your own"
      }
      if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
        return "what listens there does not speak TLS: perhaps it is meant to be http://"
      }
      if text.contains("EOF during handshake") { return ended }
      return "the TLS handshake failed: \(text)"
    case .handshakeFailed: return ended
    case .uncleanShutdown: return nil
    default: return "the TLS handshake failed: \(error)"
    }
  }
}
