public import Transport

/// The clock of every stamp of this room.
public typealias MonotonicClock = Transport.MonotonicClock
