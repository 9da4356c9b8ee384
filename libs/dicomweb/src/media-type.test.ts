import assert from "node:assert/strict";
import { test } from "node:test";
import { isBoundary, parseMediaType } from "./media-type.ts";

const parse = (header: string | undefined) => {
  const parsed = parseMediaType(header);
  return parsed && [parsed.essence, Object.fromEntries(parsed.parameters)];
};

test("content types as real senders write them", () => {
  const expected = ["multipart/related", { type: "application/dicom", boundary: "a-b" }];
  for (const header of [
    'multipart/related; type="application/dicom"; boundary="a-b"',
    "multipart/related; type=application/dicom; boundary=a-b",
    'Multipart/Related;TYPE="application/dicom" ;BOUNDARY=a-b',
    'multipart/related;type="application/dicom";boundary=a-b;',
  ]) {
    assert.deepEqual(parse(header), expected, header);
  }
  assert.deepEqual(parse('multipart/related; boundary="a b;=\\"c"'), ["multipart/related", { boundary: 'a b;="c' }]);
  assert.deepEqual(parse("application/dicom"), ["application/dicom", {}]);
});

test("what is no content type", () => {
  for (const header of [undefined, "", "multipart", "/related", "multipart/re lated"]) {
    assert.equal(parse(header), undefined, header);
  }
});

test("a boundary of two UUIDs, as Orthanc's DICOMweb plugin has it, is one where longer ones are allowed", () => {
  const boundary = "ce847f5c-790a-4ad9-8aed-daebb994a4c2-ce847f5c-790a-4ad9-8aed-daebb994a4c2";
  assert.equal(isBoundary(boundary), false);
  assert.equal(isBoundary(boundary, { longest: 200 }), true);
});

test("boundaries have 1 to 70 characters, none of them a control character, no space at the end", () => {
  for (const boundary of ["a", "0".repeat(70), "a b", "'()+_,-./:=?"])
    assert.equal(isBoundary(boundary), true, boundary);
  for (const boundary of ["", "0".repeat(71), "a ", "a\r\nb", "a\0", "ä"])
    assert.equal(isBoundary(boundary), false, boundary);
});
