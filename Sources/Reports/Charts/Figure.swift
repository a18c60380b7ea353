/// One chart of the page: what the charting library draws, and what is said of it to those who don't see it.
struct Figure: Sendable, Hashable {
  /// One way of looking at it, such as over tokens or over seconds.
  struct View: Sendable, Hashable {
    /// What its button says.
    let label: String
    let traces: [ChartValue]
    let layout: ChartValue
  }

  /// The element's id, unique on the page.
  let id: String
  let title: String
  /// One or two sentences: the text alternative, and the caption's first part.
  let summary: String
  let views: [View]
  /// Pixels.
  let height: Int
  /// What was left out or averaged to draw it.
  let note: String?

  /// What the page's script reads.
  var json: ChartValue {
    [
      "id": .string(id), "height": .number(Double(height)),
      "views": .array(
        views.map { ["label": .string($0.label), "data": .array($0.traces), "layout": $0.layout] }),
    ]
  }

  /// A colour the page's script fills in for the scheme that is shown: the method's own, by its place in the group.
  static func colour(_ slot: Int, alpha: Double = 1) -> ChartValue {
    alpha == 1 ? .string("series:\(slot)") : .string("series:\(slot):\(alpha)")
  }

  /// Lines and points differ in more than their colour.
  static func dash(_ slot: Int) -> ChartValue {
    .string(["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"][slot % 6])
  }

  static func symbol(_ slot: Int, isOpen: Bool = false) -> ChartValue {
    let name = ["circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon", "triangle-down"][slot % 8]
    return .string(isOpen ? "\(name)-open" : name)
  }

  static func axisTitle(_ text: String) -> ChartValue { ["text": .label(text)] }
}
