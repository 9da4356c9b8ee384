import fc, { type Arbitrary } from "fast-check";
import { perhapsDamaged } from "./damage.ts";
import { multipartInputs } from "./multipart-grammar.ts";

/** The bearer token that the service under test takes. */
export const TOKEN = "token-of-the-fuzzer";

const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 15, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));

const PATHS = [
  ...["/", "/studies/", "/studies/1.2.3", "/studies/1.2.3/", "/studies/1.2.3/series", "/studies?x=1", "/health/live"],
  ...["/studies/..%2f..%2fetc%2fpasswd", "/studies/../../etc/passwd", "/studies/%00", "/studies/%", "//studies", "*"],
  ...["/studies/%31.%32", `/studies/1.${"2".repeat(80)}`, `/${"x".repeat(9000)}`, "http://other/studies", "studies"],
];

const TYPES = [
  'multipart/related; type="application/dicom"; boundary=b',
  'MULTIPART/RELATED; TYPE="application/dicom"; BOUNDARY="b"',
  "multipart/related; boundary=b",
  "multipart/related; type=application/dicom; boundary=b",
  'multipart/related; type="application/dicom+json"; boundary=b',
  'multipart/related; type="application/dicom"; boundary=""',
  `multipart/related; type="application/dicom"; boundary=${"-".repeat(300)}`,
  'multipart/related; type="application/dicom"; boundary="b\\"c"',
  'multipart/related; type="application/dicom"',
  "multipart/form-data; boundary=b",
  "application/dicom",
  "application/json",
  "",
];

const ACCEPTS = ["application/dicom+json", "*/*", "application/dicom+xml", "text/html", ";;;", "a/b;q=x", "*/*;q=0"];

const EXTRA_HEADERS = [
  ...["Expect: 100-continue", "Expect: x", "Content-Encoding: gzip", "Connection: close", "Connection: upgrade"],
  ...["Upgrade: h2c", "Content-Length: 5", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "X"],
  ...[" folded: x", "X: \0", "X:\r y", "Host: other", "X-HTTP-Method-Override: DELETE", `X: ${"x".repeat(20_000)}`],
  ...["Origin: https://evil.example", "Authorization: Bearer x", 'Forwarded: for="[::1]"', "Range: bytes=0-"],
];

type Framing = "length" | "chunked" | "too long" | "too short" | "none" | "bad chunks";

function framed(body: Uint8Array, framing: Framing): { header: string; body: Uint8Array } {
  const { byteLength } = body;
  if (framing === "none") return { header: "", body };
  if (framing === "length") return { header: `Content-Length: ${byteLength}`, body };
  if (framing === "too long") return { header: `Content-Length: ${byteLength + 10}`, body };
  if (framing === "too short") return { header: `Content-Length: ${Math.floor(byteLength / 2)}`, body };
  const half = Math.floor(byteLength / 2);
  const chunk = (bytes: Uint8Array, said = bytes.byteLength.toString(16)) =>
    Buffer.concat([Buffer.from(`${said}\r\n`), bytes, Buffer.from("\r\n")]);
  const second = framing === "chunked" ? chunk(body.subarray(half)) : chunk(body.subarray(half), "ffffffffffffffffff");
  const chunks = Buffer.concat([
    ...(half > 0 ? [chunk(body.subarray(0, half))] : []),
    second,
    Buffer.from("0\r\n\r\n"),
  ]);
  return { header: "Transfer-Encoding: chunked", body: chunks };
}

/** Whole requests as they go over the wire (RFC 9112), in which anything may be wrong. */
export function requestInputs(): Arbitrary<Uint8Array> {
  const request = fc
    .record({
      method: mostly("POST", "GET", "PUT", "OPTIONS", "HEAD", "post", "TRACE", "PRI"),
      path: mostly("/studies", ...PATHS),
      version: mostly("HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.9"),
      type: fc.oneof({ weight: 9, arbitrary: fc.constant(TYPES[0]!) }, fc.constantFrom(...TYPES)),
      accept: mostly(...(ACCEPTS as [string, ...string[]])),
      token: mostly(TOKEN, "wrong-token-of-nobody", ""),
      extra: fc.oneof(
        { weight: 6, arbitrary: fc.constant([]) },
        fc.array(fc.constantFrom(...EXTRA_HEADERS), { maxLength: 3 }),
      ),
      framing: mostly<Framing>("length", "chunked", "too long", "too short", "none", "bad chunks"),
      body: multipartInputs(),
    })
    .map(({ method, path, version, type, accept, token, extra, framing, body }) => {
      const sent = framed(body, framing);
      const lines = [
        `${method} ${path} ${version}`,
        "Host: stow",
        `Content-Type: ${type}`,
        `Accept: ${accept}`,
        ...(token === "" ? [] : [`Authorization: Bearer ${token}`]),
        ...(sent.header === "" ? [] : [sent.header]),
        ...extra,
      ];
      return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), sent.body]);
    });
  return fc.oneof({ weight: 4, arbitrary: request }, perhapsDamaged(request));
}
