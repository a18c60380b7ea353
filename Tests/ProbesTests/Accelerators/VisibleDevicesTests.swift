import Testing

@testable import Probes

@Suite struct VisibleDevicesTests {
  @Test(arguments: [
    (nil, VisibleDevices.all),
    ("", .list([])),
    ("-1", .list([])),
    ("0", .list([.index(0)])),
    (" 2 , 0 ", .list([.index(2), .index(0)])),
    ("1,-1,0", .list([.index(1)])),
    ("1,x,0", .list([.index(1)])),
    ("GPU-12ab,1", .list([.identifier("GPU-12ab"), .index(1)])),
    ("MIG-5c89", .list([.identifier("MIG-5c89")])),
    ("NoDevFiles", .list([])),
    ("99999999999999999999", .list([])),
  ])
  func readsTheVariable(value: String?, devices: VisibleDevices) {
    #expect(VisibleDevices(environmentValue: value) == devices)
  }
}
