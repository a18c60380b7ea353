/// The spans of one trace as a forest, whatever their parents claim.
struct TraceTree {
  /// In the order in which they began; those without a time come last, in the order of their ids.
  let spans: [OTLPSpan]
  let parents: [Int?]
  let children: [[Int]]
  /// Spans whose parent is not in the files.
  let orphans: Int
  /// Circles of parents that were cut.
  let cycles: Int
  /// Spans that say no end.
  let withoutEnd: Int
  /// Spans that end before they begin.
  let backwards: Int
  /// Spans that begin before their parent: clocks that differ.
  let skewed: Int

  init(_ unordered: [OTLPSpan]) {
    spans = unordered.sorted { left, right in
      let (first, second) = (left.start ?? .max, right.start ?? .max)
      return first != second ? first < second : left.spanID < right.spanID
    }
    let places = Dictionary(spans.enumerated().map { ($0.element.spanID, $0.offset) }) { first, _ in first }
    var parents: [Int?] = []
    var orphans = 0
    for span in spans {
      let place = span.parentID.flatMap { places[$0] }
      if span.parentID != nil, place == nil { orphans += 1 }
      parents.append(place)
    }
    cycles = Self.cutCycles(&parents)
    var children = [[Int]](repeating: [], count: spans.count)
    var skewed = 0
    for (index, parent) in parents.enumerated() {
      guard let parent else { continue }
      children[parent].append(index)
      if let start = spans[index].start, let begun = spans[parent].start, start < begun { skewed += 1 }
    }
    self.parents = parents
    self.children = children
    self.orphans = orphans
    self.skewed = skewed
    withoutEnd = spans.count { $0.end == nil }
    backwards = spans.count { span in
      if let start = span.start, let end = span.end { end < start } else { false }
    }
  }

  /// Takes the parent of one span of each circle away: of the one that began first, which is the likeliest root.
  private static func cutCycles(_ parents: inout [Int?]) -> Int {
    // 0: not seen, otherwise the number of the walk that saw it.
    var seen = [Int](repeating: 0, count: parents.count)
    var cycles = 0
    for first in parents.indices where seen[first] == 0 {
      var current: Int? = first
      while let index = current, seen[index] == 0 {
        seen[index] = first + 1
        current = parents[index]
      }
      guard let meeting = current, seen[meeting] == first + 1 else { continue }
      // The walk came back to itself: spans are in order of time, so the least index began first.
      var earliest = meeting
      var index = parents[meeting]
      while let place = index, place != meeting {
        earliest = min(earliest, place)
        index = parents[place]
      }
      parents[earliest] = nil
      cycles += 1
    }
    return cycles
  }

  var roots: [Int] { parents.indices.filter { parents[$0] == nil } }

  /// A span and all below it, in the order in which they began.
  func subtree(of root: Int, stoppingAt stops: Set<Int> = []) -> [Int] {
    var found: [Int] = []
    var waiting = [root]
    while let index = waiting.popLast() {
      found.append(index)
      waiting += children[index].filter { !stops.contains($0) }
    }
    return found.sorted()
  }

  /// The spans above, the nearest first, as many as make sense: a chain of spans may be as long as the file.
  func ancestors(of index: Int) -> [Int] {
    var found: [Int] = []
    var current = parents[index]
    while let place = current, found.count < 64 {
      found.append(place)
      current = parents[place]
    }
    return found
  }
}
