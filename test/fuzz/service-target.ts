import { readdirSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { parseStoreResponse } from "@redspot/dicomweb";
import { staticTokenEntry } from "@redspot/runtime";
import { startRedis, startService, waitUntil, workFolder } from "@redspot/testbed";
import { residentMegabytes } from "../bench/process.ts";
import { expect, Finding, type FuzzTarget, type OpenTarget, type Verdict } from "./fuzz-target.ts";
import { inPieces } from "./pieces.ts";
import { readUids } from "./read-uids.ts";
import { requestInputs, TOKEN } from "./request-grammar.ts";

/** The service as it is deployed: a process, a spool on disk, a Redis, and a socket that anybody may write to. */
export const serviceTarget: FuzzTarget = {
  about: "services/stow as a process: raw requests, valid answers; what it says is stored is there, and nothing else",
  inputs: requestInputs(),
  corpus: ".http",
  inProcess: false,
  open: openService,
};

/** So many cases later, what a case had stored is there. */
const LATE_CASES = 100;
const ANSWER_WITHIN_MS = 30_000;
const STATUSES = [200, 202, 204, 400, 401, 403, 404, 405, 406, 408, 409, 411, 413, 414, 415, 417, 431, 501, 503, 505];

async function openService(): Promise<OpenTarget> {
  const folder = workFolder("fuzz-service");
  const spoolDir = join(folder.path, "spool");
  const redis = await startRedis();
  const { program, url, ready } = await startService("stow", {
    folder: folder.path,
    environment: {
      REDSPOT_REDIS_URL: redis.url,
      REDSPOT_SPOOL_DIR: spoolDir,
      REDSPOT_TOKENS: staticTokenEntry({ name: "fuzzer", scopes: ["store"] }, TOKEN),
      REDSPOT_SETTLE_SECONDS: "86400",
      REDSPOT_MAX_REQUEST_MIB: "1",
    },
  });
  await ready();
  const port = Number(new URL(url).port);
  const openFiles = () => readdirSync(`/proc/${program.pid}/fd`).length;
  // What is opened once, such as a thread's own, is open at the first look.
  let descriptors: number | undefined;

  // Whom nobody waits for any more is stored all the same, and may turn up during a later case.
  const sent: Buffer[] = [];

  async function run(input: Uint8Array): Promise<Verdict> {
    sent.unshift(bodyOf(Buffer.from(input)));
    sent.length = Math.min(sent.length, LATE_CASES);
    const answer = await exchange(port, input);
    expect(program.exit === undefined, "the service goes on");
    const found = await storedFiles(spoolDir);
    try {
      const isHead = Buffer.from(input.subarray(0, 5)).toString() === "HEAD ";
      return await judge(isHead ? Buffer.alloc(0) : answer, found, sent);
    } finally {
      await Promise.all(found.map((path) => rm(path)));
    }
  }

  return {
    run,
    memoryBytes: () => 1e6 * residentMegabytes(program.pid),
    async checkLeftovers() {
      expect((await fetch(`${url}/health/live`)).ok, "the service is alive");
      descriptors ??= openFiles();
      const most = descriptors + 8;
      const nothing = async () => (await readdir(join(spoolDir, "tmp"))).length === 0 && openFiles() <= most;
      await waitUntil(nothing, { what: "nothing is left open or on its way", timeoutSeconds: 10 });
      expect(!program.tail(5000).includes("SECRET"), "no patient data is in the log");
    },
    async close() {
      await program.stop();
      await redis.stop();
      folder.remove();
    },
  };
}

/** Sends a request in pieces, says that this was all, and gives what comes back until the service closes. */
function exchange(port: number, input: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.setNoDelay(true);
    const timer = setTimeout(() => {
      reject(new Finding(`neither an answer nor an end within ${ANSWER_WITHIN_MS} ms`));
      socket.destroy();
    }, ANSWER_WITHIN_MS);
    socket.on("data", (data) => chunks.push(data));
    // A service that has answered may close on a sender that goes on: what it said counts.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks));
    });
    for (const piece of inPieces(input)) socket.write(piece);
    socket.end();
  });
}

/** All instances in the spool. */
async function storedFiles(spoolDir: string): Promise<string[]> {
  const entries = await readdir(join(spoolDir, "instances"), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** @param sent the bodies of this request and of those before it, the latest first */
async function judge(answer: Buffer, found: readonly string[], sent: readonly Buffer[]): Promise<Verdict> {
  const names: string[] = [];
  for (const path of found) {
    const bytes = await readFile(path);
    expect(
      sent.some((body) => body.includes(bytes)),
      "what is stored was sent",
    );
    const { studyInstanceUID, sopInstanceUID } = await readUids(bytes);
    expect(path.endsWith(join(`/${studyInstanceUID}`, `${sopInstanceUID}.dcm`)), "it is stored under its own names");
    names.push(sopInstanceUID!);
  }
  // Who ends in the middle of a request gets no answer, and sends again.
  if (answer.byteLength > 0) checkAnswer(answer.toString("latin1"), names);
  return found.length > 0 ? "accepted" : "refused";
}

/** The bodies of the requests in what was sent, without chunked transfer coding (RFC 9112 7.1), as far as it is that. */
function bodyOf(input: Buffer): Buffer {
  const text = input.toString("latin1");
  const headEnd = text.indexOf("\r\n\r\n") + 4;
  if (!/transfer-encoding/i.test(text.slice(0, headEnd))) return input;
  const chunks: Buffer[] = [];
  const line = /([0-9a-f]+)[^\n]*\n/gy;
  line.lastIndex = headEnd;
  for (let match = line.exec(text); match !== null; match = line.exec(text)) {
    const length = Number.parseInt(match[1]!, 16);
    chunks.push(input.subarray(line.lastIndex, line.lastIndex + length));
    line.lastIndex += length + 2;
  }
  return Buffer.concat(chunks);
}

/** An answer of HTTP whose body is a Store response (PS3.18 10.5.3), or says by a code why there is none. */
function checkAnswer(answer: string, names: readonly string[]): void {
  const [, code = "", head = "", body = ""] = /^HTTP\/1\.1 (\d{3}) ([\s\S]*?)\r\n\r\n([\s\S]*)$/.exec(answer) ?? [];
  const status = Number(code);
  if (status === 100) {
    if (body !== "") checkAnswer(body, names);
    return;
  }
  expect(STATUSES.includes(status), `the status is ${code || "none"}`);
  const type = /^content-type: ([^\r;]*)/im.exec(head)?.[1];
  if (type === "application/dicom+json") {
    const first = firstJson(body, head);
    const { stored, failed } = parseStoreResponse(first);
    expect((status === 200) === (failed.length === 0), `${failed.length} failures with status ${status}`);
    expect(stored.length === 0 || status === 200 || status === 202, `stored with status ${status}`);
    for (const { sopInstanceUID } of stored)
      expect(names.includes(sopInstanceUID), "what is reported as stored is there");
  } else if (type === "application/json" && status >= 400) {
    const refusal = JSON.parse(firstJson(body, head)) as { code?: string; message?: string };
    expect(
      /^[A-Z_]+$/.test(refusal.code ?? "") && (refusal.message ?? "") !== "",
      `a refusal has a code and a message: ${body}`,
    );
  }
}

/** The body of the first answer: a sender's bytes may have made another request. */
function firstJson(body: string, head: string): string {
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? body.length);
  return body.slice(0, length);
}
