/// How a kind of checkpoint names a family's parameters.
public struct ParameterNaming<Shape: Sendable>: Sendable {
  private let find: @Sendable (ParameterPath, Shape, (String) -> Bool) -> ParameterOrigin
  private let ignore: @Sendable (String, Shape) -> Bool

  /// - Parameters:
  ///   - ignoring: whether a tensor that no parameter comes from may be left unread.
  ///   - origin: for a parameter, the model's shape, and whether the checkpoint holds a name.
  init(
    ignoring: @escaping @Sendable (String, Shape) -> Bool = { _, _ in false },
    origin: @escaping @Sendable (ParameterPath, Shape, (String) -> Bool) -> ParameterOrigin
  ) {
    find = origin
    ignore = ignoring
  }

  /// Where the parameter of a path comes from.
  /// - Parameter holds: whether the checkpoint has a tensor of that name: some names have older forms.
  public func origin(of path: String, _ shape: Shape, holds: (String) -> Bool) -> ParameterOrigin {
    find(ParameterPath(path), shape, holds)
  }

  /// Whether a tensor of the checkpoint may be left unread: tables that are worked out here, or a copy of a tied weight.
  public func isIgnored(_ name: String, _ shape: Shape) -> Bool { ignore(name, shape) }
}

/// A canonical parameter path, taken apart: "model.layers.3.mlp.experts.7.up_proj.weight" is layer 3, expert 7, the module
/// "mlp.experts.up_proj" and the leaf "weight".
struct ParameterPath: Sendable, Hashable {
  let full: String
  var layer: Int?
  var expert: Int?
  /// Dotted, without layer and expert.
  var module: String
  /// weight or bias.
  var leaf: String

  init(_ full: String) {
    self.full = full
    var names = full.split(separator: ".").map(String.init)
    leaf = names.popLast() ?? ""
    if let place = names.firstIndex(where: { $0 == "layers" || $0 == "layer" }), place + 1 < names.count,
      let index = Int(names[place + 1])
    {
      layer = index
      names.removeSubrange(0...(place + 1))
    }
    if let place = names.firstIndex(of: "experts"), place + 1 < names.count, let index = Int(names[place + 1]) {
      expert = index
      names.remove(at: place + 1)
    }
    module = names.joined(separator: ".")
  }

  /// Another module's name in the same layer, with the same leaf.
  func inLayer(_ module: String, under root: String = "model.layers") -> String {
    "\(root).\(layer ?? 0).\(module).\(leaf)"
  }

  /// The same in a GGUF file.
  func inBlock(_ name: String) -> String { inLayer(name, under: "blk") }
}

extension ParameterNaming<DecoderConfiguration> {
  /// Canonical names are Hugging Face's own for the Llama kind.
  static let canonical = huggingFace { path, _ in ParameterOrigin(path.full) }

  /// A Hugging Face checkpoint.
  /// - Parameters:
  ///   - prefixes: what may stand before all names, as in a model with other towers.
  ///   - ignoring: what starts with one of these may be left unread.
  static func huggingFace(
    prefixes: [String] = [], ignoring: [String] = [],
    origin: @escaping @Sendable (ParameterPath, DecoderConfiguration) -> ParameterOrigin
  ) -> ParameterNaming {
    ParameterNaming { name, configuration in
      // Rotary tables were buffers once, and a tied weight may be stored twice.
      name.hasSuffix("rotary_emb.inv_freq") || ignoring.contains { name.hasPrefix($0) }
        || configuration.tiedEmbeddings && name.hasSuffix("lm_head.weight")
    } origin: { path, configuration, holds in
      let plain = origin(path, configuration)
      guard let name = plain.parts.first?.name, !holds(name) else { return plain }
      for prefix in prefixes where holds(prefix + name) {
        var prefixed = plain
        for index in prefixed.parts.indices { prefixed.parts[index].name = prefix + prefixed.parts[index].name }
        return prefixed
      }
      return plain
    }
  }
}
