import Transport

/// Ports of this machine.
public enum LoopbackPort {
  /// A port that nobody listens on just now, for a server that is about to be started. Another program may take it in
  /// between; the server will then say that it is taken.
  /// - Throws: ``ClientError/plan(_:)`` where the system has none.
  public static func free() throws(ClientError) -> Int {
    do { return try InternetAddress.freeLoopbackPort() } catch {
      throw .plan("no port is free on this machine: \(error)")
    }
  }
}
