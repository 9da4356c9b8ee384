import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { dataSetOf, text, writePart10 } from "@redspot/dicom";
import { DicomWebClient } from "@redspot/dicomweb";
import { makeStudy, type PhantomStudy, type StudyOptions } from "@redspot/phantom";
import { type RunningOrthanc, startOrthanc } from "@redspot/testbed";
import { collectCases } from "./collect-cases.ts";
import { readLabelFile } from "./label-file.ts";
import { offerOfPacs } from "./pacs-source.ts";

const root = await mkdtemp(join(tmpdir(), "redspot-collect-pacs-"));
let orthanc: RunningOrthanc;
let client: DicomWebClient;
before(async () => {
  orthanc = await startOrthanc();
  client = new DicomWebClient({ url: orthanc.dicomWebUrl });
});
after(async () => {
  await orthanc.stop();
  await rm(root, { recursive: true });
});

const matrix = { rows: 300, columns: 220 };
const study = (options: StudyOptions) => makeStudy({ matrix, ...options });
const accessionOf = ({ instances }: PhantomStudy) => text(instances[0]!.dataSet, "AccessionNumber")!;

async function labels(content: string) {
  const path = join(root, "labels.csv");
  await writeFile(path, content);
  return readLabelFile(path);
}

test("from a real PACS, by accession number and by Study Instance UID: laterals are kept, in the order of acquisition", async () => {
  const late = study({ seed: 21, views: ["pa", "lateral"], fracture: true, date: "20170305" });
  const early = study({ seed: 22, views: ["lateral", "lateral"], fracture: false, date: "20170104" });
  const unlisted = study({ seed: 23, views: ["lateral"] });
  const report = writePart10({
    ...late.instances[0]!.dataSet,
    ...dataSetOf({
      SOPClassUID: "1.2.840.10008.5.1.4.1.1.88.11",
      SOPInstanceUID: "1.2.3.4.5",
      Modality: "SR",
      PixelData: undefined,
    }),
  });
  const files = [late, early, unlisted].flatMap(({ instances }) => instances.map(({ bytes }) => bytes));
  const { failed } = await client.storeInstances([...files, report]);
  assert.deepEqual(failed, []);

  const file = await labels(
    `accession,study,label\n${accessionOf(late)},,fracture\n,${early.studyInstanceUID},no fracture\nNOWHERE,,fracture\nPH*,,fracture\n`,
  );
  const offer = await offerOfPacs({ client, labels: file });
  const work = join(root, "work");
  const { cases, excluded } = await collectCases(offer, { work, threads: 2, parallel: 2 });
  assert.deepEqual(
    cases.map(({ label, row, order }) => [label, row, order]),
    [
      ["no fracture", 3, 0],
      ["no fracture", 3, 1],
      ["fracture", 2, 2],
    ],
  );
  assert.equal(cases[0]!.patient, cases[1]!.patient);
  assert.deepEqual(excluded.map(({ row, reason }) => [row, reason]).sort(), [
    [2, "NOT_A_RADIOGRAPH"],
    [2, "NOT_LATERAL"],
    [4, "NOT_FOUND"],
    [5, "NOT_FOUND"],
  ]);

  let fresh = -1;
  const onProgress = (_done: number, _of: number, now: number) => {
    fresh = now;
  };
  const again = await collectCases(await offerOfPacs({ client, labels: file }), {
    work,
    threads: 2,
    parallel: 2,
    onProgress,
  });
  assert.deepEqual([again.cases, fresh], [cases, 0]);
});

test("a PACS that does not answer is asked again, with longer and longer pauses, and then named with the row", async () => {
  const server = createServer((_request, response) => response.writeHead(503).end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const away = new DicomWebClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const pauses: number[] = [];
  const pause = async (milliseconds: number) => void pauses.push(milliseconds);
  const file = await labels("study,label\n1.2.3.99,fracture\n");
  await assert.rejects(offerOfPacs({ client: away, labels: file, pause }), (error: Error & { code: string }) => {
    assert.equal(error.code, "PACS_UNREACHABLE");
    assert.match(error.message, /row 2 .*HTTP 503/);
    assert.doesNotMatch(error.message, /1\.2\.3\.99/);
    return true;
  });
  assert.deepEqual(pauses, [1000, 4000, 15_000]);
  server.close();
});

test("a PACS that refuses is not asked again", async () => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response.writeHead(401).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const closed = new DicomWebClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const file = await labels("accession,label\nA,fracture\n");
  await assert.rejects(offerOfPacs({ client: closed, labels: file }), {
    code: "PACS_REFUSED",
    message: /REDSPOT_PACS_TOKEN/,
  });
  assert.equal(asked, 1);
  server.close();
});
