import assert from "node:assert/strict";
import { test } from "node:test";
import { dataSetOf, readNativeDicomModel, text, writeNativeDicomModel } from "@redspot/dicom";
import { readPayload, responseTypeOf, writePayload } from "./media.ts";

const dataSet = dataSetOf({ ProcedureStepState: "SCHEDULED", PatientName: "A^B" });
const json = Buffer.from(JSON.stringify(dataSet));
const xml = writeNativeDicomModel(dataSet);
const part = (type: string, content: string) =>
  Buffer.from(`--b\r\nContent-Type: ${type}\r\n\r\n${content}\r\n--b--\r\n`);

test("a payload is DICOM JSON or XML, alone or as the only part of a multipart body", async () => {
  const bodies: [string, Buffer][] = [
    ["application/dicom+json", json],
    ["application/dicom+json", Buffer.from(`[${json}]`)],
    ["application/json; charset=utf-8", json],
    ["application/dicom+xml", Buffer.from(xml)],
    ["text/xml", Buffer.from(xml)],
    ['multipart/related; type="application/dicom+xml"; boundary=b', part("application/dicom+xml", xml)],
    ["multipart/related; boundary=b", part("application/dicom+json", String(json))],
  ];
  for (const [type, body] of bodies) {
    const read = await readPayload(type, body);
    assert.deepEqual([text(read, "ProcedureStepState"), text(read, "PatientName")], ["SCHEDULED", "A^B"], type);
  }
});

test("what is no payload is refused, and nothing of it repeated", async () => {
  const wrong: [string | undefined, Buffer, string][] = [
    [undefined, json, "UNSUPPORTED_MEDIA_TYPE"],
    ["text/plain", json, "UNSUPPORTED_MEDIA_TYPE"],
    ["multipart/related; boundary=b; type=image/png", part("image/png", ""), "UNSUPPORTED_MEDIA_TYPE"],
    ["multipart/related; type=application/dicom+xml", part("application/dicom+xml", xml), "UNSUPPORTED_MEDIA_TYPE"],
    ["application/dicom+json", Buffer.from("Secret"), "BAD_REQUEST"],
    ["application/dicom+json", Buffer.from('"Secret"'), "BAD_REQUEST"],
    ["application/dicom+json", Buffer.from("[{},{}]"), "BAD_REQUEST"],
    ["application/dicom+xml", Buffer.from("<Secret>"), "BAD_REQUEST"],
    ["multipart/related; boundary=c; type=application/dicom+xml", part("application/dicom+xml", xml), "BAD_REQUEST"],
  ];
  for (const [type, body, code] of wrong) {
    const error = await readPayload(type, body).then(
      () => assert.fail(String(type)),
      (reason: { code: string; message: string }) => reason,
    );
    assert.equal(error.code, code, String(type));
    assert.doesNotMatch(error.message, /Secret/);
  }
});

test("what is accepted is written, by header or parameter, with q values; nothing said is JSON", () => {
  const cases: [string | undefined, unknown, string][] = [
    [undefined, undefined, "application/dicom+json"],
    ["*/*", undefined, "application/dicom+json"],
    ["application/json", undefined, "application/dicom+json"],
    ["application/dicom+xml", undefined, "application/dicom+xml"],
    ['multipart/related; type="application/dicom+xml"', undefined, "multipart/related"],
    [
      'application/dicom+json;q=0.1, multipart/related; type="application/dicom+xml";q=0.9',
      undefined,
      "multipart/related",
    ],
    ["application/dicom+json", "application/dicom+xml", "application/dicom+xml"],
  ];
  for (const [header, parameter, expected] of cases) assert.equal(responseTypeOf(header, parameter), expected, header);
  assert.throws(() => responseTypeOf("text/html", undefined), { code: "NOT_ACCEPTABLE" });
});

test("several data sets are an array in JSON, and parts in XML", async () => {
  assert.equal(JSON.parse(writePayload([dataSet, dataSet], "application/dicom+json").body).length, 2);
  assert.equal(text(readNativeDicomModel(writePayload([dataSet], "application/dicom+xml").body), "PatientName"), "A^B");
  const { type, body } = writePayload([dataSet, dataSet], "application/dicom+xml");
  assert.match(type, /^multipart\/related; type="application\/dicom\+xml"; boundary=/);
  assert.equal(body.match(/<NativeDicomModel /g)?.length, 2);
  const alone = writePayload([dataSet], "multipart/related");
  assert.equal(text(await readPayload(alone.type, Buffer.from(alone.body)), "PatientName"), "A^B");
});
