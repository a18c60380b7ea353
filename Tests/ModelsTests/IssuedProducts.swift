import Torch

/// 2 M N K for every product among the issued operators. Attention's kernels are counted apart, by ``attention``.
func products(_ operators: [IssuedOperator]) -> Double {
  operators.reduce(0) { total, op in
    let shapes = op.shapes.compactMap { $0 }
    switch op.name {
    case "aten::mm" where shapes.count >= 2:
      return total + 2 * Double(shapes[0][0] * shapes[0][1] * shapes[1][1])
    case "aten::addmm" where shapes.count >= 3:
      return total + 2 * Double(shapes[1][0] * shapes[1][1] * shapes[2][1])
    case "mkldnn::_linear_pointwise" where shapes.count >= 2:
      return total + 2 * Double(shapes[0].reduce(1, *) * shapes[1][0])
    default:
      return total
    }
  }
}
