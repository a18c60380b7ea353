import EngineWorkloads
import Foundation

/// Where everything that is kept lies: `EFFICIENTLLM_HOME`, else the `.efficientllm` of the checkout this program was built
/// in, else `~/.efficientllm`.
struct Home {
  let url: URL

  /// - Parameter program: this program's own file.
  init(
    environment: [String: String] = ProcessInfo.processInfo.environment, program: String = Workloads.executable
  ) {
    if let path = environment["EFFICIENTLLM_HOME"], !path.isEmpty {
      url = URL(fileURLWithPath: path, isDirectory: true)
    } else if let checkout = Self.checkout(of: program) {
      url = checkout.appendingPathComponent(".efficientllm", isDirectory: true)
    } else {
      url = FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".efficientllm", isDirectory: true)
    }
  }

  /// The folder that `.build` lies in, for a program that lies in a `.build` and was set up there.
  private static func checkout(of program: String) -> URL? {
    let parts = program.split(separator: "/").map(String.init)
    guard let build = parts.lastIndex(of: ".build") else { return nil }
    let folder = URL(fileURLWithPath: "/" + parts[..<build].joined(separator: "/"), isDirectory: true)
    let home = folder.appendingPathComponent(".efficientllm")
    return FileManager.default.fileExists(atPath: home.path) ? folder : nil
  }

  /// The records of every study.
  var records: URL { url.appendingPathComponent("records.sqlite") }
  /// One folder a trial, removed when it has finished.
  var trials: URL { url.appendingPathComponent("trials", isDirectory: true) }
  /// Held by the runner of each study.
  var locks: URL { url.appendingPathComponent("locks", isDirectory: true) }
  var reports: URL { url.appendingPathComponent("reports", isDirectory: true) }
  /// One folder a model, by its name; GGUF files and directories that somebody puts there are found too.
  var models: URL { url.appendingPathComponent("models", isDirectory: true) }
  /// One folder a dataset, with all its versions.
  var datasets: URL { url.appendingPathComponent("datasets", isDirectory: true) }
  /// Everything that can be made again: the shim, corpora, tokens, tokenizers, calibration.
  var cache: URL { url.appendingPathComponent("cache", isDirectory: true) }
  var corpora: URL { cache.appendingPathComponent("corpora", isDirectory: true) }
  var tokens: URL { cache.appendingPathComponent("tokens", isDirectory: true) }
  /// Peak throughput per device and type, written by `doctor --calibrate`.
  var calibration: URL { cache.appendingPathComponent("calibration.json") }
  /// Where a trial finds what it needs.
  var trialDirectories: TrainTrial.Directories {
    TrainTrial.Directories(home: url, corpora: corpora, tokens: tokens, models: models)
  }
}
