/// Where the names of a scatter chart's points go, so that they don't lie on each other.
enum LabelPlacement {
  struct Point: Sendable {
    let x: Double
    let y: Double
    let text: String
  }

  private struct Box {
    var left: Double
    var right: Double
    var bottom: Double
    var top: Double

    func overlap(_ other: Box) -> Double {
      max(0, min(right, other.right) - max(left, other.left)) * max(0, min(top, other.top) - max(bottom, other.bottom))
    }
  }

  /// Pixels of a chart's inside on a small screen, and of a label.
  private static let size = (width: 300.0, height: 260.0)
  private static let letter = (width: 7.5, height: 16.0)
  private static let marker = 8.0

  private static let candidates = [
    "top center", "bottom center", "middle right", "middle left", "top right", "bottom right", "top left",
    "bottom left",
  ]

  /// Plotly's `textposition` for each point: the first of eight places with the least overlap with the points and
  /// with the names already placed.
  static func positions(_ points: [Point]) -> [String] {
    func place(_ values: [Double], _ pixels: Double) -> [Double] {
      guard let lowest = values.min(), let highest = values.max(), highest > lowest else {
        return values.map { _ in pixels / 2 }
      }
      return values.map { ($0 - lowest) / (highest - lowest) * pixels * 0.7 + pixels * 0.15 }
    }
    let xs = place(points.map(\.x), size.width)
    let ys = place(points.map(\.y), size.height)
    var taken = zip(xs, ys).map {
      Box(left: $0 - marker, right: $0 + marker, bottom: $1 - marker, top: $1 + marker)
    }
    return points.indices.map { index in
      let boxes = candidates.map { box($0, x: xs[index], y: ys[index], text: points[index].text) }
      let costs = boxes.map { box in taken.reduce(outside(box)) { $0 + $1.overlap(box) } }
      let best = costs.indices.min { costs[$0] < costs[$1] } ?? 0
      taken.append(boxes[best])
      return candidates[best]
    }
  }

  private static func box(_ position: String, x: Double, y: Double, text: String) -> Box {
    let width = letter.width * Double(text.count)
    let left =
      position.hasSuffix("center") ? x - width / 2 : (position.hasSuffix("right") ? x + marker : x - marker - width)
    let bottom =
      position.hasPrefix("middle")
      ? y - letter.height / 2 : (position.hasPrefix("top") ? y + marker : y - marker - letter.height)
    return Box(left: left, right: left + width, bottom: bottom, top: bottom + letter.height)
  }

  /// How much of a label would lie outside the chart, weighed as overlap.
  private static func outside(_ box: Box) -> Double {
    (max(0, -box.left) + max(0, box.right - size.width)) * letter.height
      + (max(0, -box.bottom) + max(0, box.top - size.height)) * (box.right - box.left)
  }
}
