// swift-tools-version: 6.1
import PackageDescription

/// One list of settings for every Swift target.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

/// A room of the house: a library target with its dependencies spelled out.
func room(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

/// The tests of a room. `Fixtures` beside them holds oracles and sample inputs.
func tests(
  _ name: String, _ dependencies: [Target.Dependency] = [], fixtures: Bool = false
) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    resources: fixtures ? [.copy("Fixtures")] : nil,
    swiftSettings: settings
  )
}

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let numerics = Target.Dependency.product(name: "Numerics", package: "swift-numerics")
let heaps = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "EfficientLLM",
  products: [
    .executable(name: "efficientllm", targets: ["efficientllm"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.0.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // Engine half: knows tensors. CTorchShim is compiled on the machine by scripts/build-shim, not here.
    .target(name: "CTorch"),
    room("Torch", ["CTorch"]),
    room("Safetensors"),
    room("GGUF"),
    room("Tokenization", [heaps]),
    room("ChatTemplates"),
    room("Corpora", ["Tokenization", crypto]),
    room("Layers", ["Torch"]),
    room("Models", ["Torch", "Layers"]),
    room("Training", ["Torch", "Layers", "Models", "Safetensors", "Corpora"]),
    room(
      "Checkpoints",
      ["Torch", "Layers", "Models", "Safetensors", "GGUF", "Tokenization", "ChatTemplates"],
      resources: [
        .embedInCode("Resources/catalogue.json"), .embedInCode("Resources/fetch_model.py"),
        .embedInCode("Resources/package_index.py"),
      ]),
    room("Generation", ["Torch", "Layers", "Models", "Tokenization"]),

    // Study half: knows numbers.
    room("Measures", [numerics]),
    room("Ranking", ["Measures"], resources: [.embedInCode("Resources/published-leaderboard.json")]),
    room("Probes", ["Measures"]),
    room("Records", ["Measures", grdb]),
    room("Studies", ["Measures", "Probes", "Records", crypto, subprocess, yams]),
    room(
      "Reports", ["Measures", "Ranking", "Records"],
      resources: [
        .embedInCode("Page/report.css"), .embedInCode("Page/report.js"), .embedInCode("Page/frontier.js"),
      ]),

    room("Pricing"),
    room("OpenAIWire"),
    room("Datasets", ["OpenAIWire", crypto]),
    room(
      "Evaluators", ["Measures", "OpenAIWire"],
      resources: [
        .embedInCode("Semantic/Resources/english.json"), .embedInCode("Semantic/Resources/semantic-model.json"),
        .embedInCode("Semantic/Resources/attacks.json"),
      ]),
    room(
      "Serving",
      ["OpenAIWire", hummingbird, hummingbirdCore, httpTypes, nioCore, serviceLifecycle, unixSignals, logging]),
    .target(name: "CSockets"),
    room("Transport", ["CSockets", heaps]),
    room("MeasuringClient", ["Measures", "OpenAIWire", "Transport", nioCore, nioEmbedded, nioSSL, nioTLS]),
    room("MockEndpoint", ["Measures", "OpenAIWire", "Transport", nioCore, nioPosix, nioHTTP1, nioSSL]),
    room("Interchange", ["Measures", "OpenAIWire", "Evaluators", "Pricing", "Records"]),
    room(
      "Evaluations",
      [
        "Measures", "Ranking", "Probes", "Records", "Studies", "Pricing", "OpenAIWire", "Datasets", "Evaluators",
        "MeasuringClient", "Interchange", crypto,
      ]),

    // The meeting point and the door.
    room(
      "EngineWorkloads",
      [
        "Torch", "Layers", "Models", "Training", "Safetensors", "Tokenization", "Corpora", "Checkpoints", "Generation",
        "ChatTemplates", "Serving", "OpenAIWire", "Measures", "Probes", "Studies", "Evaluators", crypto,
      ]),
    .executableTarget(
      name: "efficientllm",
      dependencies: [
        "EngineWorkloads", "Tokenization", "Corpora", "Checkpoints", "Generation", "ChatTemplates", "Serving",
        "Measures", "Ranking", "Probes", "Records", "Studies", "Reports", "Datasets", "Pricing", "MeasuringClient",
        "MockEndpoint", "Evaluations", "Evaluators", "Interchange", argumentParser,
      ],
      swiftSettings: settings
    ),
    room("TestSupport", ["Torch", "Safetensors", "Training"]),

    tests("Measures", fixtures: true),
    tests("Ranking", ["Measures"], fixtures: true),
    tests("Probes", ["Measures"], fixtures: true),
    tests("Records", ["Measures", grdb]),
    tests("Studies", ["Measures", "Probes", "Records"]),
    tests("Reports", ["Measures", "Ranking", "Records"]),
    tests("Tokenization", fixtures: true),
    tests("Corpora", ["Tokenization"]),
    tests("Torch"),
    tests("Safetensors", fixtures: true),
    tests("GGUF", fixtures: true),
    tests("ChatTemplates", fixtures: true),
    tests("Pricing", fixtures: true),
    tests("OpenAIWire", fixtures: true),
    tests("Datasets", ["OpenAIWire"], fixtures: true),
    tests("Evaluators", ["Measures", "OpenAIWire"], fixtures: true),
    tests("Serving", ["OpenAIWire"]),
    tests(
      "MeasuringClient",
      ["Measures", "MockEndpoint", "OpenAIWire", "Transport", crypto, nioCore, nioEmbedded, nioHTTP1, nioPosix, x509],
      fixtures: true
    ),
    tests("MockEndpoint", ["OpenAIWire"]),
    tests("Transport"),
    tests(
      "Interchange", ["Measures", "OpenAIWire", "Evaluators", "Pricing", "Records"], fixtures: true),
    tests(
      "Evaluations",
      [
        "Measures", "Ranking", "Records", "Studies", "Pricing", "OpenAIWire", "Datasets", "Evaluators",
        "MeasuringClient", "MockEndpoint", "Interchange",
      ]),
    tests(
      "Checkpoints", ["Torch", "Layers", "Models", "Safetensors", "GGUF", "Tokenization", "ChatTemplates"],
      fixtures: true),
    tests("Generation", ["Torch", "Layers", "Models", "Tokenization"], fixtures: true),
    tests("Layers", ["Torch"]),
    tests("Models", ["Torch", "Layers", "Safetensors", "Training"], fixtures: true),
    tests("Training", ["Torch", "Layers", "Models", "Safetensors", "Corpora", "Tokenization"]),
    tests(
      "EngineWorkloads",
      ["Checkpoints", "Evaluators", "Measures", "Models", "Safetensors", "Serving", "Studies", "Tokenization"]),
    tests(
      "efficientllm",
      ["Evaluations", "Measures", "MeasuringClient", "Probes", "Ranking", "Records", "Studies", argumentParser]),
  ]
)
