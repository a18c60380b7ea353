import Testing

@testable import Transport

@Suite struct ArrivalClockTests {
  /// A time of day that is `ahead` of the monotonic clock, read in a bracket of 200 ns.
  private func clocks(_ now: UInt64, ahead: UInt64, width: UInt64 = 200) -> () -> (UInt64, UInt64, UInt64) {
    { (now, now + width / 2 + ahead, now + width) }
  }

  @Test func notesAreTurnedIntoMonotonicTime() {
    var clock = ArrivalClock()
    #expect(clock.arrival(wall: 5, now: 10, earliest: 0) == nil, "nothing is known of the difference yet")
    clock.refresh(now: 1_000_000, clocks: clocks(1_000_000, ahead: 7_000_000_000))
    #expect(clock.isUsable)
    #expect(clock.arrival(wall: 7_000_900_000, now: 1_000_000, earliest: 500_000) == 900_000)
    // No note, one from the future, and one from before anything could have come.
    #expect(clock.arrival(wall: 0, now: 1_000_000, earliest: 0) == nil)
    #expect(clock.arrival(wall: 7_001_100_000, now: 1_000_000, earliest: 0) == nil)
    #expect(clock.arrival(wall: 7_000_400_000, now: 1_000_000, earliest: 500_000) == nil)
    // What two clocks that are read apart can be off by is no reason to doubt.
    #expect(clock.arrival(wall: 7_001_001_000, now: 1_000_000, earliest: 0) == 1_000_000)
    #expect(clock.arrival(wall: 7_000_499_000, now: 1_000_000, earliest: 500_000) == 500_000)
  }

  @Test func theDifferenceIsTakenNowAndThen() {
    var clock = ArrivalClock()
    clock.refresh(now: 1_000_000, clocks: clocks(1_000_000, ahead: 100_000))
    var wasRead = false
    clock.refresh(now: 2_000_000) {
      wasRead = true
      return (0, 0, 0)
    }
    #expect(!wasRead && clock.difference == -100_000)
    // A few nanoseconds of noise are followed.
    clock.refresh(now: 7_000_000, clocks: clocks(7_000_000, ahead: 100_300))
    #expect(clock.difference == -100_300 && clock.isUsable && clock.steps == 0)
    // A bracket that lost its core in between is not.
    clock.refresh(now: 13_000_000, clocks: clocks(13_000_000, ahead: 115_000, width: 30_000))
    #expect(clock.difference == -100_300 && clock.isUsable)
  }

  @Test func aTimeOfDayThatIsSetMakesNotesUnusableOnce() {
    var clock = ArrivalClock()
    clock.refresh(now: 1_000_000, clocks: clocks(1_000_000, ahead: 0))
    clock.refresh(now: 7_000_000, clocks: clocks(7_000_000, ahead: 3_600_000_000_000))
    #expect(!clock.isUsable && clock.steps == 1)
    #expect(clock.arrival(wall: 3_600_006_900_000, now: 7_000_000, earliest: 0) == nil)
    clock.refresh(now: 13_000_000, clocks: clocks(13_000_000, ahead: 3_600_000_000_000))
    #expect(clock.isUsable && clock.steps == 1)
    #expect(clock.arrival(wall: 3_600_012_900_000, now: 13_000_000, earliest: 0) == 12_900_000)
    // Back again.
    clock.refresh(now: 19_000_000, clocks: clocks(19_000_000, ahead: 0))
    #expect(!clock.isUsable && clock.steps == 2)
  }
}
