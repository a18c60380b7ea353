import Dispatch
import Foundation
import Studies

/// Turns Ctrl-C and its like into a request to stop, for as long as it lives.
final class StopSignals {
  private let sources: [any DispatchSourceSignal]

  init(_ stop: StopSignal, _ asked: @escaping @Sendable () -> Void) {
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        // What is stored is stored; servers end with this process.
        if stop.isRequested { _exit(130) }
        asked()
        stop.request()
      }
      source.resume()
      return source
    }
  }

  func cancel() { sources.forEach { $0.cancel() } }
}
