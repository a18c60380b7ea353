import TestSupport
import Testing

@testable import Torch

struct GradientTests {
  init() throws { try TorchForTests.load() }

  @Test func gradientsAccumulateAndDrop() throws {
    let x = try Tensor([1, 2, 3] as [Float]).requiringGradient()
    try (x * x).sum().backward()
    #expect(try x.gradient?.values(as: Float.self) == [2, 4, 6])
    try (x * x).sum().backward()
    #expect(try x.gradient?.values(as: Float.self) == [4, 8, 12])
    try x.setGradient(nil)
    #expect(x.gradient == nil)
  }

  @Test func gradientsWithRespectToInputsLeaveLeavesAlone() throws {
    let x = try Tensor([1, 2] as [Float]).requiringGradient()
    let y = try Tensor([3, 4] as [Float]).requiringGradient()
    let unused = try Tensor([5] as [Float]).requiringGradient()
    let result = try gradients(of: [(x * y).sum()], withRespectTo: [x, y, unused])
    #expect(try result[0]?.values(as: Float.self) == [3, 4])
    #expect(try result[1]?.values(as: Float.self) == [1, 2])
    #expect(result[2] == nil)
    #expect(x.gradient == nil)
  }

  @Test func nothingIsRecordedWithoutGradients() throws {
    let x = try Tensor([1] as [Float]).requiringGradient()
    let y = try withoutGradients { try x * 2 }
    #expect(!y.requiresGradient)
    #expect(gradientsEnabled)
  }

  @Test func ownBackwardIsUsedOnceAndReleased() throws {
    weak var held: Token?
    let x = try Tensor([2, 3] as [Float]).requiringGradient()
    do {
      let token = Token()
      held = token
      let y = try withBackward("cube", of: [x]) {
        [try x * x * x]
      } backward: { gradients in
        token.calls += 1
        return [try gradients[0].map { try $0 * x * x * 3 }]
      }
      try y[0].sum().backward()
      #expect(token.calls == 1)
      #expect(try x.gradient?.values(as: Float.self) == [12, 27])
      #expect(throws: TorchError.self) { try y[0].sum().backward() }
    }
    #expect(held == nil)
  }

  @Test func ownBackwardMayReturnNothingForAnInput() throws {
    let x = try Tensor([2] as [Float]).requiringGradient()
    let y = try Tensor([5] as [Float]).requiringGradient()
    let result = try withBackward("first", of: [x, y]) {
      [try x * 1]
    } backward: {
      [$0[0], nil]
    }
    try result[0].sum().backward()
    #expect(try x.gradient?.values(as: Float.self) == [1])
    #expect(y.gradient == nil)
  }

  @Test func anErrorInABackwardPassArrives() throws {
    struct Refused: Error {}
    let x = try Tensor([2] as [Float]).requiringGradient()
    let y = try withBackward("refusing", of: [x]) {
      [try x * 1]
    } backward: { _ in
      throw Refused()
    }
    #expect {
      try y[0].sum().backward()
    } throws: {
      "\($0)".contains("refusing") && "\($0)".contains("Refused")
    }
  }

  private final class Token { var calls = 0 }
}

struct MemoryTests {
  init() throws { try TorchForTests.load() }

  @Test func allocatedBytesFollowTensors() throws {
    let before = try TensorMemory.current(on: .cpu)
    var tensor: Tensor? = try Tensor.zeros([3_000_001])
    let during = try TensorMemory.current(on: .cpu)
    // Other tests may run beside this one: no exact equality.
    #expect(during.allocatedBytes - before.allocatedBytes >= 11_000_000)
    #expect(during.allocationCount > before.allocationCount)
    #expect(during.peakAllocatedBytes >= during.allocatedBytes)
    tensor = nil
    _ = tensor
  }

  @Test func hugeAllocationsFailAsErrors() throws {
    #expect {
      _ = try Tensor.empty([1 << 50])
    } throws: {
      "\($0)".contains("aten::empty") && "\($0)".contains("memory")
    }
  }
}

struct OperatorTraceTests {
  init() throws { try TorchForTests.load() }

  @Test func issuedOperatorsAreSeenWithShapes() throws {
    let a = try Tensor.zeros([3, 5])
    let b = try Tensor.zeros([5, 7])
    let trace = try tracingOperators { try a.matmul(b) }
    let product = trace.operators.first { $0.name == "aten::mm" && $0.shapes.prefix(2) == [[3, 5], [5, 7]] }
    #expect(product != nil)
    #expect(trace.result.shape == [3, 7])
  }
}
