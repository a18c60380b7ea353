internal import CTorch
internal import Foundation
internal import Synchronization

/// The door to libtorch: loads the shim at run time, once. Everything else in this room needs it loaded.
public enum Torch {
  /// Guards loading. The table never changes once it is there, so reading it takes no lock.
  private static let loading = Mutex<Void>(())
  /// Invariant: written once, under `loading`, before anything that reads it can run.
  nonisolated(unsafe) private static var table: UnsafePointer<ctorch_api>?

  static var api: UnsafePointer<ctorch_api> {
    guard let table else { preconditionFailure("Torch.load must succeed before tensors are used") }
    return table
  }

  public static var isLoaded: Bool { table != nil }

  /// Loads the shim's shared library; further calls do nothing.
  /// - Throws: ``TorchError/libraryUnusable(path:reason:)``.
  public static func load(path: String) throws {
    try loading.withLock { _ in
      guard table == nil else { return }
      var message: UnsafeMutablePointer<CChar>?
      guard let loaded = ctorch_load(path, &message) else {
        let reason = message.map { String(cString: $0) } ?? "unknown error"
        free(message)
        throw TorchError.libraryUnusable(path: path, reason: reason)
      }
      table = loaded
    }
  }

  /// The version of the loaded libtorch, such as "2.13.0".
  public static var version: String { String(cString: api.pointee.torch_version) }
  public static var hasCUDA: Bool { api.pointee.has_cuda }

  /// Threads that one operator may use. Per process.
  public static var threads: Int { Int(api.pointee.get_threads()) }

  public static func setThreads(_ count: Int) throws {
    try checked("set_threads") { api.pointee.set_threads(Int32(clamping: count), $0) }
  }

  /// Seeds the default generators of every device.
  public static func seed(_ seed: UInt64) { api.pointee.manual_seed(seed) }

  /// Runs a call of the table and turns its message into an error.
  static func checked(
    _ name: String, _ arguments: @autoclosure () -> [String] = [],
    _ call: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
  ) throws {
    var message: UnsafeMutablePointer<CChar>?
    guard call(&message) != 0 else { return }
    let text = message.map { String(cString: $0) } ?? "unknown error"
    api.pointee.free_string(message)
    throw TorchError.operatorFailed(name: name, arguments: arguments(), message: text)
  }
}
