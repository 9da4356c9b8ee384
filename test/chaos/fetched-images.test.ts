import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { text } from "@redspot/dicom";
import { DicomWebClient, DicomWebError } from "@redspot/dicomweb";
import { makeStudy } from "@redspot/phantom";
import { type RunningOrthanc, startOrthanc } from "@redspot/testbed";
import type { Toxic } from "./toxic.ts";
import { startToxicProxy, type ToxicProxy } from "./toxic-proxy.ts";

const IMAGES = 6;

let orthanc: RunningOrthanc;
let proxy: ToxicProxy;
let client: DicomWebClient;
let paths: { studyInstanceUID: string; seriesInstanceUID: string; sopInstanceUID: string }[];
/** Each image, as the PACS gives it where nothing is wrong. */
let images: Buffer[];

before(async () => {
  orthanc = await startOrthanc();
  const { hostname, port, pathname } = new URL(orthanc.dicomWebUrl);
  proxy = await startToxicProxy({ target: { host: hostname, port: Number(port) }, seed: 1, name: "pacs" });
  // Larger than the memory that a connection reads into.
  const matrix = { rows: 600, columns: 500 };
  const studies = Array.from({ length: IMAGES }, (_, seed) => makeStudy({ seed, views: ["lateral"], matrix }));
  const direct = new DicomWebClient({ url: orthanc.dicomWebUrl });
  await direct.storeInstances(studies.flatMap(({ instances }) => instances.map(({ bytes }) => bytes)));
  paths = (await direct.searchForInstances()).map((instance) => ({
    studyInstanceUID: text(instance, "StudyInstanceUID")!,
    seriesInstanceUID: text(instance, "SeriesInstanceUID")!,
    sopInstanceUID: text(instance, "SOPInstanceUID")!,
  }));
  client = new DicomWebClient({ url: `http://127.0.0.1:${proxy.port}${pathname}`, timeoutMs: 500 });
  images = await Promise.all(paths.map((_, at) => fetched(at, direct)));
});

after(async () => {
  await proxy.close();
  await orthanc.stop();
});

async function fetched(at: number, from = client): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of from.openInstance(paths[at]!)) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

/** Fetches every image, two at a time, and gives the codes of those that could not be had: what comes is the image. */
async function fetchAll(): Promise<string[]> {
  const codes: string[] = [];
  const some = async (first: number) => {
    for (let at = first; at < IMAGES; at += 2) {
      try {
        assert.ok((await fetched(at)).equals(images[at]!), `image ${at} is another`);
      } catch (error) {
        if (!(error instanceof DicomWebError)) throw error;
        codes.push(error.code);
      }
    }
  };
  await Promise.all([some(0), some(1)]);
  return codes;
}

const toxics: Toxic[] = [
  { kind: "latency", ms: 20, jitterMs: 20 },
  { kind: "reset", withinBytes: 900_000 },
  { kind: "truncation", direction: "response", withinBytes: 900_000 },
  { kind: "truncation", direction: "request", withinBytes: 300 },
  { kind: "garbage", direction: "response", withinBytes: 900_000 },
  { kind: "half-open", thereafter: "resume" },
  { kind: "half-open", thereafter: "reset" },
  { kind: "half-open", thereafter: "forgotten" },
];

/** Asks for what breaks off again, as a sweep does: on a busy machine a peer may seem silent without a toxic, too. */
async function fetchAllAtLast(): Promise<void> {
  for (let tries = 1; (await fetchAll()).length > 0; tries++) assert.ok(tries < 20, "they do not come back");
}

for (const toxic of toxics) {
  const { kind, ...how } = toxic;
  test(`under ${kind} ${JSON.stringify(how)} an image is whole or missing, and none is afterwards`, async () => {
    for (let round = 0; round < 3; round++) {
      // Connections are there, and kept, when it begins.
      await fetchAllAtLast();
      const mend = proxy.poison(toxic);
      const codes = await fetchAll();
      mend();
      for (const code of codes) assert.match(code, /^(UNREACHABLE|TIMED_OUT|BAD_RESPONSE)$/);
      await fetchAllAtLast();
    }
  });
}
