import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type DataSet, dataSetOf, text } from "@redspot/dicom";
import { DicomWebClient, DicomWebError, type SearchParameters } from "@redspot/dicomweb";
import { makeStudy } from "@redspot/phantom";
import { startOrthanc } from "@redspot/testbed";
import { InstancesOfStudies } from "./instances-of-studies.ts";
import { politely } from "./polite.ts";

const HOUR_MS = 3_600_000;

/** What a server has: instances by study. */
type Archive = Record<string, string[]>;

const three: Archive = { "1.1": ["1.1.1"], "1.2": ["1.2.1", "1.2.2"], "1.3": ["1.3.1"] };

/** How servers answer a list of UIDs: as the standard has it, and as some do. */
const byList = {
  "as the standard has it": (archive: Archive, list: string) => list.split(",").flatMap((uid) => some(archive, uid)),
  "for a single UID": (archive: Archive, list: string) => some(archive, list),
  "by its first UID": (archive: Archive, list: string) => some(archive, list.split(",")[0]!),
  "passing over the key": (archive: Archive) => ["0.9", ...Object.keys(archive)].flatMap((uid) => some(archive, uid)),
  "with an error of its own": () => {
    throw new DicomWebError("UNAVAILABLE", "the peer answered 500", 500);
  },
  "with a refusal": () => {
    throw new DicomWebError("UNAUTHORIZED", "the peer answered 403", 403);
  },
};

function some(archive: Archive, StudyInstanceUID: string): DataSet[] {
  const instances = archive[StudyInstanceUID] ?? [`${StudyInstanceUID}.1`].filter(() => StudyInstanceUID === "0.9");
  return instances.map((SOPInstanceUID) => dataSetOf({ StudyInstanceUID, SOPInstanceUID }));
}

/** A server, and what it was asked: a list, or a study alone. */
function askingOf(archive: Archive, way: keyof typeof byList) {
  const asked: string[] = [];
  const clock = { now: 0 };
  const searchForInstances = async (
    { StudyInstanceUID: list, limit }: SearchParameters = {},
    { studyInstanceUID: alone }: { studyInstanceUID?: string } = {},
  ) => {
    asked.push(alone ?? String(list));
    return alone === undefined
      ? byList[way](archive, String(list)).slice(0, Number(limit))
      : some(archive, alone).filter((instance) => text(instance, "StudyInstanceUID") === alone);
  };
  const instances = new InstancesOfStudies({
    client: { searchForInstances },
    ask: (question) => question(),
    gatherMs: 0,
    now: () => clock.now,
  });
  const of = async (...studies: string[]) =>
    (await Promise.all(studies.map((study) => instances.of(study)))).map(instanceUids);
  return { asked, clock, of };
}

function instanceUids(instances: DataSet[]): (string | undefined)[] {
  return instances.map((instance) => text(instance, "SOPInstanceUID"));
}

test("studies that are asked for together are one question, of four at most, and each gets what is its own", async () => {
  const five = { ...three, "1.4": ["1.4.1"], "1.5": ["1.5.1"] };
  const { asked, of } = askingOf(five, "as the standard has it");
  assert.deepEqual(await of(...Object.keys(five)), Object.values(five));
  assert.deepEqual(asked, ["1.1,1.2,1.3,1.4", "1.5"]);
});

test("a study of which a list gives nothing is asked for alone, and may be gone", async () => {
  const { asked, of } = askingOf(three, "as the standard has it");
  assert.deepEqual(await of("1.1", "1.7"), [["1.1.1"], []]);
  assert.deepEqual(await of("1.2", "1.3"), [three["1.2"], three["1.3"]]);
  assert.deepEqual(asked, ["1.1,1.7", "1.7", "1.2,1.3"]);
});

describe("a server that does not know lists", () => {
  for (const way of Object.keys(byList).slice(1) as (keyof typeof byList)[]) {
    test(`and answers ${way} loses no instance, and is given none for an hour`, async () => {
      const { asked, clock, of } = askingOf(three, way);
      const all = Object.keys(three);
      assert.deepEqual(await of(...all), Object.values(three));
      assert.equal(asked[0], "1.1,1.2,1.3");
      asked.length = 0;
      clock.now = HOUR_MS - 1;
      assert.deepEqual(await of(...all), Object.values(three));
      assert.deepEqual(asked, all);
      clock.now = HOUR_MS;
      asked.length = 0;
      assert.deepEqual(await of(...all), Object.values(three));
      assert.equal(asked[0], "1.1,1.2,1.3");
    });
  }
});

test("where a list may have been cut off each study is asked for alone; that says nothing against lists", async () => {
  const large = Array.from({ length: 20 }, (_, at) => `1.2.${at}`);
  const { asked, of } = askingOf({ ...three, "1.2": large, "1.3": large }, "as the standard has it");
  assert.deepEqual(await of("1.1", "1.2", "1.3"), [["1.1.1"], large, large]);
  assert.deepEqual(await of("1.1", "1.2"), [["1.1.1"], large]);
  assert.deepEqual(asked, ["1.1,1.2,1.3", "1.1", "1.2", "1.3", "1.1,1.2"]);
});

test("one study that cannot be asked for leaves the others alone", async () => {
  const client = {
    searchForInstances: async (_list: SearchParameters = {}, { studyInstanceUID = "" } = {}) => {
      if (studyInstanceUID !== "1.1") throw new DicomWebError("UNAVAILABLE", "the peer answered 500", 500);
      return some(three, studyInstanceUID);
    },
  };
  const instances = new InstancesOfStudies({ client, ask: (question) => question(), gatherMs: 0 });
  const [one, other] = await Promise.allSettled([instances.of("1.1"), instances.of("1.2")]);
  assert.equal(one.status, "fulfilled");
  assert.equal(other.status === "rejected" && other.reason.status, 500);
});

test("a real PACS is asked for several studies at once", async () => {
  const orthanc = await startOrthanc();
  try {
    const client = new DicomWebClient({ url: orthanc.dicomWebUrl });
    const studies = [1, 2, 3].map((seed) => makeStudy({ seed, matrix: { rows: 60, columns: 50 } }));
    await client.storeInstances(studies.flatMap(({ instances }) => instances.map(({ bytes }) => bytes)));
    let questions = 0;
    const ask = politely({ tries: 1 });
    const instances = new InstancesOfStudies({ client, ask: (question) => ask(question).finally(() => questions++) });
    const found = await Promise.all(studies.map(({ studyInstanceUID }) => instances.of(studyInstanceUID)));
    assert.deepEqual(
      found.map((one) => instanceUids(one).sort()),
      studies.map((study) => study.instances.map(({ sopInstanceUID }) => sopInstanceUID).sort()),
    );
    assert.equal(questions, 1);
  } finally {
    await orthanc.stop();
  }
});
