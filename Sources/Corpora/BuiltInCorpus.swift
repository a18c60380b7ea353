/// The corpora of real public English text that `scripts/corpora/obtain` makes from Debian's packages.
public enum BuiltInCorpus: String, Sendable, CaseIterable {
  case austen
  case kjv
  case debianProse = "debian-prose"

  /// What it holds, in a line.
  public var title: String {
    switch self {
    case .austen: "Jane Austen's six novels, a document a chapter (4 MB)"
    case .kjv: "The King James Bible, a document a chapter (4 MB)"
    case .debianProse:
      "An Anarchist FAQ, the Debian Reference and the Linux kernel's documents, a document a page (23 MB)"
    }
  }
}
