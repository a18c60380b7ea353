/// Whose certificates are believed, where an endpoint is encrypted.
public enum CertificateTrust: Sendable, Hashable {
  /// Those of the authorities that the system trusts, for the host's name.
  case system
  /// Those of the authorities in a PEM file, instead of the system's, for the host's name.
  case authorities(file: String)
  /// Anybody's: what is sent, the key too, may be read by whoever is on the way. For endpoints of one's own under test.
  case anyone
}
