import Serving
import Testing

@testable import EngineWorkloads

@Suite struct AdmissionQueueTests {
  @Test func placesToRunDoNotCountAsWaiting() throws {
    let queue = AdmissionQueue(running: 2, waiting: 1)
    let first = try queue.admit(2)
    #expect(queue.counts.waiting == 2)
    let third = try queue.admit(1)
    #expect(throws: ServiceError.self) { try queue.admit(1) }
    first.forEach { $0.start() }
    #expect(queue.counts.running == 2 && queue.counts.waiting == 1)
    #expect(throws: ServiceError.self) { try queue.admit(1) }
    first[0].release()
    #expect(queue.counts.running == 1)
    let fourth = try queue.admit(1)
    for ticket in first + third + fourth { ticket.release() }
    #expect(queue.counts.running == 0 && queue.counts.waiting == 0)
  }

  @Test func allSamplesOrNone() throws {
    let queue = AdmissionQueue(running: 1, waiting: 2)
    let held = try queue.admit(1)
    #expect(throws: ServiceError.queueFull(retryAfterSeconds: 4)) { try queue.admit(3) }
    #expect(queue.counts.waiting == 1)
    held[0].release()
    #expect(try queue.admit(3).count == 3)
  }

  @Test func moreThanThereIsRoomForIsNoMatterOfWaiting() {
    let queue = AdmissionQueue(running: 1, waiting: 2)
    #expect(throws: ServiceError.invalid("n is 4, and this server takes 3 at a time", param: "n")) {
      try queue.admit(4)
    }
  }

  @Test func aTicketCountsOnce() throws {
    let queue = AdmissionQueue(running: 1, waiting: 1)
    let ticket = try queue.admit(1)[0]
    ticket.start()
    ticket.start()
    ticket.release()
    ticket.release()
    ticket.start()
    #expect(queue.counts.running == 0 && queue.counts.waiting == 0)
  }

  @Test func aRefusalSaysWhenToTryAgain() throws {
    let queue = AdmissionQueue(running: 1, waiting: 3)
    let tickets = try queue.admit(4)
    #expect(throws: ServiceError.queueFull(retryAfterSeconds: 5)) { try queue.admit(1) }
    #expect(tickets.count == 4)
  }
}
