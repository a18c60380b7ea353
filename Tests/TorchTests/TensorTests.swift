import Foundation
import TestSupport
import Testing

@testable import Torch

struct TensorTests {
  init() throws { try TorchForTests.load() }

  @Test func valuesSurviveTheBorder() throws {
    let values: [Float] = [1, -2.5, 3, 0, .infinity, 6]
    let tensor = try Tensor(values, shape: [2, 3])
    #expect(tensor.shape == [2, 3])
    #expect(tensor.dtype == .float32)
    #expect(tensor.device == .cpu)
    #expect(tensor.byteCount == 24)
    #expect(try tensor.values(as: Float.self) == values)
    #expect(try tensor.transposed(0, 1).values(as: Float.self) == [1, 0, -2.5, .infinity, 3, 6])
  }

  @Test func wrongCountAndTypeAreRefused() throws {
    #expect(throws: TorchError.countMismatch(expected: 4, found: 3)) {
      _ = try Tensor([1, 2, 3] as [Float], shape: [2, 2])
    }
    let tensor = try Tensor([1, 2] as [Int64])
    #expect(throws: TorchError.typeMismatch(expected: .float32, found: .int64)) {
      _ = try tensor.values(as: Float.self)
    }
  }

  @Test func shapeErrorsNameTheOperatorAndTheShapes() throws {
    let left = try Tensor.zeros([2, 3])
    let right = try Tensor.zeros([5, 7])
    #expect {
      _ = try left.matmul(right)
    } throws: { error in
      let text = "\(error)"
      return text.contains("aten::matmul") && text.contains("[2, 3] fp32") && text.contains("[5, 7] fp32")
    }
  }

  @Test func arithmeticMatchesSwift() throws {
    let a: [Float] = [1, 2, 3, 4, 5, 6]
    let b: [Float] = [0.5, -1, 2, 8, -4, 1]
    let x = try Tensor(a, shape: [3, 2])
    let y = try Tensor(b, shape: [3, 2])
    #expect(try (x + y).values(as: Float.self) == zip(a, b).map(+))
    #expect(try (x - y).values(as: Float.self) == zip(a, b).map(-))
    #expect(try (x * y).values(as: Float.self) == zip(a, b).map(*))
    #expect(try (x / y).values(as: Float.self) == zip(a, b).map(/))
    #expect(try (x * 3).values(as: Float.self) == a.map { $0 * 3 })
    #expect(try x.sum().item() == 21)
    #expect(try y.argmax(over: 0).values(as: Int64.self) == [1, 1])
    #expect(try x.mean(over: [1]).values(as: Float.self) == [1.5, 3.5, 5.5])
  }

  @Test func generatorsRepeat() throws {
    let first = try Tensor.randn([7], generator: Generator(seed: 5))
    let second = try Tensor.randn([7], generator: Generator(seed: 5))
    let other = try Tensor.randn([7], generator: Generator(seed: 6))
    #expect(try first.isEqual(to: second))
    #expect(try !first.isEqual(to: other))
  }

  @Test func wrappedMemoryIsReleasedOnce() throws {
    let released = Counter()
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 64)
    memory.bindMemory(to: Float.self, capacity: 4).initialize(repeating: 2, count: 4)
    let address = Int(bitPattern: memory)
    do {
      let tensor = try Tensor.wrapping(memory, shape: [4], dtype: .float32) {
        released.increment()
        UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
      }
      let view = try tensor.view(2, 2)
      #expect(try view.sum().item() == 8)
      #expect(released.value == 0)
    }
    #expect(released.value == 1)
  }

  @Test func metaTensorsHaveNoMemory() throws {
    let before = try TensorMemory.current(on: .cpu).allocatedBytes
    let tensor = try Tensor.empty([1 << 20, 1 << 20], device: .meta)
    #expect(tensor.count == 1 << 40)
    #expect(try TensorMemory.current(on: .cpu).allocatedBytes - before < 1 << 20)
  }

  @Test func freedMemoryIsKeptUpToALimit() throws {
    defer { try? TensorMemory.limitKept(to: .max) }
    for limit in [0, 32 << 20] {
      try TensorMemory.limitKept(to: limit)
      for megabytes in [40, 8, 100] { _ = try Tensor.empty([megabytes << 18]) }
      let memory = try TensorMemory.current(on: .cpu)
      // Blocks are an eighth larger than what they hold, at most.
      #expect(memory.reservedBytes <= memory.allocatedBytes / 8 * 9 + limit + 1 << 20)
    }
  }

  @Test func typesConvert() throws {
    let tensor = try Tensor([1, 2, 3] as [Float])
    #expect(try tensor.to(dtype: .bfloat16).dtype == .bfloat16)
    #expect(try tensor.to(dtype: .bfloat16).byteCount == 6)
    #expect(try tensor.to(dtype: .float16).to(dtype: .float32).values(as: Float.self) == [1, 2, 3])
  }
}

/// Counts from any thread.
final class Counter: @unchecked Sendable {
  // Invariant: only touched under the lock.
  private let lock = NSLock()
  private var count = 0

  func increment() { lock.withLock { count += 1 } }
  var value: Int { lock.withLock { count } }
}
