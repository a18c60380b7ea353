import ArgumentParser
import Foundation
import MeasuringClient
import Synchronization

/// A time as people write it: 500ms, 60s, 5m, 1h; a number alone is seconds.
struct TimeSpan: ExpressibleByArgument, Hashable {
  let seconds: Double

  init(seconds: Double) { self.seconds = seconds }

  init?(argument: String) {
    let units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
    let unit = units.first { argument.hasSuffix($0.0) }
    guard let number = Double(argument.dropLast(unit?.0.count ?? 0)), number.isFinite, number > 0 else { return nil }
    let seconds = number * (unit?.1 ?? 1)
    guard (0.001...604_800).contains(seconds) else { return nil }
    self.seconds = seconds
  }

  var defaultValueDescription: String { "\(seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)")s" }
}

/// What warms up: a time with its unit, or a number of requests.
struct Warmup: ExpressibleByArgument, Hashable {
  let span: LoadSpan

  init?(argument: String) {
    if let count = Int(argument) {
      guard count >= 0 else { return nil }
      span = .requests(count)
    } else if let time = TimeSpan(argument: argument) {
      span = .seconds(time.seconds)
    } else {
      return nil
    }
  }
}

/// Two rates, as 5..50.
struct RateRange: ExpressibleByArgument, Hashable {
  let from: Double
  let to: Double

  init?(argument: String) {
    guard let dots = argument.firstRange(of: ".."), let from = Double(argument[..<dots.lowerBound]),
      let to = Double(argument[dots.upperBound...]), from >= 0, to > from, to.isFinite
    else { return nil }
    self.from = from
    self.to = to
  }
}

/// The requests of a run, made before the clock runs.
struct RequestSource: Sendable {
  private let requests: [MeasuredRequest]

  /// Requests come in turn.
  subscript(index: Int) -> MeasuredRequest { requests[index % requests.count] }

  init(_ command: LoadCommand, shape: LoadShape) throws {
    let prompts = try command.promptFile.map(Self.prompts) ?? [command.prompt]
    func request(_ prompt: String, _ tokens: Int?) -> MeasuredRequest {
      .prompt(
        prompt, model: command.model, maximumTokens: tokens, streams: command.stream, ignoresEnd: command.ignoreEnd,
        temperature: command.temperature)
    }
    if case .trace(let entries) = shape {
      requests = entries.enumerated().map { index, entry in
        request(entry.prompt ?? prompts[index % prompts.count], entry.maximumTokens ?? command.maxTokens)
      }
    } else {
      requests = prompts.map { request($0, command.maxTokens) }
    }
  }

  private struct Line: Decodable { let prompt: String }

  /// A line a prompt: as it is, or where it is a JSON object its member `prompt`.
  private static func prompts(_ path: String) throws -> [String] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw ClientError.prompts(file: path, reason: "the file cannot be read as text")
    }
    var prompts: [String] = []
    for (number, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      guard line.hasPrefix("{") else {
        prompts.append(String(line))
        continue
      }
      guard let line = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)) else {
        throw ClientError.prompts(file: path, reason: "line \(number + 1) is no JSON object with a prompt")
      }
      prompts.append(line.prompt)
    }
    guard !prompts.isEmpty else { throw ClientError.prompts(file: path, reason: "there is no prompt in it") }
    return prompts
  }
}

/// A file of observations, a JSON object a line.
final class ObservationSink: Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let path: String
  private let handle: FileHandle
  private let hasFailed = Atomic<Bool>(false)

  init(path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path)
    else { throw ValidationError("\(path) cannot be written: --output names a file in a folder that exists") }
    self.path = path
    self.handle = handle
  }

  func write(_ observation: Observation) {
    do {
      try handle.write(contentsOf: Data(observation.json.bytes + [0x0A]))
    } catch {
      hasFailed.store(true, ordering: .relaxed)
    }
  }

  /// - Throws: ``Failure`` where anything could not be written.
  func close() throws {
    try? handle.close()
    guard !hasFailed.load(ordering: .relaxed) else {
      throw Failure(description: "\(path) is not complete: the system could not write all of it")
    }
  }
}

/// Calls back at the first Ctrl-C or SIGTERM; a second one ends the process as usual.
final class Interrupt {
  private let sources: [any DispatchSourceSignal]

  init(_ action: @escaping @Sendable () -> Void) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        signal(number, SIG_DFL)
        action()
      }
      source.resume()
      return source
    }
  }

  func cancel() { for source in sources { source.cancel() } }
}
