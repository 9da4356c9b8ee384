/**
 * docs/start.md, "With your own PACS", from the first step to the last, by the blocks of the page: with free ports and folders of
 * this test in the place of its own, and Orthanc, by its recipe, as the PACS.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { staticTokenEntry } from "@redspot/runtime";
import {
  type ChildProgram,
  countReports,
  findProgram,
  freePort,
  pushScript,
  readReadingList,
  startProgram,
  waitUntil,
  workFolder,
} from "@redspot/testbed";
import { pageBlocks } from "./page-blocks.ts";

const run = promisify(execFile);
const repository = join(import.meta.dirname, "..", "..");
const page = pageBlocks("docs/start.md");
const services = ["stow", "inference", "worklist"] as const;

describe("docs/start.md with one's own PACS", () => {
  const folder = workFolder("start-page");
  const at = (name: string) => join(folder.path, name);
  const tokens = { pacs: "a-token-of-the-pacs", room: "a-token-of-the-reading-room" };
  const programs: ChildProgram[] = [];
  let ports: Record<"redis" | "http" | "dimse" | (typeof services)[number], number>;

  before(async () => {
    const names = ["redis", "http", "dimse", ...services] as const;
    const free = await Promise.all(names.map(() => freePort()));
    ports = Object.fromEntries(names.map((name, index) => [name, free[index]])) as typeof ports;
  });

  after(async () => {
    for (const program of programs.reverse()) await program.stop();
    folder.remove();
  });

  /** A line of a block, as a program that goes on. */
  async function start(name: string, line: string, env: Record<string, string> = {}, cwd = repository) {
    const program = await startProgram({
      name,
      command: "/bin/sh",
      args: ["-c", `exec ${line}`],
      // The Node that runs this test is the one that npm has installed.
      env: { PATH: `${join(process.execPath, "..")}:/usr/local/bin:/usr/bin:/bin`, HOME: folder.path, ...env },
      cwd,
      logFile: at(`${name}.log`),
    });
    programs.push(program);
    return program;
  }

  test("leads to studies on the list, and a report in the PACS for each", async () => {
    mkdirSync(at("redis"));
    await start("redis", `${page("sh redis")} --port ${ports.redis} --bind 127.0.0.1`, {}, at("redis"));

    const entries = {
      pacs: staticTokenEntry({ name: "pacs", scopes: ["store"] }, tokens.pacs),
      room: staticTokenEntry({ name: "reading-room", scopes: ["read", "work"] }, tokens.room),
    };
    const settings = page("sh redspot.env", [
      ["redis://127.0.0.1:6379", `redis://127.0.0.1:${ports.redis}`],
      ["/var/lib/redspot/spool", at("spool")],
      ["0.0.0.0", "127.0.0.1"],
      ["pacs:store:sha256-HEX", entries.pacs],
      ["reading-room:read+work:sha256-HEX", entries.room],
      ["http://pacs.example.org:8042", `http://127.0.0.1:${ports.http}`],
    ]);
    writeFileSync(at("redspot.env"), settings);
    mkdirSync(at("spool"));
    const cache = { REDSPOT_CACHE_DIR: join(repository, ".cache") };
    for (const [index, line] of page("sh services", [["redspot.env", at("redspot.env")]])
      .split("\n")
      .entries()) {
      const name = services[index] as (typeof services)[number];
      const own = { REDSPOT_PORT: String(ports[name]), REDSPOT_ADMIN_PORT: "0", REDSPOT_SETTLE_SECONDS: "1", ...cache };
      await start(name, line, own);
    }
    await startPacs();
    for (const name of services) {
      await waitUntil(async () => (await fetch(`http://127.0.0.1:${ports[name]}/health/ready`)).ok, {
        what: `${name} is ready`,
        timeoutSeconds: 180,
        programs,
      });
    }

    const [environment = "", doctor = ""] = page("sh doctor", [["./redspot.env", at("redspot.env")]]).split("\n");
    const admin = doctor.replace("npm run admin --", `${process.execPath} services/admin/src/main.ts`);
    const { stdout } = await run("sh", ["-euc", `${environment}\n${admin}`], { cwd: repository, env: cache });
    assert.match(stdout, /Redis/);

    const [make = "", send = ""] = page("sh first study", [
      ["pacs.example.org 4242", `127.0.0.1 ${ports.dimse}`],
      ["npm run phantom --", `${process.execPath} ${join(repository, "libs/phantom/src/main.ts")}`],
    ]).split("\n");
    await run("sh", ["-euc", `${make}\n${send}`], { cwd: folder.path });
    const sent = readdirSync(at("phantoms"));
    assert.equal(sent.length, 4);
    const reported = async () => {
      const lines = await readReadingList(`http://127.0.0.1:${ports.worklist}`, tokens.room);
      return lines.filter(({ report }) => report.state === "stored").length >= sent.length && lines;
    };
    await waitUntil(reported, { what: "the studies are reported", timeoutSeconds: 120, programs });
    const reports = await countReports(`http://127.0.0.1:${ports.http}/dicom-web`);
    assert.ok(reports.size >= sent.length);
  });

  /** Orthanc, set up to push as its recipe has it. */
  async function startPacs(): Promise<void> {
    const recipe = pageBlocks("docs/pacs/orthanc.md");
    mkdirSync(at("pacs"));
    const placed = (block: string) =>
      recipe(block, [
        ["https://redspot.example.org:8081", `http://127.0.0.1:${ports.stow}`],
        ["TOKEN-OF-THE-PACS", tokens.pacs],
        ['"DicomPort": 4242', `"DicomPort": ${ports.dimse}`],
        ['"HttpPort": 8042', `"HttpPort": ${ports.http}`],
        ['"StableAge": 10', '"StableAge": 1'],
        ["/etc/orthanc", at("pacs")],
        ["/var/lib/orthanc/db", at("pacs")],
      ]);
    const blocks = ["json orthanc.json", "json with Python"].map((block) => JSON.parse(placed(block)) as object);
    writeFileSync(at("pacs/orthanc.json"), JSON.stringify(Object.assign({}, ...blocks)));
    copyFileSync(pushScript, at("pacs/push-to-redspot.py"));
    await start("orthanc", `${findProgram("Orthanc", "orthanc")} ${at("pacs/orthanc.json")}`, {}, at("pacs"));
    await waitUntil(async () => (await fetch(`http://127.0.0.1:${ports.http}/dicom-web/studies?limit=1`)).ok, {
      what: "the PACS answers",
      programs,
    });
  }
});
