/// Tells keys that stand written out in a plan: a plan is kept in the records and shown to others.
///
/// It goes by names (`HF_TOKEN`, `--api-key`, `Authorization:`) and by the beginnings that well-known keys have. Names that
/// merely resemble them pass: `--max-tokens`, `--tokenizer`, `--eos-token`, `--api-key-env`, `prompt_cache_key`.
enum EvidentKey {
  /// Names that mean a key whatever stands around them.
  private static let strong: Set<String> = [
    "secret", "secrets", "password", "passwd", "passphrase", "credential", "credentials", "authorization", "apikey",
    "authtoken", "accesstoken", "bearer", "secretkey", "accesskey", "privatekey",
  ]
  /// Behind these words a name says where something is found, or how it is: not the thing itself.
  private static let about: Set<String> = [
    "env", "file", "path", "dir", "directory", "folder", "variable", "var", "name", "header", "url", "uri", "endpoint",
    "id", "type", "kind", "mode", "prefix", "suffix", "limit", "length", "count", "size", "policy", "required",
    "enabled", "provider", "source", "store", "dtype", "ttl",
  ]
  /// Tokens of text, and keys by which something is looked up.
  private static let harmless: Set<String> = [
    "eos", "bos", "pad", "unk", "sep", "cls", "mask", "stop", "image", "audio", "video", "special", "end", "start",
    "begin", "max", "min", "first", "last", "next", "per", "new", "decoder", "forced", "think", "thinking",
    "reasoning", "tool", "prompt", "chat", "draft", "placeholder", "cache", "sort", "primary", "foreign", "public",
    "partition", "group", "hash", "routing", "id", "metadata", "label",
  ]
  /// What is written where a program insists on a key and there is none.
  private static let nothing: Set<String> = [
    "", "none", "null", "nil", "empty", "dummy", "unused", "true", "false", "yes", "no", "on", "off", "default",
    "auto", "not-needed", "local", "-",
  ]
  private static let beginnings = ["sk-", "hf_", "ghp_", "gsk_", "AIza", "xoxb-"]

  /// Whether a variable, a flag or a setting of that name holds a key when it has that value.
  static func isKey(_ name: String, _ value: String) -> Bool {
    guard couldBeKey(value) else { return false }
    if beginsLikeOne(value) { return true }
    var words = words(of: name)
    while let last = words.last, last.allSatisfy(\.isNumber) { words.removeLast() }
    guard let last = words.last, !about.contains(last) else { return false }
    if words.contains(where: strong.contains) { return true }
    guard let place = words.lastIndex(where: { $0 == "token" || $0 == "key" }),
      place == 0 || !harmless.contains(words[place - 1]), Double(value) == nil
    else { return false }
    return place == words.count - 1 || looksDrawn(value)
  }

  /// The flag, variable or header of a command to which a key is given; nil where there is none. Texts for a shell are looked
  /// into.
  static func name(in command: [String]) -> String? {
    let words = command.flatMap { $0.split { $0.isWhitespace || ";|&()\"'`".contains($0) }.map(String.init) }
    for (index, word) in words.enumerated() {
      if beginsLikeOne(word) { return "its command" }
      let next = index + 1 < words.count ? words[index + 1] : ""
      if let equals = word.firstIndex(of: "="), equals != word.startIndex {
        let name = String(word[..<equals])
        if isKey(name, String(word[word.index(after: equals)...])) { return name }
      } else if word.hasPrefix("-") {
        if !next.hasPrefix("-"), isKey(word, next) { return word }
      } else if let colon = word.firstIndex(of: ":"), colon != word.startIndex {
        let rest = String(word[word.index(after: colon)...])
        let given = [rest, next, index + 2 < words.count ? words[index + 2] : ""].first {
          !$0.isEmpty && !["bearer", "basic"].contains($0.lowercased())
        }
        // `host:80` and `http://...` are no headers.
        let name = String(word[..<colon])
        if rest.isEmpty || ["bearer", "basic"].contains(rest.lowercased()), isKey(name, given ?? "") { return name }
      }
    }
    return nil
  }

  /// Of letters and digits, long, and no word.
  private static func looksDrawn(_ value: String) -> Bool {
    value.utf8.count >= 20 && value.contains(where: \.isNumber) && value.contains(where: \.isLetter)
      && value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_+=/.".contains($0)) }
  }

  private static func beginsLikeOne(_ value: String) -> Bool {
    looksDrawn(value) && beginnings.contains(where: value.hasPrefix)
  }

  /// What stands for something else is no key: a placeholder, a shell's variable, a path, a special token, a stopgap.
  private static func couldBeKey(_ value: String) -> Bool {
    if nothing.contains(value.lowercased()) || value.hasPrefix("$") { return false }
    if value.hasPrefix("{"), value.hasSuffix("}") { return false }
    if value.hasPrefix("<") || value.hasPrefix("[") { return false }
    if ["/", "./", "../", "~/", "{home}"].contains(where: value.hasPrefix) { return false }
    return ![".pem", ".key", ".crt", ".txt", ".json"].contains(where: value.hasSuffix)
  }

  /// `--api-key`, `HF_TOKEN` and `accessToken` as lowercase words.
  private static func words(of name: String) -> [String] {
    var words: [String] = []
    var word = ""
    var previous: Character = " "
    for character in name {
      let isWord = character.isLetter || character.isNumber
      if !isWord || (character.isUppercase && previous.isLowercase), !word.isEmpty {
        words.append(word.lowercased())
        word = ""
      }
      if isWord { word.append(character) }
      previous = character
    }
    return word.isEmpty ? words : words + [word.lowercased()]
  }
}
