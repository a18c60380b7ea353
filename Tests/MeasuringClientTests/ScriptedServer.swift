import NIOCore
import NIOPosix
import Synchronization

/// A server that answers each request with whatever bytes a test says, in pieces of a stated size.
final class ScriptedServer: Sendable {
  /// What is said to one request.
  struct Answer: Sendable {
    var bytes: [UInt8]
    /// Bytes of a write, each in a read of its own where the reader is quick enough.
    var piece = Int.max
    var closes = false

    init(_ text: String, piece: Int = .max, closes: Bool = false) {
      bytes = Array(text.utf8)
      self.piece = piece
      self.closes = closes
    }

    /// A whole answer with its length.
    static func document(
      _ body: String, status: String = "200 OK", type: String = "application/json", piece: Int = .max
    )
      -> Answer
    {
      Answer(
        "HTTP/1.1 \(status)\r\ncontent-type: \(type)\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)", piece: piece
      )
    }

    /// A stream of events, each a chunk.
    static func events(_ data: [String], piece: Int = .max) -> Answer {
      let chunks = data.map { "data: \($0)\n\n" }.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }
      return Answer(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
          + chunks.joined() + "0\r\n\r\n", piece: piece)
    }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private var received = ""
    private let answer: @Sendable (Int, String) -> Answer?
    private let count: Counter

    init(count: Counter, answer: @escaping @Sendable (Int, String) -> Answer?) {
      self.count = count
      self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      received += String(buffer: unwrapInboundIn(data))
      guard let end = received.firstRange(of: "\r\n\r\n"), let field = received.firstRange(of: "content-length: "),
        let length = Int(received[field.upperBound...].prefix { $0.isNumber }),
        received[end.upperBound...].utf8.count >= length
      else { return }
      let request = received
      received = ""
      guard let answer = answer(count.next(), request) else { return }
      var rest = answer.bytes[...]
      if rest.isEmpty, answer.closes { context.close(promise: nil) }
      while !rest.isEmpty {
        let piece = rest.prefix(answer.piece)
        rest = rest.dropFirst(piece.count)
        let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: piece)))
        let channel = context.channel
        if answer.closes, rest.isEmpty { written.whenComplete { _ in channel.close(promise: nil) } }
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    func next() -> Int { value.add(1, ordering: .relaxed).oldValue }
  }

  private let group: MultiThreadedEventLoopGroup
  private let channel: any Channel
  let port: Int

  /// - Parameter answer: what is said to a request, by its number from 0 and its text; nil says nothing.
  init(_ answer: @escaping @Sendable (Int, String) -> Answer?) async throws {
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let count = Counter()
    channel = try await ServerBootstrap(group: group)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Handler(count: count, answer: answer))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = channel.localAddress?.port ?? 0
  }

  func stop() async {
    try? await channel.close()
    try? await group.shutdownGracefully()
  }
}
