/**
 * A backlog, swept: a PACS with a mixed population that never pushes; the command that sweeps and the worker that analyses
 * are killed in the middle; live studies come in between. In the end every unreported wrist has one finding, one report
 * and its place behind what is live.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type DataSet, dataSetOf, deriveUid, pick, writePart10 } from "@redspot/dicom";
import { DicomWebClient } from "@redspot/dicomweb";
import { makeStudy, type PhantomStudy, type StudyOptions } from "@redspot/phantom";
import { Backlog } from "@redspot/queue";
import { FileSpool } from "@redspot/spool";
import { type ChildProgram, countReports, startProgram, waitUntil, workFolder } from "@redspot/testbed";
import { type Installation, startInstallation } from "./installation.ts";

const repository = join(import.meta.dirname, "..", "..");
const matrix = { rows: 700, columns: 550 };

function study(seed: number, day: number, options: Partial<StudyOptions> = {}): PhantomStudy {
  return makeStudy({ seed, date: `202402${10 + day}`, views: ["lateral"], imageClass: "CR", matrix, ...options });
}

const broken = { fracture: { severity: 1 } };

/** What nobody has reported, over three days. */
const unreported = {
  whole: study(31, 0),
  broken: study(32, 0, broken),
  digital: study(33, 1, { imageClass: "DX" }),
  inOwnWords: study(34, 1, { ...broken, oddities: ["vendor-body-part"] }),
  twoViews: study(35, 1, { ...broken, views: ["pa", "lateral"] }),
  withDose: study(36, 2),
  arrivesMeanwhile: study(37, 0),
  child: study(38, 2, { exclusion: "open-growth-plates" }),
};

const others = {
  reported: study(41, 0, broken),
  withDocument: study(42, 1),
  ofAnotherDay: study(43, 9, broken),
  hand: study(44, 1, { exclusion: "other-body-part" }),
  liveBefore: study(45, 2),
};

const live = study(46, 2, broken);

const DOSE = "1.2.840.10008.5.1.4.1.1.88.67";
const BASIC_TEXT = "1.2.840.10008.5.1.4.1.1.88.11";
const ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1";

/** A document in the study, as far as a search tells of it. */
function documentIn({ instances, studyInstanceUID }: PhantomStudy, sopClassUID: string, Modality: string): Uint8Array {
  const patientAndStudy = pick(instances[0]!.dataSet, [
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
  ]);
  const document: DataSet = {
    ...patientAndStudy,
    ...dataSetOf({
      SOPClassUID: sopClassUID,
      SOPInstanceUID: deriveUid("document", studyInstanceUID),
      SeriesInstanceUID: deriveUid("document series", studyInstanceUID),
      Modality,
      SeriesNumber: 99,
      InstanceNumber: 1,
    }),
  };
  return writePart10(document);
}

