import fc, { type Arbitrary } from "fast-check";
import { corpusFiles, perhapsDamaged } from "./damage.ts";
import { part10Inputs } from "./part10-grammar.ts";

/** The boundary of every body that is made here. */
export const BOUNDARY = "b";

const PART_HEADERS = [
  "Content-Type: application/dicom",
  'content-type: application/dicom; transfer-syntax="1.2.840.10008.1.2.1"',
  "Content-Type: application/octet-stream",
  "Content-Type: text/html",
  "Content-Type: application/dicom\r\nContent-Length: 5\r\nContent-ID: <1>",
  "",
  ...["Content-Type", ": x", "no colon", " Content-Type: application/dicom", "Content-Type : application/dicom"],
  ...["A: \0", "A: 1\r\n B: 2", "A\r\n", `A: ${"x".repeat(20_000)}`, "A: 1\r\n".repeat(300), "Ä: ö", "A:\rB: 2"],
];

/** Bytes full of what is nearly a delimiter. */
const nearlyDelimiters = fc
  .array(fc.constantFrom("\r\n--b", "\r\n--", "\r\n", "\n", "\r", "-", "--b", "--b--", "x", "\0", "\r\n--bx"), {
    maxLength: 40,
  })
  .map((pieces) => Buffer.from(pieces.join(""), "latin1"));

const part = (files: Arbitrary<Uint8Array>) =>
  fc.tuple(
    fc.oneof({ weight: 8, arbitrary: fc.constant(PART_HEADERS[0]!) }, fc.constantFrom(...PART_HEADERS)),
    fc.oneof({ weight: 4, arbitrary: files }, nearlyDelimiters),
  );

/** Mostly what it should be. */
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));

/** Multipart bodies (RFC 2046 5.1.1) by grammar, with files of DICOM in most of their parts, some of them damaged. */
export function multipartInputs(): Arbitrary<Uint8Array> {
  const body = fc
    .record({
      parts: fc.array(part(part10Inputs()), { maxLength: 4 }),
      lineEnd: mostly("\r\n", "\n"),
      preamble: mostly("", "\r\n", "preamble\r\n", "--bogus\r\n", "x".repeat(70_000)),
      padding: mostly("", " \t ", " ".repeat(3000)),
      close: mostly("--b--", "--b-", "", "--b", "--b--x", "--c--"),
      epilogue: mostly("", "\r\n", "epilogue\r\n--b\r\n\r\n", "x".repeat(5000)),
    })
    .map(({ parts, lineEnd, preamble, padding, close, epilogue }) => {
      const pieces = parts.flatMap(([header, content]) => [
        Buffer.from(`--b${padding}${lineEnd}${header}${lineEnd}${lineEnd}`, "latin1"),
        content,
        Buffer.from(lineEnd),
      ]);
      return Buffer.concat([Buffer.from(preamble), ...pieces, Buffer.from(`${close}${epilogue}`)]);
    });
  const files = corpusFiles(".multipart");
  return fc.oneof({ weight: 9, arbitrary: perhapsDamaged(body) }, perhapsDamaged(fc.constantFrom(...files)));
}
