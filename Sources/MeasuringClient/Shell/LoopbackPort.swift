import NIOCore
import NIOPosix

/// Ports of this machine.
public enum LoopbackPort {
  /// A port that nobody listens on just now, for a server that is about to be started. Another program may take it in
  /// between; the server will then say that it is taken.
  /// - Throws: ``ClientError/plan(_:)`` where the system has none.
  public static func free() async throws(ClientError) -> Int {
    do {
      let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "127.0.0.1", port: 0).get()
      let port = channel.localAddress?.port
      try await channel.close()
      if let port { return port }
    } catch {
      throw .plan("no port is free on this machine: \(error)")
    }
    throw .plan("no port is free on this machine")
  }
}
