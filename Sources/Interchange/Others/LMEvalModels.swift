/// The models that files of results name, and which of them a file of samples is of.
///
/// A sample does not say whose it is. What says it is the time that the harness writes into the names of both files
/// (`results_TIME.json`, `samples_TASK_TIME.jsonl`), else the folder in which both lie.
struct LMEvalModels {
  struct Model {
    var name: String
    /// By task: metric to whether more of it is better.
    var directions: [String: [String: Bool]] = [:]
    var tasks: [String] = []
  }

  /// In the order in which the files name them.
  var all: [Model] = []
  private var byTime: [String: Set<Int>] = [:]
  private var byFolder: [String: Set<Int>] = [:]

  var names: String {
    let shown = all.prefix(8).map(\.name.shown).joined(separator: ", ")
    return all.count > 8 ? "\(shown) and \(all.count - 8) more" : shown
  }

  /// Files of one model belong together.
  mutating func index(of name: String, file: ImportFile) -> Int {
    let index: Int
    if let known = all.firstIndex(where: { $0.name == name }) {
      index = known
    } else {
      index = all.count
      all.append(Model(name: name))
    }
    if let time = Self.time(of: file.name) { byTime[time, default: []].insert(index) }
    byFolder[file.folder, default: []].insert(index)
    return index
  }

  /// - Throws: ``ImportError/wrongValue(file:place:reason:)`` where it could be of several.
  func owner(of samples: ImportFile) throws(ImportError) -> Model {
    if all.isEmpty { return Model(name: "unnamed") }
    if all.count == 1 { return all[0] }
    for found in [Self.time(of: samples.name).flatMap { byTime[$0] }, byFolder[samples.folder]] {
      if let found, found.count == 1, let index = found.first { return all[index] }
    }
    throw .wrongValue(
      file: samples.name, place: "its name",
      reason: "it is not said which of the models it is of (\(names)): keep the names that the harness gave, "
        + "results_TIME.json and samples_TASK_TIME.jsonl, or a folder for each model")
  }

  /// The time at a name's end, as in `samples_gsm8k_2025-11-21T19-33-05.633361.jsonl`.
  private static func time(of file: String) -> String? {
    let stem = file.lastIndex(of: ".").map { file[..<$0] } ?? file[...]
    guard let mark = stem.lastIndex(of: "_") else { return nil }
    let time = stem[mark...].dropFirst()
    let isTime =
      time.utf8.count >= 10 && time.first?.isNumber == true
      && time.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "-T:.+".utf8.contains($0) }
    return isTime ? String(time) : nil
  }

  /// The task that a file of samples is of: by its name, `samples_TASK_TIME.jsonl`, else the only one there is.
  static func task(of file: String, among tasks: [String]) -> String {
    if let named = tasks.filter({ file.contains("samples_\($0)_") }).max(by: { $0.utf8.count < $1.utf8.count }) {
      return named
    }
    if tasks.count == 1 { return tasks[0] }
    let mentioned = tasks.filter { file.contains($0) }.max { $0.utf8.count < $1.utf8.count }
    if let mentioned { return mentioned }
    var name = file.hasPrefix("samples_") ? String(file.dropFirst("samples_".count)) : file
    if let dot = name.lastIndex(of: ".") { name = String(name[..<dot]) }
    // The time at its end, as in 2025-11-21T19-33-05.633361.
    if let underscore = name.lastIndex(of: "_"), name[underscore...].dropFirst().first?.isNumber == true {
      name = String(name[..<underscore])
    }
    return name.cut(toBytes: 256)
  }
}
