import Foundation
import OpenAIWire

/// Makes one observation of each trace, or of each part of a trace that names a row of its own.
struct OpenTelemetryReader {
  private let contents: OTLPContents
  private let options: ImportOptions
  private var observations: [ImportedObservation] = []
  private var scores: [ImportedScore] = []
  private var counts = Counts()

  /// What had to be mended or left out.
  private struct Counts {
    var foreign = 0
    var orphans = 0
    var cycles = 0
    var withoutEnd = 0
    var backwards = 0
    var skewed = 0
    var wrappers = 0
    var cutSteps = 0
    var withoutRoot = 0

    var notes: [String] {
      let sentences: [(Int, String)] = [
        (foreign, "traces have no span about a model, an agent or a tool and were left out"),
        (orphans, "spans name a parent that is not in the files; they were taken as beginnings"),
        (cycles, "circles of parents were cut where they began"),
        (withoutEnd, "spans do not end; how long they took is absent"),
        (backwards, "spans end before they begin; how long they took is absent"),
        (skewed, "spans begin before their parent, as where clocks differ; their own times were kept"),
        (wrappers, "spans of a model hold others of the same call, whose tokens alone were counted"),
        (
          withoutRoot,
          "observations have several spans that nothing holds together; they last from the first to the last"
        ),
        (cutSteps, "observations have more steps than are kept"),
      ]
      return sentences.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)." }
    }
  }

  static func read(_ files: [ImportFile], _ options: ImportOptions) throws(ImportError) -> ImportedRun {
    let contents = try OTLPReader.read(files, options.limits)
    var reader = OpenTelemetryReader(contents: contents, options: options)
    var traces: [String: [OTLPSpan]] = [:]
    for span in contents.spans { traces[span.traceID, default: []].append(span) }
    for (_, spans) in traces.sorted(by: { $0.key < $1.key }) { reader.take(TraceTree(spans)) }
    return reader.run()
  }

  private init(contents: OTLPContents, options: ImportOptions) {
    self.contents = contents
    self.options = options
  }

  /// In the order of time, whatever the traces' ids.
  private func run() -> ImportedRun {
    let order = observations.indices.sorted {
      let (left, right) = (observations[$0], observations[$1])
      let (first, second) = (left.startedAt ?? .distantFuture, right.startedAt ?? .distantFuture)
      return first != second ? first < second : left.identifier < right.identifier
    }
    var places = [Int](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { places[index] = place }
    let services = Set(contents.resources.compactMap { $0["service.name"]?.string }).sorted()
    let versions = Set(contents.resources.compactMap { $0["service.version"]?.string }).sorted()
    return ImportedRun(
      form: .openTelemetry,
      source: services.isEmpty ? "OpenTelemetry" : services.prefix(8).joined(separator: ", ").shown,
      toolVersion: versions.count == 1 ? versions[0].shown : nil,
      startedAt: observations.compactMap(\.startedAt).min(), observations: order.map { observations[$0] },
      scores: scores.map { score in
        var moved = score
        moved.observation = places[score.observation]
        return moved
      }.sorted { $0.observation < $1.observation }, notes: contents.notes + counts.notes)
  }

  private mutating func take(_ tree: TraceTree) {
    counts.orphans += tree.orphans
    counts.cycles += tree.cycles
    counts.withoutEnd += tree.withoutEnd
    counts.backwards += tree.backwards
    counts.skewed += tree.skewed
    let operations = tree.spans.map { GenAISpan.operation(of: $0) }
    guard operations.contains(where: { $0 != nil }) else {
      counts.foreign += 1
      return
    }
    let named = namedWholes(tree)
    guard !named.isEmpty else {
      observe(tree, operations, Array(tree.spans.indices), root: commonRoot(tree, operations))
      return
    }
    let stops = Set(named)
    for root in named {
      let part = tree.subtree(of: root, stoppingAt: stops)
      if part.contains(where: { operations[$0] != nil }) { observe(tree, operations, part, root: root) }
    }
  }

  /// The spans that name a row of their own: those that carry the attribute while none above carries the same value.
  ///
  /// A trace of a whole run of an evaluation has one for each row. Where there is just one it is the trace's: what
  /// stands above it belongs to it too.
  private func namedWholes(_ tree: TraceTree) -> [Int] {
    let values = tree.spans.map { Self.name($0.attributes[options.rowAttribute]) }
    guard Set(values.compactMap { $0 }).count > 1 else { return [] }
    // Parents come before children in this order, so that what is above is settled first.
    var above: [String?] = values
    var order = tree.roots
    var place = 0
    while place < order.count {
      let index = order[place]
      place += 1
      if above[index] == nil { above[index] = tree.parents[index].flatMap { above[$0] } }
      order += tree.children[index]
    }
    return tree.spans.indices.filter { index in
      values[index].map { value in tree.parents[index].flatMap { above[$0] } != value } ?? false
    }
  }

  /// The span that is the whole: the topmost one of an agent, a model or a tool where there is just one, else the root
  /// that holds them all; nil where nothing does.
  private func commonRoot(_ tree: TraceTree, _ operations: [GenAISpan.Operation?]) -> Int? {
    var tops: [Int] = []
    var waiting = Array(tree.roots.reversed())
    while let index = waiting.popLast() {
      if operations[index] != nil { tops.append(index) } else { waiting += tree.children[index].reversed() }
    }
    if tops.count == 1 { return tops[0] }
    return tree.roots.count == 1 ? tree.roots[0] : nil
  }

  private mutating func observe(
    _ tree: TraceTree, _ operations: [GenAISpan.Operation?], _ part: [Int], root: Int?
  ) {
    var builder = TraceObservation(tree, operations, part, root: root, contents, options)
    builder.build()
    counts.wrappers += builder.wrappers
    if builder.isCut { counts.cutSteps += 1 }
    if root == nil { counts.withoutRoot += 1 }
    let place = observations.count
    observations.append(builder.observation)
    for var score in builder.scores {
      score.observation = place
      scores.append(score)
    }
  }

  /// A row's name from an attribute: text, or a number as it is written.
  static func name(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text): text.isEmpty ? nil : text.cut(toBytes: 1_024)
    case .integer(let number): String(number)
    default: nil
    }
  }
}
