import Foundation
import NIOCore
import NIOHTTP1
import OpenAIWire

/// A connection to a mock endpoint: reads a request, waits, writes tokens when they are due, and stamps each.
///
/// `@unchecked Sendable`: it is touched on its event loop alone.
final class MockConnection: ChannelInboundHandler, NIOScheduledCallbackHandler, @unchecked Sendable {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  /// A generation under way.
  private struct Generation {
    var record: MockRecord
    var script: MockScript
    var form: MockAnswers.Form
    var streams: Bool
    var saysUsage: Bool
    var promptTokens: Int
    /// The first token that has not been written.
    var next = 0
  }

  private let service: MockService
  private let arrivals: MockArrivals
  private var context: ChannelHandlerContext?
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var generation: Generation?
  private var timer: NIOScheduledCallback?

  init(service: MockService, arrivals: MockArrivals) {
    self.service = service
    self.arrivals = arrivals
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelActive(context: ChannelHandlerContext) {
    readLater(context)
    context.fireChannelActive()
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    readLater(context)
    context.fireChannelReadComplete()
  }

  /// Where reads are slow, the channel reads only when it is told to.
  private func readLater(_ context: ChannelHandlerContext) {
    guard service.behaviour.readDelay > 0 else { return }
    let channel = context.channel
    context.eventLoop.scheduleTask(in: .nanoseconds(Int64(service.behaviour.readDelay * 1e6))) { channel.read() }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body.removeAll(keepingCapacity: true)
    case .body(let buffer):
      guard body.count + buffer.readableBytes <= MockRequest.longestBody else {
        context.close(promise: nil)
        return
      }
      body.append(contentsOf: buffer.readableBytesView)
    case .end:
      let received = service.now
      guard let head, generation == nil else {
        // A request before the answer to the last one: the mock does not take them in a row.
        context.close(promise: nil)
        return
      }
      self.head = nil
      answer(MockRequest(head, body: body), received: received)
    }
  }

  private func answer(_ request: MockRequest, received: UInt64) {
    switch request.kind {
    case .models:
      let list = ModelList(models: [ModelDescription(id: MockAnswers.model, created: 0, owner: "mock")])
      write(service.answers.plain(status: "200 OK", body: list.json.text))
    case .health: write(service.answers.plain(status: "200 OK", body: "{}"))
    case .unknown:
      let error = APIError(status: 404, message: "there is no such route", type: "invalid_request_error")
      write(service.answers.refusal(error, reason: "Not Found"))
    case .invalid(let message): write(service.answers.refusal(.invalid(message), reason: "Bad Request"))
    case .generation(let form, let streams, let saysUsage, let maximumTokens):
      let number = service.nextNumber()
      let script = MockScript(service.behaviour, number: number, maximumTokens: maximumTokens)
      generation = Generation(
        record: MockRecord(
          identifier: request.identifier, number: number, arrived: arrivals.stamp, received: received,
          // However late it is read, it is served as if it had been read when it came.
          began: arrivals.stamp ?? received, fate: script.fate),
        script: script, form: form, streams: streams, saysUsage: saysUsage, promptTokens: max(1, body.count / 4))
      service.enter(self)
    }
  }

  /// Its turn has come.
  func serve() {
    guard var generation else { return service.leave(self) }
    let now = service.now
    // Where nobody waits for a turn, service begins with the arrival of the request's last byte.
    if service.behaviour.isSerial { generation.record.began = now }
    self.generation = generation
    switch generation.script.fate {
    case .error:
      let error = APIError(status: 500, message: "the mock was told to fail", type: "server_error")
      refuse(error, reason: "Internal Server Error")
    case .rateLimited:
      let error = APIError(
        status: 429, message: "too many requests", type: "rate_limit_error",
        retryAfterSeconds: service.behaviour.retryAfterSeconds)
      refuse(error, reason: "Too Many Requests")
    default: arm()
    }
  }

