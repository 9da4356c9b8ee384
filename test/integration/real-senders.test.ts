import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { type DataSet, deriveUid, readPart10, text } from "@redspot/dicom";
import { DicomWebClient, parseStoreResponse } from "@redspot/dicomweb";
import { FileSpool } from "@redspot/spool";
import { type RunningOrthanc, startOrthanc, storeByDimse, waitUntil } from "@redspot/testbed";
import { Listener } from "./listener.ts";
import { inOtherSyntax, makePacsObjects, type PacsObject } from "./pacs-objects.ts";

const run = promisify(execFile);
let listener: Listener;
let spool: FileSpool;
let orthanc: RunningOrthanc;

before(async () => {
  listener = await Listener.open({ settleSeconds: 3600 });
  [orthanc] = await Promise.all([startOrthanc({ forwardTo: listener, stableSeconds: 1 }), listener.start()]);
  spool = await FileSpool.open(listener.spoolDir);
});

after(async () => {
  await orthanc.stop();
  await listener.stop();
});

const uidsOf = (objects: readonly PacsObject[]) => objects.map(({ sopInstanceUID }) => sopInstanceUID).sort();

/** Which of a study's instances Redspot has, and which of them triage will look at. */
async function taken(study: string): Promise<{ uids: string[]; images: string[] }> {
  const notes = Object.entries(await listener.store.redis.hgetall(`redspot:study:${deriveUid(study)}:instances`));
  const images = notes.filter(([, note]) => (JSON.parse(note) as { isImage: boolean }).isImage);
  assert.deepEqual(notes.map(([uid]) => uid).sort(), await spool.list(deriveUid(study)));
  return { uids: notes.map(([uid]) => uid).sort(), images: images.map(([uid]) => uid).sort() };
}

async function assertTaken(study: string, objects: readonly PacsObject[]): Promise<void> {
  const { uids, images } = await taken(study);
  assert.deepEqual(uids, uidsOf(objects));
  assert.deepEqual(images, uidsOf(objects.filter(({ isImage }) => isImage)));
}

async function orthancHas(objects: readonly PacsObject[]): Promise<string[]> {
  const ids: string[] = [];
  for (const { bytes } of objects) {
    const response = await fetch(`${orthanc.url}/instances`, { method: "POST", body: Uint8Array.from(bytes) });
    assert.equal(response.status, 200);
    ids.push(((await response.json()) as { ID: string }).ID);
  }
  return ids;
}

/** Has Orthanc's DICOMweb plugin push, and waits for its answer. */
async function orthancPushes(ids: readonly string[]): Promise<Response> {
  return fetch(`${orthanc.url}/dicom-web/servers/redspot/stow`, {
    method: "POST",
    body: JSON.stringify({ Resources: ids, Synchronous: true }),
  });
}

describe("Orthanc", () => {
  test("pushes all that a PACS has of a study, and all of it is taken", async () => {
    const study = "orthanc";
    const objects = await makePacsObjects(listener.folder.path, study);
    const [image, , , report] = objects;
    const others = await Promise.all(
      (["+ti", "+tb", "+td"] as const).flatMap((option) => [
        inOtherSyntax(image!, option),
        inOtherSyntax(report!, option),
      ]),
    );
    const all = [...objects, ...others];
    const response = await orthancPushes(await orthancHas(all));
    assert.equal(response.status, 200, await response.text());
    await assertTaken(study, all);
    for (const { sopInstanceUID, bytes } of all) {
      const kept = await spool.read(deriveUid(study), sopInstanceUID);
      assert.ok(Buffer.from(bytes).equals(kept), "byte for byte: Orthanc converts nothing");
    }
  });

  test("pushes by itself what a modality sent in Implicit VR, DICOM's default", async () => {
    const study = "implicit";
    const [image] = await makePacsObjects(listener.folder.path, study);
    const implicit = await inOtherSyntax(image!, "+ti");
    await storeByDimse([implicit.file], orthanc.dimse, "1.2.840.10008.1.2");
    await waitUntil(async () => (await taken(study)).uids.length === 1, {
      what: "the push",
      programs: [listener.program],
    });
    const { transferSyntaxUID } = readPart10(await spool.read(deriveUid(study), implicit.sopInstanceUID));
    assert.equal(transferSyntaxUID, "1.2.840.10008.1.2");
    await assertTaken(study, [implicit]);
  });
});

