import Dispatch
import Foundation
import Studies

/// Turns Ctrl-C and its like into a request to stop, for as long as it lives.
final class StopSignals {
  private let sources: [any DispatchSourceSignal]

  /// - Parameters:
  ///   - endsAtOnce: whether a second one ends this process, for commands whose work is all stored and whose servers end with
  ///     it; otherwise it is a second request, which `stop` tells apart.
  ///   - asked: called before each request.
  init(_ stop: StopSignal, endsAtOnce: Bool = true, _ asked: @escaping @Sendable () -> Void) {
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if endsAtOnce, stop.isRequested { _exit(130) }
        asked()
        stop.request()
      }
      source.resume()
      return source
    }
  }

  func cancel() { sources.forEach { $0.cancel() } }
}
