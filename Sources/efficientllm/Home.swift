import Foundation

/// Where everything that is kept lies: `EFFICIENTLLM_HOME`, else `~/.efficientllm`.
struct Home {
  let url: URL

  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    if let path = environment["EFFICIENTLLM_HOME"], !path.isEmpty {
      url = URL(fileURLWithPath: path, isDirectory: true)
    } else {
      url = FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".efficientllm", isDirectory: true)
    }
  }

  /// The records of every study.
  var records: URL { url.appendingPathComponent("records.sqlite") }
  /// One folder a trial, removed when it has finished.
  var trials: URL { url.appendingPathComponent("trials", isDirectory: true) }
  /// Held by the runner of each study.
  var locks: URL { url.appendingPathComponent("locks", isDirectory: true) }
  var reports: URL { url.appendingPathComponent("reports", isDirectory: true) }
  /// Everything that can be made again: the shim, corpora, tokens, tokenizers, calibration.
  var cache: URL { url.appendingPathComponent("cache", isDirectory: true) }
  var corpora: URL { cache.appendingPathComponent("corpora", isDirectory: true) }
  var tokens: URL { cache.appendingPathComponent("tokens", isDirectory: true) }
  /// Peak throughput per device and type, written by `doctor --calibrate`.
  var calibration: URL { cache.appendingPathComponent("calibration.json") }
}
