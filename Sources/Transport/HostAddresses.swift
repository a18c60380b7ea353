import Dispatch

/// The addresses of one host, asked for once and kept until they are found to be of no use. Touched on its loop alone.
///
/// `@unchecked Sendable`: the asking goes on beside the loop and comes back to it.
public final class HostAddresses: @unchecked Sendable {
  public typealias Answer = Result<[InternetAddress], SocketError>

  private let loop: SocketLoop
  private let host: String
  private let port: Int
  private var known: [InternetAddress] = []
  private var waiting: [(Answer) -> Void] = []

  public init(of host: String, port: Int, loop: SocketLoop) {
    self.loop = loop
    self.host = host
    self.port = port
    if let address = InternetAddress(host, port: port) { known = [address] }
  }

  /// Hands the addresses over, at once where they are known.
  public func ask(_ done: @escaping (Answer) -> Void) {
    guard known.isEmpty else { return done(.success(known)) }
    waiting.append(done)
    guard waiting.count == 1 else { return }
    DispatchQueue.global().async { [self] in
      let answer: Answer
      do throws(SocketError) { answer = .success(try InternetAddress.resolve(host, port: port)) } catch {
        answer = .failure(error)
      }
      loop.execute { [self] in take(answer) }
    }
  }

  private func take(_ answer: Answer) {
    known = (try? answer.get()) ?? []
    let waiting = self.waiting
    self.waiting = []
    for done in waiting { done(answer) }
  }

  /// Nobody is there: the next who asks has them looked up anew.
  public func forget() {
    guard InternetAddress(host, port: port) == nil else { return }
    known = []
  }
}
