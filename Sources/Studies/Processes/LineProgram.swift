import Foundation
import Glibc
import Records
import Subprocess
import Synchronization

/// A program that is kept running and answers each line on its standard input with a line on its standard output, in
/// order. It is started when it is first asked, and again after it has ended.
public actor LineProgram {
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    case notStarted(program: String, reason: String)
    case ended(program: String, standardError: String)
    case late(program: String, Duration)
    case longLine(program: String, limit: Int)

    public var description: String {
      switch self {
      case .notStarted(let program, let reason): "\(program) cannot be started: \(reason)."
      case .ended(let program, let said):
        "\(program) ended without an answer.\(said.isEmpty ? "" : " It said last: \(said)")"
      case .late(let program, let deadline): "\(program) did not answer within \(deadline). It was ended."
      case .longLine(let program, let limit):
        "\(program) answered with a line of more than \(limit) bytes. It was ended."
      }
    }
  }

  private let command: [String]
  private let environment: [String: String]
  private let withheld: Set<String>
  private let longestLine: Int
  private var conversation: Conversation?

  /// - Parameters:
  ///   - environment: laid over the runner's own.
  ///   - withheld: variables of the runner's own that the program does not get.
  ///   - longestLine: bytes of an answer.
  public init(
    command: [String], environment: [String: String] = [:], withheld: Set<String> = [], longestLine: Int = 1 << 20
  ) {
    self.command = command
    self.environment = environment
    self.withheld = withheld
    self.longestLine = longestLine
    // A program may end while it is being written to: that is its failure, and must not be our end.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Asks one line. Whoever asks in the meantime waits.
  /// - Parameter line: without its line feed, and with none inside.
  /// - Throws: ``Failure``; the next line finds a program that was started anew.
  public func answer(to line: [UInt8], deadline: Duration) async throws -> [UInt8] {
    while let waitedFor { await waitedFor.value }
    let (finished, finish) = AsyncStream<Void>.makeStream()
    waitedFor = Task { for await _ in finished {} }
    defer {
      waitedFor = nil
      finish.finish()
    }
    let conversation =
      self.conversation
      ?? Conversation(
        command, TrialLaunch.changes(environment, withheld: withheld), longestLine: longestLine)
    self.conversation = conversation
    do {
      return try await conversation.answer(to: line, deadline: deadline)
    } catch {
      self.conversation = nil
      conversation.end()
      throw error
    }
  }

  /// Ends when the answer is there that is waited for: then the next line may be sent.
  private var waitedFor: Task<Void, Never>?

  public func end() {
    conversation?.end()
    conversation = nil
  }
}

/// What a program said last on its standard error.
private final class Tail: Sendable {
  private let state = Mutex(LogTail())

  func append(_ lines: [String]) { state.withLock { state in lines.forEach { state.append($0) } } }
  var last: String { state.withLock { $0.lines.suffix(5).joined(separator: "\n") } }
}

/// One process of a ``LineProgram``.
private final class Conversation: Sendable {
  private let program: String
  private let task: Task<Void, Never>
  private let lines: AsyncStream<[UInt8]>.Continuation
  private let answers: AsyncThrowingStream<[UInt8], any Error>
  private let stop = StopSignal()

  init(_ command: [String], _ changes: [Environment.Key: String?], longestLine: Int) {
    let program = command.first ?? ""
    self.program = program
    let (lines, feed) = AsyncStream<[UInt8]>.makeStream()
    let (answers, said) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    self.lines = feed
    self.answers = answers
    task = Task {
      var options = PlatformOptions()
      options.processGroupID = 0
      // Whoever is cancelled takes the program along.
      options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
      let tail = Tail()
      do {
        _ = try await Subprocess.run(
          program.contains("/") ? .path(.init(program)) : .name(program),
          arguments: Arguments(Array(command.dropFirst())), environment: .inherit.updating(changes),
          platformOptions: options, input: .inputWriter, output: .sequence, error: .sequence
        ) { execution in
          let writer = execution.standardInputWriter
          await withTaskGroup(of: Void.self) { group in
            group.addTask {
              for await line in lines {
                do { _ = try await writer.write(line + [UInt8(ascii: "\n")]) } catch { break }
              }
              try? await writer.finish()
            }
            group.addTask {
              var line: [UInt8] = []
              do {
                for try await buffer in execution.standardOutput {
                  for byte in buffer.withUnsafeBytes({ Array($0) }) {
                    if byte == UInt8(ascii: "\n") {
                      said.yield(line)
                      line.removeAll(keepingCapacity: true)
                    } else if line.count < longestLine {
                      line.append(byte)
                    } else {
                      said.finish(throwing: LineProgram.Failure.longLine(program: program, limit: longestLine))
                      return
                    }
                  }
                }
              } catch {
                // The process's end says the rest.
              }
              // Whoever says nothing any more is asked nothing any more.
              feed.finish()
            }
            group.addTask {
              var cutter = LineCutter()
              do {
                for try await buffer in execution.standardError {
                  let cut = cutter.cut(buffer.withUnsafeBytes { Array($0) })
                  tail.append(cut)
                }
              } catch {}
            }
            await group.waitForAll()
          }
        }
        said.finish(
          throwing: LineProgram.Failure.ended(
            program: program, standardError: tail.last))
      } catch {
        said.finish(throwing: LineProgram.Failure.notStarted(program: program, reason: "\(error)"))
      }
    }
  }

  deinit { task.cancel() }

  func end() {
    lines.finish()
    task.cancel()
  }

  func answer(to line: [UInt8], deadline: Duration) async throws -> [UInt8] {
    lines.yield(line)
    let (program, answers) = (program, answers)
    return try await withThrowingTaskGroup(of: [UInt8].self) { group in
      group.addTask {
        for try await answer in answers { return answer }
        throw LineProgram.Failure.ended(program: program, standardError: "")
      }
      group.addTask {
        try await Task.sleep(for: deadline)
        throw LineProgram.Failure.late(program: program, deadline)
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else {
        throw LineProgram.Failure.ended(program: program, standardError: "")
      }
      return first
    }
  }
}
