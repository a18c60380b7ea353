internal import Foundation

/// Bytes that end where memory ends: reading one byte further stops the process.
public final class GuardedBytes {
  public let bytes: UnsafeRawBufferPointer
  private let start: UnsafeMutableRawPointer
  private let mappedCount: Int

  public init(_ content: [UInt8]) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let pages = (content.count + page - 1) / page
    mappedCount = (pages + 1) * page
    let mapped = mmap(nil, mappedCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped, mapped != MAP_FAILED, mprotect(mapped + pages * page, page, PROT_NONE) == 0 else {
      preconditionFailure("no memory for \(content.count) guarded bytes")
    }
    start = mapped
    let first = mapped + (pages * page - content.count)
    content.withUnsafeBytes { if let from = $0.baseAddress { first.copyMemory(from: from, byteCount: $0.count) } }
    bytes = UnsafeRawBufferPointer(start: first, count: content.count)
  }

  deinit { munmap(start, mappedCount) }
}
