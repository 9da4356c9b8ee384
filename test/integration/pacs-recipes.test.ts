/**
 * docs/pacs: each recipe that says it is tested, by the blocks of its page as they stand there, with addresses, folders and
 * the token of this test in the place of the example's. A modality sends, the PACS pushes, Redspot reports, the PACS has it.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parseEnv, promisify } from "node:util";
import { readPart10, text } from "@redspot/dicom";
import { makeStudy, type PhantomStudy } from "@redspot/phantom";
import {
  type ChildProgram,
  countReports,
  findProgram,
  freePort,
  pushScript,
  type RunningRedis,
  type RunningRedspot,
  readReadingList,
  startProgram,
  startRedis,
  startRedspot,
  studyPage,
  waitUntil,
  workFolder,
} from "@redspot/testbed";
import { pageBlocks, type Replacements } from "./page-blocks.ts";

const run = promisify(execFile);
const [orthancPage, routerPage] = [pageBlocks("docs/pacs/orthanc.md"), pageBlocks("docs/pacs/router.md")];
const folder = workFolder("pacs-recipes");
const token = "a-token-of-the-pacs";
let redis: RunningRedis;
let redspot: RunningRedspot;
let replacements: Replacements;
let ports: { http: number; dimse: number; archive: number; stow: number };
let pacsUrl: string;

before(async () => {
  const [http, dimse, archive, stow] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  ports = { http, dimse, archive, stow };
  pacsUrl = `http://127.0.0.1:${http}`;
  replacements = [
    ["https://redspot.example.org:8081", `http://127.0.0.1:${stow}`],
    ["TOKEN-OF-THE-PACS", token],
    [/http:\/\/(pacs|router)\.example\.org:8042/g, pacsUrl],
    ["router.example.org 4242", `127.0.0.1 ${dimse}`],
    ['"pacs.example.org", 104', `"127.0.0.1", ${archive}`],
    ['"DicomPort": 4242', `"DicomPort": ${dimse}`],
    ['"HttpPort": 8042', `"HttpPort": ${http}`],
    // The smallest that Orthanc has: a second after its last instance a study is pushed.
    ['"StableAge": 10', '"StableAge": 1'],
  ];
  const environment = parseEnv(orthancPage("sh reports", replacements)) as { REDSPOT_PACS_URL: string };
  redis = await startRedis();
  redspot = await startRedspot({
    redisUrl: redis.url,
    pacsUrl: environment.REDSPOT_PACS_URL,
    token,
    ports: { stow },
    environment,
  });
  for (const name of ["stow", "inference", "worklist"] as const) await redspot.ready(name, 180);
});

after(async () => {
  await redspot?.stop();
  await redis?.stop();
  folder.remove();
});

/** Starts Orthanc by a page's configuration, with the files that it names. */
async function startOrthancBy(name: string, blocks: readonly string[], files: Record<string, string>) {
  const own = join(folder.path, name);
  mkdirSync(own);
  const placed = (block: string) => block.replaceAll("/etc/orthanc", own).replaceAll("/var/lib/orthanc/db", own);
  const configuration = Object.assign({}, ...blocks.map((block) => JSON.parse(placed(block)) as object));
  const file = join(own, "orthanc.json");
  writeFileSync(file, JSON.stringify(configuration));
  for (const [script, content] of Object.entries(files)) writeFileSync(join(own, script), content);
  copyFileSync(pushScript, join(own, "push-to-redspot.py"));
  const program = await startProgram({
    name,
    command: findProgram("Orthanc", "orthanc"),
    args: [file],
    cwd: own,
    logFile: join(own, "orthanc.log"),
  });
  await waitUntil(async () => (await fetch(`${pacsUrl}/dicom-web/studies?limit=1`)).ok, {
    what: `${name} answers`,
    programs: [program],
  });
  return program;
}

const wrist = (seed: number) =>
  makeStudy({
    seed,
    fracture: { severity: 1 },
    views: ["lateral"],
    imageClass: "CR",
    matrix: { rows: 900, columns: 700 },
  });

/** As the page on routers has a modality do it, to whatever listens at the port. */
async function sendAsModality(study: PhantomStudy): Promise<void> {
  const own = join(folder.path, study.studyInstanceUID);
  mkdirSync(own);
  for (const { sopInstanceUID, bytes } of study.instances) writeFileSync(join(own, `${sopInstanceUID}.dcm`), bytes);
  await run("sh", ["-euc", routerPage("sh modality", replacements)], { cwd: own });
}

async function line({ studyInstanceUID }: PhantomStudy) {
  const lines = await readReadingList(redspot.services.worklist.url, token);
  return lines.find((one) => one.studyInstanceUID === studyInstanceUID);
}

const programs = (pacs: ChildProgram) => [pacs, ...Object.values(redspot.services).map(({ program }) => program)];

async function reported(study: PhantomStudy, pacs: ChildProgram): Promise<void> {
  await waitUntil(async () => (await line(study))?.report.state === "stored", {
    what: "the study is reported",
    timeoutSeconds: 90,
    programs: programs(pacs),
  });
  assert.equal((await countReports(`${pacsUrl}/dicom-web`)).get(study.studyInstanceUID), 1);
}

