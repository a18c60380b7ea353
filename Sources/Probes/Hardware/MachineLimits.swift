import Glibc

/// How much of a machine a process may use: what the container or batch system allows, not what is built in.
enum MachineLimits {
  // MARK: Processors

  /// Logical processors this process may run on: its affinity, which containers and batch systems set and trials
  /// inherit. Nil only where neither /proc nor the C library tells.
  static func usableProcessors(_ files: SystemFiles) -> Int? {
    if let status = files.text("/proc/self/status"),
      let list = keyedLines(status)["Cpus_allowed_list"], let count = count(ofProcessorList: list), count > 0
    {
      return count
    }
    let count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    return count > 0 ? count : nil
  }

  /// Logical processors that the machine runs, whoever may use them. At least 1.
  static func onlineProcessors(_ files: SystemFiles) -> Int {
    if let list = files.line("/sys/devices/system/cpu/online"), let count = count(ofProcessorList: list), count > 0 {
      return count
    }
    return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// How many processors a list such as "0-3,8,10-11" names; nil for what is no such list.
  static func count(ofProcessorList list: String) -> Int? {
    var count = 0
    for part in list.trimmed.split(separator: ",") {
      let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0.trimmed) }
      guard let first = ends.first.flatMap({ $0 }), let last = ends.last.flatMap({ $0 }), first >= 0, last >= first,
        last < 1 << 20
      else { return nil }
      count += last - first + 1
    }
    return count
  }

  // MARK: Memory

  /// Bytes this process may use: the tightest limit of its control groups, or the machine's memory where that is less.
  static func memoryBytes(_ files: SystemFiles) -> UInt64? {
    switch (installedMemoryBytes(files), memoryLimitBytes(files)) {
    case (let installed?, let limit?): min(installed, limit)
    case (let installed, let limit): installed ?? limit
    }
  }

  /// `MemTotal` of /proc/meminfo.
  static func installedMemoryBytes(_ files: SystemFiles) -> UInt64? {
    guard let text = files.text("/proc/meminfo"), let value = keyedLines(text)["MemTotal"] else { return nil }
    // /proc/meminfo counts in kibibytes and calls them kB.
    guard let kibibytes = UInt64(value.split(separator: " ").first ?? "") else { return nil }
    let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
    return overflow || bytes == 0 ? nil : bytes
  }

  /// The tightest memory limit of the control groups this process is in, versions 1 and 2; nil where there is none.
  static func memoryLimitBytes(_ files: SystemFiles) -> UInt64? {
    guard let memberships = files.text("/proc/self/cgroup"), let mounts = files.text("/proc/self/mountinfo") else {
      return nil
    }
    return ControlGroups.memoryFiles(memberships: memberships, mounts: mounts).compactMap { path in
      guard let text = files.line(path), let limit = UInt64(text), limit > 0 else { return nil }
      // Version 1 writes "no limit" as the largest multiple of a page that fits.
      return limit >= UInt64(Int64.max) - 65536 ? nil : limit
    }.min()
  }
}

/// Where the control groups of a process keep their limits. Pure.
enum ControlGroups {
  /// The files that may hold a memory limit: of each group the process is in, and of every group above it, since the
  /// tightest of them holds.
  /// - Parameters:
  ///   - memberships: /proc/self/cgroup, lines of `number:controllers:path`.
  ///   - mounts: /proc/self/mountinfo (proc_pid_mountinfo(5)).
  static func memoryFiles(memberships: String, mounts: String) -> [String] {
    var files: [String] = []
    for line in memberships.split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let path = String(fields[2])
      if fields[0] == "0" && fields[1].isEmpty {
        files += ancestry(of: path, mounts: mounts, type: "cgroup2", option: nil).map { $0 + "/memory.max" }
      } else if fields[1].split(separator: ",").contains("memory") {
        files += ancestry(of: path, mounts: mounts, type: "cgroup", option: "memory")
          .map { $0 + "/memory.limit_in_bytes" }
      }
    }
    return files
  }

  /// The folder of a group and of those above it, up to where the hierarchy is mounted. A container may see only a
  /// part of the hierarchy, mounted so that its own group is the top.
  private static func ancestry(of path: String, mounts: String, type: String, option: String?) -> [String] {
    for line in mounts.split(whereSeparator: \.isNewline) {
      let halves = line.halves(around: " - ")
      guard let (left, right) = halves else { continue }
      let fields = left.split(separator: " ")
      let details = right.split(separator: " ")
      guard fields.count >= 5, details.count >= 3, details[0] == type else { continue }
      if let option, !details[2].split(separator: ",").contains(Substring(option)) { continue }
      let (root, mount) = (String(fields[3]), String(fields[4]))
      var relative = path
      if root != "/" {
        if path == root || path.hasPrefix(root + "/") { relative = String(path.dropFirst(root.count)) }
      }
      var folders = [mount]
      var folder = mount
      for part in relative.split(separator: "/") where part != ".." {
        folder += "/" + part
        folders.append(folder)
      }
      return folders
    }
    return []
  }
}

extension StringProtocol {
  /// What stands before and behind the first occurrence of `separator`.
  fileprivate func halves(around separator: String) -> (SubSequence, SubSequence)? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(separator) {
        return (self[..<index], self[self.index(index, offsetBy: separator.count)...])
      }
      index = self.index(after: index)
    }
    return nil
  }
}
