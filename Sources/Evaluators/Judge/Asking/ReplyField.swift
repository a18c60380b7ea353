import OpenAIWire

/// A value in a judge's reply. Whatever is wrong with it is a problem that can be told to the judge.
struct ReplyField: Sendable {
  private let field: JSONField

  private init(_ field: JSONField) { self.field = field }

  static let limits = JSONLimits(bytes: 1 << 20, depth: 16, values: 20_000)

  /// The object in a reply: JSON and nothing else, or one fenced block of it and nothing else. A block with words around
  /// it is not taken: it could be one that the judge quotes from the answer.
  static func read(_ reply: String) throws(JudgeProblem) -> ReplyField {
    guard reply.utf8.count <= limits.bytes else {
      throw JudgeProblem(.unreadable, "the reply has more than \(limits.bytes) bytes")
    }
    let text = unfenced(withoutThoughts(reply).stripped)
    do throws(WireError) {
      let field = JSONField(try JSONReader.value(of: text.utf8, limits: limits))
      guard field.value.object != nil else {
        throw .malformed("the reply is \(field.value.kind), not an object")
      }
      return ReplyField(field)
    } catch {
      throw JudgeProblem(
        .unreadable, "the reply has to be one JSON object and nothing else; \(Self.reason(error))")
    }
  }

  /// What a reasoning model thinks before it replies, where its server leaves it in: up to the last mark, so that a
  /// thought that quotes one cannot pass for the reply.
  private static func withoutThoughts(_ reply: String) -> String {
    let pieces = reply.pieces(separatedBy: "</think>")
    guard pieces.count > 1, reply.stripped.hasScalarPrefix("<think>"), let last = pieces.last else { return reply }
    return last
  }

  private static func unfenced(_ text: String) -> String {
    guard text.hasScalarPrefix("```"), text.hasScalarSuffix("```"),
      let lineEnd = text.unicodeScalars.firstIndex(of: "\n")
    else { return text }
    let tag = String(text.unicodeScalars[..<lineEnd].dropFirst(3)).stripped.lowercased()
    guard tag.isEmpty || tag == "json" else { return text }
    return String(text.unicodeScalars[lineEnd...].dropLast(3))
  }

  private static func reason(_ error: WireError) -> String {
    switch error {
    case .malformed(let reason): reason
    default: error.description
    }
  }

  private static func converted(_ error: WireError) -> JudgeProblem {
    switch error {
    case .missing(let param): JudgeProblem(.form, "the member \(param) is missing")
    case .unknown(let param): JudgeProblem(.form, "there is no member \(param) in the form")
    default: JudgeProblem(.form, reason(error))
    }
  }
}

extension ReplyField {
  var path: String { field.path.isEmpty ? "the reply" : field.path }

  var isEmptyList: Bool { field.value.array?.isEmpty == true }

  /// Refuses members that are not in the form.
  func only(_ names: Set<String>) throws(JudgeProblem) {
    do throws(WireError) {
      for member in try field.object().members where !names.contains(member.name) {
        throw .unknown(param: member.name.shown)
      }
    } catch {
      throw Self.converted(error)
    }
  }

  /// The member; nil where it is null or left out.
  func member(_ name: String) throws(JudgeProblem) -> ReplyField? {
    do throws(WireError) { return try field.member(name).map(ReplyField.init) } catch { throw Self.converted(error) }
  }

  func required(_ name: String) throws(JudgeProblem) -> ReplyField {
    do throws(WireError) { return ReplyField(try field.required(name)) } catch { throw Self.converted(error) }
  }

  func elements() throws(JudgeProblem) -> [ReplyField] {
    do throws(WireError) { return try field.elements().map(ReplyField.init) } catch { throw Self.converted(error) }
  }

  /// At least one element and at most so many.
  func elements(atMost most: Int) throws(JudgeProblem) -> [ReplyField] {
    let elements = try elements()
    guard !elements.isEmpty else {
      throw JudgeProblem(.emptyList, "\(path) is empty, and an empty list is no verdict")
    }
    guard elements.count <= most else { throw JudgeProblem(.form, "\(path) has more than \(most) elements") }
    return elements
  }

  func boolean() throws(JudgeProblem) -> Bool {
    do throws(WireError) { return try field.boolean() } catch { throw Self.converted(error) }
  }

  /// A text that says something, cut where it is longer than a reason may be.
  func text() throws(JudgeProblem) -> String {
    guard let text = try textIfAny() else { throw JudgeProblem(.form, "\(path) says nothing") }
    return text
  }

  /// Nil for one without a letter or a figure: models say "" and "..." for nothing.
  func textIfAny() throws(JudgeProblem) -> String? {
    let text: String
    do throws(WireError) { text = try field.string() } catch { throw Self.converted(error) }
    guard text.unicodeScalars.contains(where: \.isWordCharacter) else { return nil }
    return text.cut(VerdictLine.longestReason)
  }

  /// Refuses words that are copied where the judge's own are asked for: see ``PromptEchoes``.
  func refuse(_ echoes: PromptEchoes) throws(JudgeProblem) {
    // What is still to be looked at; a reply may be nested as deep as its limits let it.
    var open = [field]
    while let next = open.popLast() {
      if let elements = try? next.elements() { open += elements }
      for member in next.value.object?.members ?? [] {
        open.append(JSONField(member.value))
        guard Self.inOwnWords.contains(member.name), let text = member.value.string else { continue }
        if echoes.holdForm(text) {
          throw JudgeProblem(.echo, "\(member.name) is copied from the form and not in your own words")
        }
        if member.name == "reason", echoes.areMaterial(text) {
          throw JudgeProblem(.echo, "a reason repeats a text of the material and says nothing about it")
        }
      }
    }
  }

  private static let inOwnWords: Set<String> = ["reason", "claim", "cannot_tell"]

  /// A whole number on a scale.
  func mark(_ scale: ClosedRange<Int>) throws(JudgeProblem) -> Int {
    guard field.value.double != nil else {
      throw JudgeProblem(.form, "\(path) must be a number, not \(field.value.kind)")
    }
    guard let mark = field.value.integer, scale.contains(mark) else {
      throw JudgeProblem(
        .range, "\(path) must be a whole number from \(scale.lowerBound) to \(scale.upperBound)")
    }
    return mark
  }

  func choice<Choice: RawRepresentable & CaseIterable>() throws(JudgeProblem) -> Choice
  where Choice.RawValue == String {
    let text = try text()
    guard let choice = Choice(rawValue: text.stripped) else {
      throw JudgeProblem(
        .form, "\(path) must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }
}

extension String {
  /// The text, or so many of its bytes with an ellipsis behind them; no character is cut in two.
  func cut(_ bytes: Int) -> String {
    guard utf8.count > bytes else { return self }
    var end = utf8.index(startIndex, offsetBy: bytes)
    while end > startIndex, String.Index(end, within: unicodeScalars) == nil { end = utf8.index(before: end) }
    return self[..<end] + "…"
  }
}
