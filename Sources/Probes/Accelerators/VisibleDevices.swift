/// Which accelerators a process may see, as CUDA reads it from `CUDA_VISIBLE_DEVICES`. Pure.
enum VisibleDevices: Sendable, Hashable {
  enum Device: Sendable, Hashable {
    case index(Int)
    /// "GPU-..." or "MIG-...", possibly only its beginning.
    case identifier(String)
  }

  case all
  case list([Device])

  /// Unset means all. An entry that is neither a number from 0 on nor an identifier ends the list: CUDA sees none from
  /// there on, and -1 or an empty text hide everything.
  init(environmentValue: String?) {
    guard let value = environmentValue else {
      self = .all
      return
    }
    var devices: [Device] = []
    for entry in value.split(separator: ",", omittingEmptySubsequences: false) {
      let text = entry.trimmed
      if let index = Int(text), index >= 0 {
        devices.append(.index(index))
      } else if text.hasPrefix("GPU-") || text.hasPrefix("MIG-") {
        devices.append(.identifier(text))
      } else {
        break
      }
    }
    self = .list(devices)
  }
}
