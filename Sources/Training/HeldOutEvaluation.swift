// B windows of a pass, T positions.
public import Corpora
public import Models
internal import Torch

/// The negative log-likelihood of one held-out document.
public struct DocumentLikelihood: Sendable, Hashable {
  public let id: String
  /// Tokens that were predicted.
  public let tokens: Int
  /// Their negative log-likelihoods' sum, in nats.
  public let negativeLogLikelihood: Double
  /// UTF-8 bytes of the predicted text; nil where only a part of the document was predicted.
  public let bytes: Int?
}

/// Predicts held-out documents in windows of the training length: each token is predicted once, from what stands
/// before it in its window.
public struct HeldOutEvaluation: Sendable {
  private let tokens: TokenFile
  private let spans: [DocumentSpan]
  /// The predicted tokens of each document.
  public let predicted: [Range<Int>]
  private let sequenceLength: Int

  /// - Parameter tokenLimit: about how many tokens are predicted in all; documents longer than their equal share are
  ///   cut off there. nil: all.
  public init(tokens: TokenFile, documents: [DocumentSpan], sequenceLength: Int, tokenLimit: Int? = nil) {
    self.tokens = tokens
    self.sequenceLength = sequenceLength
    let share = tokenLimit.map { max(sequenceLength, $0 / max(1, documents.count)) }
    let kept = documents.filter { !$0.predicted.isEmpty }
    spans = kept
    predicted = kept.map { document in
      let range = document.predicted
      return share.map { range.lowerBound..<min(range.upperBound, range.lowerBound + $0) } ?? range
    }
  }

  /// One window: the tokens `start ..< start + length` are predicted, each from those before it since `start - 1`.
  private struct Window {
    let document: Int
    let start: Int
    let length: Int
  }

  /// - Parameter progress: called after each pass with the share that is done.
  public func run(_ model: Decoder, windowsPerPass: Int, progress: (Double) -> Void = { _ in }) throws
    -> [DocumentLikelihood]
  {
    var windows: [Window] = []
    for (document, range) in predicted.enumerated() {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: sequenceLength) {
        windows.append(
          Window(document: document, start: start, length: min(sequenceLength, range.upperBound - start)))
      }
    }
    var sums = [Double](repeating: 0, count: spans.count)
    for first in stride(from: 0, to: windows.count, by: windowsPerPass) {
      let pass = windows[first..<min(first + windowsPerPass, windows.count)]
      let width = pass.map(\.length).max() ?? 0
      var inputs: [Int64] = []
      var targets: [Int64] = []
      for window in pass {
        // Short windows are filled up behind their end, where the causal mask hides it.
        let padding = [Int64](repeating: 0, count: width - window.length)
        inputs += tokens.copy(window.start - 1..<window.start - 1 + window.length) + padding
        targets += tokens.copy(window.start..<window.start + window.length) + padding
      }
      let shape = [pass.count, width]
      let losses: [Float] = try model.negativeLogLikelihoods(
        Tensor(inputs, shape: shape).to(device: model.device),
        targets: Tensor(targets, shape: shape).to(device: model.device)
      ).values()
      for (row, window) in pass.enumerated() {
        for column in 0..<window.length { sums[window.document] += Double(losses[row * width + column]) }
      }
      progress(Double(first + pass.count) / Double(windows.count))
    }
    return spans.indices.map { index in
      DocumentLikelihood(
        id: spans[index].id, tokens: predicted[index].count, negativeLogLikelihood: sums[index],
        bytes: predicted[index] == spans[index].predicted ? spans[index].bytes : nil)
    }
  }
}
