internal import Foundation
internal import OpenAIWire

/// What was counted and fitted, from `Resources/semantic-model.json`: `scripts/evaluators/word_order.py` and
/// `scripts/evaluators/fit_semantic.py` write it.
struct SemanticModel: Sendable {
  /// Logarithms of how likely a class of words is behind another, by tag and tag.
  let order: [[Double]]
  let relevancy: GatedModel
  let groundedness: GatedModel

  static let shared = SemanticModel(
    SemanticResource.value("semantic-model.json", of: PackageResources.semantic_model_json))

  private init(_ file: SemanticResource) {
    let rows = file.strings("order")
    // One character an entry, eighths of a natural logarithm below zero, "0" for none.
    order = rows.map { row in row.utf8.map { -Double($0 - UInt8(ascii: "0")) / 8 } }
    let count = EnglishWords.shared.tags.count
    if order.count != count || order.contains(where: { $0.count != count }) { file.isWrong("order is not square") }
    relevancy = GatedModel(file["relevancy"], in: file)
    groundedness = GatedModel(file["groundedness"], in: file)
  }
}

/// Several things that all have to hold: each is a logistic function of its features, and the score is their product. So
/// none makes up for another, and the weakest says why a score is low.
struct GatedModel: Sendable {
  struct Gate: Sendable {
    let name: String
    let bias: Double
    let weights: [(feature: String, weight: Double)]

    func open(_ features: [String: Double]) -> Double {
      var sum = bias
      for (feature, weight) in weights {
        guard let value = features[feature] else { preconditionFailure("the feature \(feature) was not computed") }
        sum += weight * value
      }
      return 1 / (1 + exp(-sum))
    }
  }

  let gates: [Gate]

  init(_ value: JSONValue, in file: SemanticResource) {
    gates = (value.array ?? []).map { gate in
      guard let object = gate.object, let name = object["gate"]?.string, let bias = object["bias"]?.double,
        let weights = object["weights"]?.object
      else { file.isWrong("a gate") }
      return Gate(
        name: name, bias: bias,
        weights: weights.members.map { member in
          guard let weight = member.value.double else { file.isWrong("a weight of \(name)") }
          return (member.name, weight)
        })
    }
  }

  /// How far each gate is open, in 0...1, by its name.
  func gates(_ features: [String: Double]) -> [(name: String, open: Double)] {
    gates.map { ($0.name, $0.open(features)) }
  }
}