  private func refuse(_ error: APIError, reason: String) {
    generation?.record.ended = service.now
    write(service.answers.refusal(error, reason: reason))
    end()
  }

  /// Sets the timer for what is due next: a token, or the last one of an answer that comes in one piece.
  private func arm() {
    guard let generation, let context else { return }
    let index = generation.streams ? generation.next : generation.script.tokens - 1
    let due = generation.record.began + generation.script.due[index]
    timer = try? context.eventLoop.scheduleCallback(at: .uptimeNanoseconds(due), handler: self)
  }

  func handleScheduledCallback(eventLoop: some EventLoop) {
    timer = nil
    guard let generation else { return }
    guard generation.streams else { return writeDocument() }
    repeat {
      guard writeNext() else { return }
    } while self.generation.map { $0.record.began + $0.script.due[$0.next] <= service.now } ?? false
    arm()
  }

  private func writeDocument() {
    guard var generation else { return }
    let usage = Usage(promptTokens: generation.promptTokens, completionTokens: generation.script.tokens)
    generation.record.ended = service.now
    switch generation.script.fate {
    case .reset, .truncated: return fail(generation.script.fate)
    case .malformed: write(service.answers.plain(status: "200 OK", body: "{\"choices\": ["))
    default: write(service.answers.document(generation.form, tokens: generation.script.tokens, usage: usage))
    }
    self.generation = generation
    end()
  }

  /// Writes the tokens that go together.
  /// - Returns: whether more are to come.
  private func writeNext() -> Bool {
    guard var generation else { return false }
    let isFaulty = generation.script.fate != .served
    let last = isFaulty ? generation.script.tokensBeforeFault : generation.script.tokens
    var buffer = service.answers.token(generation.form)
    let count = min(service.behaviour.tokensPerWrite, last - generation.next)
    if generation.next == 0 {
      var opening = service.answers.streamHead
      opening.writeImmutableBuffer(service.answers.opening(generation.form))
      if count > 0 { opening.writeImmutableBuffer(buffer) }
      buffer = opening
    }
    if count > 1 {
      for _ in 1..<count { buffer.writeImmutableBuffer(service.answers.token(generation.form)) }
    }
    let next = generation.next + max(0, count)
    let isLast = next >= last
    if isLast, !isFaulty {
      let usage = Usage(promptTokens: generation.promptTokens, completionTokens: generation.script.tokens)
      buffer.writeImmutableBuffer(
        service.answers.closing(generation.form, usage: usage, saysUsage: generation.saysUsage))
    }
    let isBlocked = context?.channel.isWritable == false
    let stamp = service.now
    if count > 0 || generation.next == 0 { write(buffer) }
    if generation.record.tokens.isEmpty { generation.record.tokens.reserveCapacity(generation.script.tokens) }
    for _ in 0..<max(0, count) { generation.record.tokens.append(stamp) }
    if isBlocked { generation.record.blockedWrites += 1 }
    generation.next = next
    if isLast { generation.record.ended = stamp }
    self.generation = generation
    guard isLast else { return true }
    if isFaulty {
      fail(generation.script.fate)
    } else {
      end()
      if service.behaviour.closesAfterAnswer { context?.close(promise: nil) }
    }
    return false
  }

  /// What goes wrong in mid-stream.
  private func fail(_ fate: MockScript.Fate) {
    switch fate {
    case .malformed: write(service.answers.malformed)
    case .errorEvent: write(service.answers.errorEvent)
    case .reset:
      // Without lingering the close is a reset.
      if let options = context?.channel as? any SocketOptionProvider {
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
      }
    default: break
    }
    end()
    context?.close(promise: nil)
  }

  private func end() {
    if let record = generation?.record { service.keep(record) }
    generation = nil
    service.leave(self)
  }

  private func write(_ buffer: ByteBuffer) { context?.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
    if generation != nil {
      generation?.record.wasLeft = true
      generation?.record.ended = service.now
      end()
    }
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
