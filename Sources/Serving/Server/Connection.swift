internal import NIOCore
internal import Synchronization

/// One client's connection, from its requests' point of view: whether it is still there, and when it has idled too long.
final class Connection: Sendable {
  private struct State {
    var isClosed = false
    var watcher: (@Sendable () -> Void)?
    var idle: Scheduled<Void>?
  }

  private let state = Mutex(State())
  private let idleTimeout: TimeAmount

  init(idleTimeout: Duration) { self.idleTimeout = TimeAmount(idleTimeout) }

  /// A request's head has come.
  /// - Parameter onClose: runs when the client is gone, at once if it already is.
  func begin(onClose: @escaping @Sendable () -> Void) {
    let isClosed = state.withLock { state in
      state.idle?.cancel()
      state.idle = nil
      if !state.isClosed { state.watcher = onClose }
      return state.isClosed
    }
    if isClosed { onClose() }
  }

  /// The request is answered: the next has the idle time to come. Bytes that only drip in do not put this off.
  func end(_ channel: any Channel) {
    state.withLock { $0.watcher = nil }
    startIdling(channel)
  }

  fileprivate func startIdling(_ channel: any Channel) {
    let task = channel.eventLoop.scheduleTask(in: idleTimeout) { channel.close(promise: nil) }
    state.withLock { state in
      state.idle?.cancel()
      state.idle = state.isClosed ? nil : task
      if state.isClosed { task.cancel() }
    }
  }

  fileprivate func close() {
    let watcher = state.withLock { state in
      state.isClosed = true
      state.idle?.cancel()
      state.idle = nil
      defer { state.watcher = nil }
      return state.watcher
    }
    watcher?()
  }
}

/// Hears the client close its side, also while a request is being answered and nobody reads from it.
final class ConnectionHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny

  let connection: Connection

  init(idleTimeout: Duration) { connection = Connection(idleTimeout: idleTimeout) }

  func handlerAdded(context: ChannelHandlerContext) { connection.startIdling(context.channel) }

  func channelInactive(context: ChannelHandlerContext) {
    connection.close()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed { connection.close() }
    context.fireUserInboundEventTriggered(event)
  }

  /// The connection of a channel that the server set up.
  static func connection(of channel: any Channel) async throws -> Connection {
    try await channel.pipeline.handler(type: ConnectionHandler.self).map(\.connection).get()
  }
}

@available(*, unavailable)
extension ConnectionHandler: Sendable {}
