import Crypto
import Foundation
import MockEndpoint
import X509

/// An authority that a test makes for itself, and the certificates it gives out. Nothing of it outlives the test.
struct TestAuthority {
  private let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
  private let name: DistinguishedName
  private let certificate: Certificate

  init() throws {
    name = try DistinguishedName { CommonName("A test's own authority") }
    certificate = try Self.certificate(
      of: name, by: name, key: key, signer: key, lasts: 3600,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        Critical(KeyUsage(keyCertSign: true))
      })
  }

  /// What a client reads to trust it.
  func pem() throws -> String { try certificate.serializeAsPEM().pemString }

  /// A certificate for a host's names, or for the address 127.0.0.1.
  /// - Parameter lasts: seconds from now until it is no longer valid.
  func endpoint(names: [String], addresses: Bool = false, lasts: Double = 3600) throws -> MockCertificate {
    let own = Certificate.PrivateKey(P256.Signing.PrivateKey())
    var subjects: [GeneralName] = names.map { .dnsName($0) }
    if addresses { subjects.append(.ipAddress(.init(contentBytes: [127, 0, 0, 1]))) }
    let certificate = try Self.certificate(
      of: DistinguishedName { CommonName("A test's endpoint") }, by: name, key: own, signer: key, lasts: lasts,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        SubjectAlternativeNames(subjects)
      })
    return try MockCertificate(
      chain: Array(certificate.serializeAsPEM().pemString.utf8), key: Array(own.serializeAsPEM().pemString.utf8))
  }

  private static func certificate(
    of subject: DistinguishedName, by issuer: DistinguishedName, key: Certificate.PrivateKey,
    signer: Certificate.PrivateKey, lasts: Double, extensions: Certificate.Extensions
  ) throws -> Certificate {
    let now = Date()
    return try Certificate(
      version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: now - 7200,
      notValidAfter: now + lasts, issuer: issuer, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: extensions, issuerPrivateKey: signer)
  }
}
