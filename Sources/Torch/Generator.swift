internal import CTorch

/// A seeded source of random numbers, apart from the process-wide one.
public final class Generator {
  let handle: ctorch_generator

  public init(seed: UInt64, device: Device = .cpu) throws {
    var made: ctorch_generator?
    try Torch.checked("make_generator") { Torch.api.pointee.make_generator(device.raw, seed, &made, $0) }
    handle = made!
  }

  deinit { Torch.api.pointee.release_generator(handle) }
}
