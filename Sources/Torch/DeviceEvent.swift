internal import CTorch

/// A mark in a device's stream of work, with the time the device reached it.
public final class DeviceEvent {
  private let handle: ctorch_event

  /// Puts a mark behind everything issued to the device so far. Accelerators only.
  public init(recordedOn device: Device) throws {
    var event: ctorch_event?
    try Torch.checked("record_event") { Torch.api.pointee.record_event(device.raw, &event, $0) }
    handle = event!
  }

  deinit { Torch.api.pointee.release_event(handle) }

  /// Milliseconds from this mark to a later one, by the device's clock. Waits for the later one.
  public func milliseconds(to later: DeviceEvent) throws -> Double {
    var result = 0.0
    try Torch.checked("elapsed_milliseconds") {
      Torch.api.pointee.elapsed_milliseconds(handle, later.handle, &result, $0)
    }
    return result
  }
}
