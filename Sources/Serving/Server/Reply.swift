internal import HTTPTypes
internal import Hummingbird
internal import OpenAIWire

extension Response {
  static let requestIDField = HTTPField.Name("x-request-id")!

  /// A document as the whole answer.
  static func json(_ value: JSONValue, status: Int = 200, id: String) -> Response {
    whole(value.bytes, type: "application/json", status: status, id: id)
  }

  static func whole(_ bytes: [UInt8], type: String, status: Int = 200, id: String) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = type
    headers[.contentLength] = "\(bytes.count)"
    headers[requestIDField] = id
    return Response(
      status: HTTPResponse.Status(code: status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  static func error(_ error: APIError, id: String) -> Response {
    var response = json(error.json, status: error.status, id: id)
    if let seconds = error.retryAfterSeconds { response.headers[.retryAfter] = "\(seconds)" }
    if error.status == 401 { response.headers[.wwwAuthenticate] = "Bearer" }
    return response
  }

  /// The head of a stream of events.
  static func events(id: String, body: ResponseBody) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = "text/event-stream; charset=utf-8"
    headers[.cacheControl] = "no-cache"
    // Proxies that buffer would hold tokens back.
    headers[HTTPField.Name("x-accel-buffering")!] = "no"
    headers[requestIDField] = id
    return Response(status: .ok, headers: headers, body: body)
  }
}
