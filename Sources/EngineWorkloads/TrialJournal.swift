internal import Foundation
internal import Measures
internal import Probes
internal import Training

/// What a broken trial leaves for the next attempt: a checkpoint, and the steps that led to it.
///
/// Steps taken before the interruption are said again as warm-up: their losses and tokens count, their times do not,
/// since nothing was watching the memory and energy of an earlier process.
struct TrialJournal {
  private let checkpoint: String
  private let log: URL
  /// Steps of earlier attempts up to the checkpoint.
  private(set) var steps: [StepObservation] = []
  private var pending: [StepObservation] = []

  init(directory: String) {
    checkpoint = directory + "/checkpoint.safetensors"
    log = URL(fileURLWithPath: directory + "/steps.json")
  }

  /// Takes a trainer up where the checkpoint left it, when there is one.
  mutating func restore(_ trainer: Trainer, when isWanted: Bool) throws {
    guard isWanted, FileManager.default.fileExists(atPath: checkpoint) else { return }
    let stored: [StepObservation]
    do {
      stored = try JSONDecoder().decode([StepObservation].self, from: Data(contentsOf: log))
      try trainer.resume(from: checkpoint)
    } catch {
      // It can be made again by training, and would stand in the way of every further attempt.
      try? remove()
      throw error
    }
    let now = MonotonicClock.nanoseconds()
    steps = stored.prefix(trainer.stepsTaken).map { step in
      var said = step
      said.isWarmup = true
      // The clock may have started anew since.
      (said.startNanoseconds, said.endNanoseconds) = (now, now)
      return said
    }
    pending = Array(stored.prefix(trainer.stepsTaken))
  }

  /// Remembers a step, and writes a checkpoint when it is time.
  mutating func note(_ step: StepObservation, _ trainer: Trainer, every interval: Int) throws {
    pending.append(step)
    guard trainer.stepsTaken % interval == 0, !trainer.isFinished else { return }
    // The log first: one that is longer than its checkpoint is cut, one that is shorter would lose steps.
    try JSONEncoder().encode(pending).write(to: log, options: .atomic)
    try trainer.saveCheckpoint(to: checkpoint)
  }

  /// Removes both once the trial has finished.
  func remove() throws {
    for path in [checkpoint, log.path] where FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
  }
}