test("dicomweb-client stores all that a PACS has of a study", async () => {
  const study = "dicomweb-client";
  const objects = await makePacsObjects(listener.folder.path, study);
  const client = new DicomWebClient({ url: listener.url, authorization: `Bearer ${listener.token}` });
  const { stored, failed } = await client.storeInstances(objects.map(({ bytes }) => bytes));
  assert.deepEqual(failed, []);
  assert.deepEqual(stored.map(({ sopInstanceUID }) => sopInstanceUID).sort(), uidsOf(objects));
  await assertTaken(study, objects);
});

describe("a raw socket, as dcm4che's stowrs writes", () => {
  test("a line end before the first boundary, a transfer syntax in the part's header, XML preferred, in odd chunks", async () => {
    const study = "raw";
    const [image, presentation] = await makePacsObjects(listener.folder.path, study);
    const parts = [image!, presentation!].flatMap(({ bytes }) => [
      Buffer.from("\r\n--myboundary\r\nContent-Type: application/dicom; transfer-syntax=1.2.840.10008.1.2.1\r\n\r\n"),
      bytes,
    ]);
    const body = Buffer.concat([...parts, Buffer.from("\r\n--myboundary--")]);
    const socket = connect(listener.port, "127.0.0.1");
    socket.write(
      [
        "POST /studies HTTP/1.1",
        `Host: ${new URL(listener.url).host}`,
        `Authorization: Bearer ${listener.token}`,
        'Content-Type: multipart/related;type="application/dicom";boundary=myboundary',
        "Accept: application/dicom+xml, application/dicom+json;q=0.5",
        "Transfer-Encoding: chunked",
        "Connection: close\r\n\r\n",
      ].join("\r\n"),
    );
    for (let at = 0; at < body.byteLength; at += 777) {
      const chunk = body.subarray(at, at + 777);
      socket.write(Buffer.concat([Buffer.from(`${chunk.byteLength.toString(16)}\r\n`), chunk, Buffer.from("\r\n")]));
    }
    socket.write("0\r\n\r\n");
    const answer: Buffer[] = [];
    socket.on("data", (data) => answer.push(data));
    await once(socket, "close");
    const said = Buffer.concat(answer).toString();
    assert.match(said, /^HTTP\/1\.1 200 /);
    assert.match(said, /content-type: application\/dicom\+xml/i);
    for (const uid of uidsOf([image!, presentation!])) assert.ok(said.includes(`<Value number="1">${uid}</Value>`));
    await assertTaken(study, [image!, presentation!]);
  });
});

describe("metadata by dcmtk", () => {
  const ways = {
    "application/dicom+json": { program: "dcm2json", options: [] },
    "application/dicom+xml": {
      program: "dcm2xml",
      options: ["--native-format", "--use-xml-namespace", "--convert-to-utf8", "--encode-base64"],
    },
  };

  for (const [type, { program, options }] of Object.entries(ways)) {
    test(`${type}, as ${program} writes it: every object comes out with the values that it had`, async () => {
      const study = `metadata by ${program}`;
      const objects = await makePacsObjects(listener.folder.path, study);
      const native = objects.filter(({ bytes }) => readPart10(bytes).transferSyntaxUID === "1.2.840.10008.1.2.1");
      const parts = await Promise.all(native.map(async ({ file }) => (await run(program, [...options, file])).stdout));
      const content = type.endsWith("json") ? [`[${parts.join(",")}]`] : parts;
      const body = content.map((part) => `--b\r\nContent-Type: ${type}\r\n\r\n${part}\r\n`).join("");
      const response = await fetch(`${listener.url}/studies/${deriveUid(study)}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${listener.token}`,
          accept: "application/dicom+json",
          "content-type": `multipart/related; type="${type}"; boundary=b`,
        },
        body: `${body}--b--`,
      });
      // 202 for the one without pixels, which is stored with a warning.
      assert.equal(response.status, 202);
      assert.equal(parseStoreResponse(await response.text()).stored.length, native.length);
      await assertTaken(study, native);
      for (const { bytes, sopInstanceUID } of native) {
        const kept = readPart10(await spool.read(deriveUid(study), sopInstanceUID));
        assert.deepEqual(comparable(kept.dataSet), comparable(readPart10(bytes).dataSet), sopInstanceUID);
      }
    });
  }
});

/** Without pixels, of which dcm2json 3.6.7 swaps the bytes of each word (PS3.18 F.2.7 has them little endian). */
function comparable(dataSet: DataSet): [string, unknown][] {
  assert.ok(text(dataSet, "StudyInstanceUID"));
  return Object.entries(dataSet).filter(([tag]) => tag !== "7FE00010");
}
