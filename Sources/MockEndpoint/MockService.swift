import Foundation
import NIOCore

/// What the connections of a mock endpoint share.
///
/// `@unchecked Sendable`: it is touched on the endpoint's event loop alone, but for what is `let`.
final class MockService: @unchecked Sendable {
  /// Records that are kept; further requests are served and only counted.
  static let mostRecords = 2_000_000

  let behaviour: MockBehaviour
  let answers = MockAnswers()
  private(set) var records: [MockRecord] = []
  private(set) var unrecorded = 0
  private var numbers = 0
  /// Who waits for a turn where service is serial; the first is being served.
  private var queue: [MockConnection] = []

  init(behaviour: MockBehaviour) { self.behaviour = behaviour }

  /// The machine's monotonic clock, which the event loop's timers go by, in nanoseconds.
  var now: UInt64 { UInt64(max(0, NIODeadline.now().uptimeNanoseconds)) }

  func nextNumber() -> Int {
    defer { numbers += 1 }
    return numbers
  }

  func keep(_ record: MockRecord) {
    if records.count < Self.mostRecords { records.append(record) } else { unrecorded += 1 }
  }

  /// A request has come; it is served at once, or in its turn.
  func enter(_ connection: MockConnection) {
    guard behaviour.isSerial else { return connection.serve() }
    queue.append(connection)
    if queue.count == 1 { connection.serve() }
  }

  /// A request is over, or its client has gone.
  func leave(_ connection: MockConnection) {
    guard behaviour.isSerial, let place = queue.firstIndex(where: { $0 === connection }) else { return }
    queue.remove(at: place)
    if place == 0 { queue.first?.serve() }
  }
}
