internal import Torch

/// The type in which a model's weights and activations are, when it runs.
public enum InferencePrecision: String, Sendable, CaseIterable {
  case fp32, bf16

  var dtype: DType {
    switch self {
    case .fp32: .float32
    case .bf16: .bfloat16
    }
  }
}