describe("a sweep of the backlog", { timeout: 240_000 }, () => {
  const folder = workFolder("sweep");
  let installation: Installation;
  let backlog: Backlog;
  let environment: Record<string, string>;
  let runs = 0;

  before(async () => {
    installation = await startInstallation({
      folder: folder.path,
      environment: { REDSPOT_SWEEP_SPOOL_RESERVE_MIB: "0" },
    });
    const { redis, pacs, store } = installation;
    const all = [...Object.values(unreported), ...Object.values(others)];
    await new DicomWebClient({ url: pacs.dicomWebUrl }).storeInstances([
      ...all.flatMap(({ instances }) => instances.map(({ bytes }) => bytes)),
      documentIn(unreported.withDose, DOSE, "SR"),
      documentIn(others.reported, BASIC_TEXT, "SR"),
      documentIn(others.withDocument, ENCAPSULATED_PDF, "DOC"),
    ]);
    backlog = new Backlog(store);
    environment = { REDSPOT_REDIS_URL: redis.url, REDSPOT_PACS_URL: pacs.dicomWebUrl };
    await installation.push(others.liveBefore);
  });

  after(async () => {
    await backlog?.close();
    await installation?.stop();
    folder.remove();
  });

  function admin(...args: string[]): Promise<ChildProgram> {
    return startProgram({
      name: "redspot-admin",
      command: process.execPath,
      args: [join(repository, "services/admin/src/main.ts"), "sweep", ...args],
      env: environment,
      logFile: join(folder.path, `admin-${++runs}.txt`),
    });
  }

  /** Runs a command to its end, and gives what it printed last. */
  async function run(...args: string[]): Promise<Record<string, unknown>> {
    const program = await admin(...args, "--json");
    const { code } = await program.ended;
    assert.equal(code, 0, program.tail());
    return JSON.parse(program.tail(1)) as Record<string, unknown>;
  }

  const days = ["--from", "2024-02-10", "--to", "20240212"];
  const found = {
    unreported: 8,
    reported: 1,
    "document-only": 1,
    "another-part": 1,
    known: 1,
  };

  test("a dry run counts what there is and queues nothing", async () => {
    assert.deepEqual(await run(...days, "--dry-run", "--rate", "200"), {
      from: "20240210",
      to: "20240212",
      found,
      wouldBeQueued: 8,
    });
    assert.equal(await backlog.current(), undefined);
  });

  test("killed in the middle and gone on with, every study is swept once", async () => {
    // Slow, so that there is a middle.
    const first = await admin(...days, "--rate", "5");
    await waitUntil(async () => ((await backlog.current())?.daysDone ?? 0) > 0, {
      what: "a day has been looked through",
      programs: [first],
    });
    await installation.push(unreported.arrivesMeanwhile);
    await installation.push(live);
    first.kill("SIGKILL");
    installation.redspot.services.inference.program.kill("SIGKILL");
    await first.ended;
    const halfWay = await backlog.current();
    assert.ok(halfWay && halfWay.daysDone < 3, "some days are left");
    await installation.redspot.restart("inference");

    const report = await run(...days, "--rate", "200");
    const { complete, outcomes, queued } = report as {
      complete: boolean;
      outcomes: Record<string, number>;
      queued: number;
    };
    assert.equal(complete, true);
    // The one that arrived of itself was known by the time that its day was looked through, or when its turn came.
    assert.equal(queued, (report.found as Record<string, number>).unreported);
    assert.ok(queued === 7 || (queued === 8 && outcomes.arrived === 1), JSON.stringify(report));
    assert.equal(outcomes["not-analysed"], 1);
    assert.deepEqual(report.reasons, { OPEN_GROWTH_PLATES: 1 });
    assert.equal(report.scored, 6);
    const { byProbabilities } = report.expectedRank as { byProbabilities: number };
    assert.ok(byProbabilities > 0 && byProbabilities < 1, "a gain");
    assert.equal(await backlog.current(), undefined);
  });

  test("each study that was swept has one report in the PACS, and nothing of it is left in the spool", async () => {
    const swept = Object.values(unreported).map(({ studyInstanceUID }) => studyInstanceUID);
    const lines = await installation.allReported(10);
    const reports = await countReports(installation.pacs.dicomWebUrl);
    for (const uid of swept) {
      const before = uid === unreported.withDose.studyInstanceUID ? 1 : 0;
      assert.equal((reports.get(uid) ?? 0) - before, 1, uid);
    }
    const spool = await FileSpool.open(join(folder.path, "spool"));
    for (const { studyInstanceUID, lane } of lines) {
      const left = await waitUntil(
        async () => {
          const instances = await spool.list(studyInstanceUID);
          return (lane === "live" ? instances.length > 0 : instances.length === 0) && instances;
        },
        { what: `the spool has done with ${studyInstanceUID}` },
      );
      assert.equal(left.length > 0, lane === "live");
    }
  });

  test("the list has what is live first, and then the backlog by probability, the unscored last", async () => {
    const lines = await installation.list();
    const lanes = lines.map(({ lane }) => lane);
    assert.deepEqual(lanes, [...Array(3).fill("live"), ...Array(7).fill("backlog")]);
    const liveUIDs = [live, others.liveBefore, unreported.arrivesMeanwhile].map((one) => one.studyInstanceUID);
    assert.deepEqual(new Set(lines.slice(0, 3).map((line) => line.studyInstanceUID)), new Set(liveUIDs));
    const probabilities = lines.slice(3).map(({ probability }) => probability ?? -1);
    assert.deepEqual(
      probabilities,
      probabilities.toSorted((a, b) => b - a),
    );
    assert.equal(lines.at(-1)?.studyInstanceUID, unreported.child.studyInstanceUID);
    assert.equal(lines.at(-1)?.reason?.code, "OPEN_GROWTH_PLATES");
  });

  test("swept again, there is nothing left to sweep", async () => {
    const { found: again, queued, complete } = await run(...days, "--rate", "200");
    assert.deepEqual([queued, complete], [0, true]);
    assert.deepEqual(again, { reported: 1, "document-only": 1, "another-part": 1, known: 9 });
    // And so it would be for a Redspot that has lost its memory.
    environment.REDSPOT_REDIS_PREFIX = "another";
    const { found: anew } = await run(...days, "--rate", "200", "--dry-run");
    assert.deepEqual(anew, { reported: 1, "document-only": 1, "another-part": 1, "reported-by-redspot": 9 });
  });
});
