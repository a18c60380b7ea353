import TestSupport
import Testing
import Torch

@testable import Layers

/// Rows of a cache are numbered by their position, so that what is held can be read off.
struct LayerCacheTests {
  init() throws { try TorchForTests.load() }

  private func cache(window: Int? = nil, positions: Int = 1) throws -> LayerCache {
    try LayerCache(LayerCacheShape(features: 3, window: window), positions: positions, dtype: .float32, device: .cpu)
  }

  private func fill(_ cache: LayerCache, _ count: Int) throws {
    let from = cache.length
    let rows = try cache.extend(by: count)
    let numbers = (from..<from + count).flatMap { [Float($0), Float($0), Float($0)] }
    try cache.storage.narrow(dimension: 0, from: rows.lowerBound, length: count)
      .copyInPlace(from: Tensor(numbers, shape: [count, 3]))
  }

  /// The positions that `count` new ones see.
  private func visible(_ cache: LayerCache, _ count: Int) throws -> [Int] {
    let rows = cache.visibleRows(for: count)
    return try cache.storage.narrow(dimension: 0, from: rows.lowerBound, length: rows.count)
      .narrow(dimension: 1, from: 2, length: 1).values(as: Float.self).map { Int($0) }
  }

  @Test(arguments: [1, 7, 256, 300, 1000])
  func nothingIsLostInGrowing(chunk: Int) throws {
    let cache = try cache()
    while cache.length < 1500 {
      try fill(cache, chunk)
      #expect(try visible(cache, chunk) == Array(0..<cache.length))
      #expect(cache.usedByteCount == cache.length * 12)
      #expect(cache.byteCount % (LayerCacheShape.block * 12) == 0)
      #expect(cache.byteCount >= cache.usedByteCount)
    }
    #expect(cache.byteCount <= (1500 + chunk) * 12 * 5 / 4 + 2 * LayerCacheShape.block * 12)
  }

  @Test(arguments: [1, 2, 100, 256, 300], [1, 3, 255, 400])
  func windowsHoldWhatIsSeen(window: Int, chunk: Int) throws {
    let cache = try cache(window: window)
    var most = 0
    while cache.length < 3000 {
      try fill(cache, chunk)
      let from = max(0, cache.length - chunk - (window - 1))
      #expect(try visible(cache, chunk) == Array(from..<cache.length))
      most = max(most, cache.byteCount)
    }
    let rows = window - 1 + max(chunk, LayerCacheShape.block) + LayerCacheShape.block
    #expect(most <= rows * 12)
  }

  @Test func aLargeChunkBehindAWindowIsGivenBack() throws {
    let cache = try cache(window: 100)
    try fill(cache, 4000)
    try fill(cache, 1)
    // 99 positions of before and the new one: a block.
    #expect(cache.byteCount == LayerCacheShape.block * 12)
    #expect(cache.byteCount <= cache.shape.capacity(positions: 4001) * 12)
    #expect(try visible(cache, 1) == Array(3901...4000))
  }

  @Test func copiesHoldAPrefix() throws {
    let donor = try cache()
    try fill(donor, 700)
    let copy = try #require(try LayerCache(copying: donor, length: 300))
    #expect(copy.byteCount == 512 * 12)
    try fill(copy, 2)
    #expect(try visible(copy, 2) == Array(0..<302))
    #expect(try LayerCache(copying: donor, length: 701) == nil)
    #expect(try LayerCache(copying: donor, length: 0)?.length == 0)
  }

  @Test func copiesBehindAWindowNeedWhatItHolds() throws {
    let donor = try cache(window: 50)
    try fill(donor, 200)
    let early = try #require(try LayerCache(copying: donor, length: 120))
    try fill(early, 1)
    #expect(try visible(early, 1) == Array(71...120))
    try fill(donor, 400)
    #expect(try LayerCache(copying: donor, length: 120) == nil)
    let late = try #require(try LayerCache(copying: donor, length: 600))
    try fill(late, 3)
    #expect(try visible(late, 3) == Array(551...602))
  }

  @Test func aFailedStepIsTakenBack() throws {
    let cache = try cache(window: 20)
    try fill(cache, 500)
    _ = try cache.extend(by: 300)
    cache.rewind(to: 500)
    try fill(cache, 1)
    #expect(try visible(cache, 1) == Array(481...500))
  }
}
