/// Numbers that do not make a model.
public enum ConfigurationError: Error, Hashable, CustomStringConvertible {
  case notPositive(name: String, value: Int)
  case tooLarge(name: String, value: Int)
  case notDivisible(name: String, value: Int, by: String, Int)
  case odd(name: String, value: Int)
  /// A number that is not whole, outside of what makes sense.
  case notAllowed(name: String, value: Double, allowed: String)
  /// A list with too few or too many entries.
  case wrongCount(name: String, found: Int, expected: Int)
  case latentMissing
  case tooManyParameters(Double)
  case unknownPreset(String, known: [String])
  case parametersOutOfReach(target: Int, smallest: Int)

  public var description: String {
    switch self {
    case .notPositive(let name, let value):
      "\(name) is \(value); it must be at least 1"
    case .tooLarge(let name, let value):
      "\(name) is \(value), more than any model has; check the number"
    case .notDivisible(let name, let value, let by, let other):
      "\(name) (\(value)) must divide \(by) (\(other)); choose one of "
        + (1...max(1, other)).filter { other % $0 == 0 }.map(String.init).joined(separator: ", ")
    case .odd(let name, let value):
      "\(name) is \(value); rotary positions turn pairs of features, so it must be even"
    case .notAllowed(let name, let value, let allowed):
      "\(name) is \(value); allowed is \(allowed)"
    case .wrongCount(let name, let found, let expected):
      "\(name) has \(found) entries, the model's shape needs \(expected)"
    case .latentMissing:
      "latent attention needs its sizes: kv-rank, positionless-width, rotary-width and value-width"
    case .tooManyParameters(let count):
      "the sizes together make about \(count) parameters, more than any model has; check the numbers"
    case .unknownPreset(let name, let known):
      "there is no model '\(name)'; choose one of \(known.joined(separator: ", "))"
    case .parametersOutOfReach(let target, let smallest):
      "\(target) parameters cannot be reached by narrowing the feed-forward blocks: without them the model already has "
        + "\(smallest). Use `hold: depth-and-width`, or another base."
    }
  }
}
