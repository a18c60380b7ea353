import Testing

@testable import Transport

@Suite struct TimerQueueTests {
  @Test func workIsDoneInTheOrderOfItsTimes() {
    let queue = TimerQueue()
    var done: [Int] = []
    for (number, deadline) in [30, 10, 20, 10].enumerated() {
      _ = queue.add(at: UInt64(deadline)) { done.append(number) }
    }
    #expect(queue.nextDeadline() == 10)
    while let work = queue.next(at: 20) { work() }
    #expect(done == [1, 3, 2])
    #expect(queue.nextDeadline() == 30)
    #expect(queue.next(at: 29) == nil)
  }

  @Test func whatIsCancelledIsNotDoneAndIsThrownOut() {
    let queue = TimerQueue()
    var done = 0
    let all = (0..<10_000).map { number in queue.add(at: UInt64(number)) { done += 1 } }
    for (number, work) in all.enumerated() where number % 100 != 0 {
      work.cancel()
      work.cancel()
    }
    #expect(queue.count < 1_000, "cancelled work does not pile up")
    while let work = queue.next(at: .max) { work() }
    #expect(done == 100)
    #expect(queue.nextDeadline() == nil && queue.count == 0)
    all[0].cancel()
    #expect(queue.nextDeadline() == nil)
  }
}
