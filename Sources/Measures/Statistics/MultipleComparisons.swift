/// What is done to the p-values of many comparisons, so that the smallest of them is not taken for a finding.
public enum MultipleComparisons: String, Sendable, Hashable, Codable, CaseIterable {
  case none
  /// Holm (1979): the probability of even one false finding is kept, whatever the dependence.
  case holm
  /// Benjamini and Hochberg (1995): the share of false ones among the findings is kept, for independent or positively
  /// dependent comparisons.
  case benjaminiHochberg = "benjamini-hochberg"

  /// The adjusted p-values, in the order of the given ones: to be held against the significance as it is.
  /// - Parameter pValues: between 0 and 1.
  public func adjusted(_ pValues: [Double]) -> [Double] {
    precondition(pValues.allSatisfy { (0...1).contains($0) }, "a p-value lies between 0 and 1")
    let count = pValues.count
    var result = pValues
    switch self {
    case .none: break
    case .holm:
      var largest = 0.0
      for (place, index) in Self.order(pValues).enumerated() {
        largest = max(largest, min(1, Double(count - place) * pValues[index]))
        result[index] = largest
      }
    case .benjaminiHochberg:
      var smallest = 1.0
      for (place, index) in Self.order(pValues).enumerated().reversed() {
        smallest = min(smallest, Double(count) * pValues[index] / Double(place + 1))
        result[index] = smallest
      }
    }
    return result
  }

  private static func order(_ pValues: [Double]) -> [Int] {
    pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  }
}
