/// What `efficientllm doctor` says of a machine: sections of findings, each with its mend.
public struct DoctorReport: Sendable, Codable, Hashable {
  public enum Status: String, Sendable, Codable, Hashable, CaseIterable {
    case ok
    /// Worth knowing, or missing but not needed.
    case note
    /// Needed, and not there.
    case missing
  }

  public struct Finding: Sendable, Codable, Hashable {
    public var name: String
    public var value: String
    public var status: Status
    /// What to do about it, as one sentence.
    public var mend: String?

    public init(_ name: String, _ value: String, status: Status = .ok, mend: String? = nil) {
      self.name = name
      self.value = value
      self.status = status
      self.mend = mend
    }
  }

  public struct Section: Sendable, Codable, Hashable {
    public var title: String
    public var findings: [Finding]

    public init(title: String, findings: [Finding]) {
      self.title = title
      self.findings = findings
    }
  }

  public var sections: [Section]

  public init(sections: [Section] = []) { self.sections = sections }

  /// False when anything that is needed is missing: then the command leaves with status 1.
  public var isHealthy: Bool {
    !sections.contains { section in section.findings.contains { $0.status == .missing } }
  }
}
