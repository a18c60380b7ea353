extension DoctorReport {
  /// What the probes know of this machine: hardware, software, memory and sources of energy. Nothing of it is needed to
  /// run a study, so nothing of it is ever `missing`.
  /// - Parameter software: further entries for the section "software", such as the program's version.
  public static func machine(software: [String: String] = [:]) -> DoctorReport {
    machine(system: .current(), software: software)
  }

  static func machine(system: ProbeSystem, software: [String: String] = [:]) -> DoctorReport {
    let description = HardwareDescription.current(system: system, software: software)
    return DoctorReport(sections: [
      section("hardware", description, without: ["memory", "memory limit"]),
      section("software", description),
      Section(title: "memory", findings: memory(system.files)),
      Section(title: "energy", findings: energy(EnergySurvey(system: system))),
    ])
  }

  private static func section(
    _ title: String, _ description: HardwareDescription, without hidden: Set<String> = []
  ) -> Section {
    let values = (description.sections[title] ?? [:]).filter { !hidden.contains($0.key) }
    return Section(title: title, findings: values.sorted { $0.key < $1.key }.map { Finding($0.key, $0.value) })
  }

  private static func memory(_ files: SystemFiles) -> [Finding] {
    var findings: [Finding] = []
    if let installed = MachineLimits.installedMemoryBytes(files) {
      findings.append(Finding("installed", HardwareDescription.gibibytes(installed)))
    } else {
      findings.append(
        Finding(
          "installed", "unknown: /proc/meminfo can't be read", status: .note,
          mend: "mount /proc, or measures that need the memory's size stay absent"))
    }
    if let limit = MachineLimits.memoryLimitBytes(files) {
      findings.append(Finding("limit of the control group", HardwareDescription.gibibytes(limit), status: .note))
    }
    if let text = files.text("/proc/meminfo"),
      let available = keyedLines(text)["MemAvailable"]?.split(separator: " ").first,
      let kibibytes = UInt64(available)
    {
      findings.append(Finding("free to use now", HardwareDescription.gibibytes(kibibytes &* 1024)))
    }
    return findings
  }

  private static func energy(_ survey: EnergySurvey) -> [Finding] {
    var findings = survey.sources.map { source in
      Finding(
        source.name, source.isAvailable ? source.detail : "not available: \(source.detail)",
        status: source.isAvailable ? .ok : .note, mend: source.mend)
    }
    if !survey.sources.contains(where: \.isAvailable) {
      findings.append(
        Finding(
          "measures of energy", "absent on this machine", status: .note,
          mend: "declare the processor's TDP in the study's probes to have them as estimates"))
    }
    return findings
  }
}
