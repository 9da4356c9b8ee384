import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { dataSetOf, deriveUid, readPart10, text, writePart10 } from "@redspot/dicom";
import { storeByDimse } from "./c-store.ts";
import { freePort } from "./free-port.ts";
import { type RunningOrthanc, startOrthanc } from "./orthanc.ts";
import { countReports, pushAgain, studyPage } from "./pacs-queries.ts";
import { waitUntil } from "./wait-until.ts";
import { workFolder } from "./work-folder.ts";

const folder = workFolder("orthanc-test");
const token = "a-token-of-the-test";

/** An 8 x 8 image, or a report, of a study. */
function instanceOf(study: string, modality: "CR" | "SR"): Uint8Array {
  const image = {
    SamplesPerPixel: 1,
    PhotometricInterpretation: "MONOCHROME2",
    Rows: 8,
    Columns: 8,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    PixelData: new Uint8Array(64),
  };
  return writePart10(
    dataSetOf({
      SOPClassUID: modality === "CR" ? "1.2.840.10008.5.1.4.1.1.1" : "1.2.840.10008.5.1.4.1.1.88.34",
      SOPInstanceUID: deriveUid(study, modality),
      StudyInstanceUID: study,
      SeriesInstanceUID: deriveUid(study, modality, "series"),
      Modality: modality,
      PatientID: "TEST",
      ...(modality === "CR" ? image : {}),
    }),
  );
}

/** What Orthanc sends: path, credentials, and the SOP Instance UIDs in the multipart body. */
interface Push {
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly sopInstanceUIDs: readonly string[];
}

describe("Orthanc pushes what becomes stable", () => {
  const pushes: Push[] = [];
  let failuresToCome = 0;
  let receiver: Server;
  let orthanc: RunningOrthanc;

  before(async () => {
    const port = await freePort();
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks);
        if (failuresToCome > 0) {
          failuresToCome--;
          response.writeHead(503).end();
          return;
        }
        const { url: path, headers } = request;
        const sopInstanceUIDs = partsOf(body).map((part) => text(readPart10(part).dataSet, "SOPInstanceUID") ?? "");
        pushes.push({ path, authorization: headers.authorization, sopInstanceUIDs });
        const references = sopInstanceUIDs.map((uid) => ({
          "00081150": { vr: "UI", Value: ["1.2.840.10008.5.1.4.1.1.1"] },
          "00081155": { vr: "UI", Value: [uid] },
        }));
        response.writeHead(200, { "content-type": "application/dicom+json" });
        response.end(JSON.stringify({ "00081199": { vr: "SQ", Value: references } }));
      });
    }).listen(port, "127.0.0.1");
    await once(receiver, "listening");
    orthanc = await startOrthanc({
      forwardTo: { url: `http://127.0.0.1:${port}/dicomweb`, token },
      longestPauseSeconds: 1,
    });
  });

  after(async () => {
    await orthanc.stop();
    receiver.close();
  });

  async function store(study: string, modality: "CR" | "SR"): Promise<void> {
    const file = join(folder.path, `${study}-${modality}.dcm`);
    writeFileSync(file, instanceOf(study, modality));
    await storeByDimse([file], orthanc.dimse);
  }

  const pushesOf = (study: string) =>
    pushes.filter(({ sopInstanceUIDs }) => sopInstanceUIDs.includes(deriveUid(study, "CR")));

  test("to {url}/studies, with the bearer token, until it is taken", async () => {
    const study = deriveUid("orthanc.test", "retried");
    failuresToCome = 2;
    await store(study, "CR");
    await waitUntil(() => pushesOf(study).length > 0, { what: "the push" });
    assert.equal(failuresToCome, 0);
    assert.deepEqual(pushesOf(study), [
      { path: "/dicomweb/studies", authorization: `Bearer ${token}`, sopInstanceUIDs: [deriveUid(study, "CR")] },
    ]);
  });

  test("but neither a report, nor because of one what was taken before", async () => {
    const study = deriveUid("orthanc.test", "reported");
    await store(study, "CR");
    await waitUntil(() => pushesOf(study).length > 0, { what: "the push of the image" });
    await store(study, "SR");
    await waitUntil(async () => (await countReports(orthanc.dicomWebUrl)).get(study) === 1, { what: "the report" });
    // Stable studies are pushed in their order: once a later one has been, this one would have been too.
    const later = deriveUid("orthanc.test", "later");
    await waitUntil(() => isStable(orthanc, study), { what: "the study is stable again" });
    await store(later, "CR");
    await waitUntil(() => pushesOf(later).length > 0, { what: "the push of the later study" });
    assert.equal(pushesOf(study).length, 1);
    assert.ok(!pushes.some(({ sopInstanceUIDs }) => sopInstanceUIDs.includes(deriveUid(study, "SR"))));
  });

  test("and again when asked to", async () => {
    const study = deriveUid("orthanc.test", "twice");
    await store(study, "CR");
    await waitUntil(() => pushesOf(study).length > 0, { what: "the push" });
    await pushAgain(orthanc.url, study);
    assert.equal(pushesOf(study).length, 2);
    assert.match(await studyPage(orthanc.url, study), /explorer\.html#study\?uuid=[0-9a-f-]{44}$/);
  });
});

after(() => folder.remove());

test("C-STORE that nobody takes is STORE_FAILED", async () => {
  const file = join(folder.path, "nobody.dcm");
  writeFileSync(file, instanceOf(deriveUid("orthanc.test", "nobody"), "CR"));
  const nobody = { host: "127.0.0.1", port: await freePort(), aeTitle: "NOBODY" };
  await assert.rejects(storeByDimse([file], nobody), { code: "STORE_FAILED", message: /Connection refused/ });
});

async function isStable(orthanc: RunningOrthanc, study: string): Promise<boolean> {
  const [, uuid] = (await studyPage(orthanc.url, study)).split("uuid=");
  const response = await fetch(`${orthanc.url}/studies/${uuid}`);
  return ((await response.json()) as { IsStable: boolean }).IsStable;
}

/** The bodies of a multipart message's parts (RFC 2046 5.1), its boundary being its first line. */
function partsOf(body: Buffer): Uint8Array[] {
  const boundary = body.subarray(0, body.indexOf("\r\n"));
  const parts: Uint8Array[] = [];
  for (let at = boundary.length; ; ) {
    const start = body.indexOf("\r\n\r\n", at);
    const end = body.indexOf(boundary, start);
    if (start < 0 || end < 0) return parts;
    parts.push(Uint8Array.from(body.subarray(start + 4, end - 2)));
    at = end + boundary.length;
  }
}