interface Job {
  ID: string;
  Type: string;
  State: string;
}
const jobs = async (type: string, state: string) =>
  ((await (await fetch(`${pacsUrl}/jobs?expand`)).json()) as Job[]).filter(
    (job) => job.Type === type && job.State === state,
  );
const resubmit = async ({ ID }: Job) =>
  assert.ok((await fetch(`${pacsUrl}/jobs/${ID}/resubmit`, { method: "POST", body: "{}" })).ok);

describe("docs/pacs/orthanc.md", () => {
  const configuration = () => orthancPage("json orthanc.json", replacements);

  test("Python: what is sent to Orthanc is pushed, reported and shown, also when Redspot was away", async () => {
    const orthanc = await startOrthancBy("python", [configuration(), orthancPage("json with Python")], {});
    try {
      await redspot.services.stow.program.stop();
      const study = wrist(501);
      await sendAsModality(study);
      await waitUntil(async () => (await jobs("DicomWebStowClient", "Failure")).length > 0, {
        what: "a push has failed",
      });
      await redspot.restart("stow");
      await redspot.ready("stow");
      await reported(study, orthanc);
      const patients = `${redspot.services.worklist.url}/patients?study=${study.studyInstanceUID}`;
      const answer = await fetch(patients, { headers: { Authorization: `Bearer ${token}` } });
      const shown = JSON.stringify(await answer.json());
      assert.ok(shown.includes(await studyPage(pacsUrl, study.studyInstanceUID)), shown);
    } finally {
      await orthanc.stop();
    }
  });

  test("Lua: likewise; a push that failed stays, and can be repeated", async () => {
    const orthanc = await startOrthancBy("lua", [configuration(), orthancPage("json with Lua")], {
      "push.lua": orthancPage("lua push.lua"),
    });
    try {
      const study = wrist(502);
      await sendAsModality(study);
      await reported(study, orthanc);
      // Its report made the study stable anew.
      await waitUntil(async () => (await jobs("DicomWebStowClient", "Success")).length === 2, {
        what: "the study is pushed again",
        programs: [orthanc],
      });
      assert.equal((await line(study))?.revision, 1);
      await redspot.services.stow.program.stop();
      const late = wrist(503);
      await sendAsModality(late);
      const failed = await waitUntil(async () => (await jobs("DicomWebStowClient", "Failure"))[0], {
        what: "the push has failed",
        programs: [orthanc],
      });
      await redspot.restart("stow");
      await redspot.ready("stow");
      await resubmit(failed);
      await reported(late, orthanc);
    } finally {
      await orthanc.stop();
    }
  });

  test("by hand: one study, found by its UID", async () => {
    const orthanc = await startOrthancBy("by-hand", [configuration()], {});
    try {
      const study = wrist(504);
      await sendAsModality(study);
      const [find = "", push = ""] = orthancPage("sh by hand", replacements).split("\n");
      const sh = async (command: string) => (await run("sh", ["-euc", command])).stdout;
      const found = JSON.parse(await sh(`STUDY=${study.studyInstanceUID}; ${find}`)) as { ID: string; Type: string }[];
      const [one] = found.filter(({ Type }) => Type === "Study");
      await sh(`ORTHANC_ID=${one?.ID}; ${push}`);
      await reported(study, orthanc);
    } finally {
      await orthanc.stop();
    }
  });
});

describe("docs/pacs/router.md", () => {
  test("C-STORE in, STOW-RS out, and reports by C-STORE to the PACS, also when that was away", async () => {
    const router = await startOrthancBy("router", [routerPage("json router.json", replacements)], {
      "reports-to-pacs.lua": routerPage("lua reports-to-pacs.lua"),
    });
    const received = join(folder.path, "received");
    mkdirSync(received);
    let archive: ChildProgram | undefined;
    try {
      assert.equal(routerPage("sh redspot", replacements), orthancPage("sh reports", replacements).split("\n")[0]);
      const study = wrist(505);
      await sendAsModality(study);
      await reported(study, router);
      const failed = await waitUntil(async () => (await jobs("DicomModalityStore", "Failure"))[0], {
        what: "C-STORE to a PACS that is away has failed",
        programs: [router],
      });
      archive = await startProgram({
        name: "storescp",
        command: findProgram("storescp", "dcmtk"),
        args: ["--aetitle", "PACS", "--output-directory", received, String(ports.archive)],
        logFile: join(folder.path, "storescp.log"),
      });
      await waitUntil(
        async () => {
          if (readdirSync(received).length > 0) return true;
          // Until it listens the job fails again.
          if ((await jobs("DicomModalityStore", "Failure")).length > 0) await resubmit(failed);
          return false;
        },
        { what: "the report is in the PACS", programs: [router, archive] },
      );
      const [file = ""] = readdirSync(received);
      const { dataSet } = readPart10(readFileSync(join(received, file)));
      assert.equal(text(dataSet, "Modality"), "SR");
      assert.equal(text(dataSet, "StudyInstanceUID"), study.studyInstanceUID);
    } finally {
      await archive?.stop();
      await router.stop();
    }
  });
});
