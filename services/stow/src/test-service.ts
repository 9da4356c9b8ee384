import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before } from "node:test";
import { hexOf, parseStoreResponse } from "@redspot/dicomweb";
import { closeStore, connectStore, type Store, StudyLedger, StudyQueue } from "@redspot/queue";
import {
  Access,
  createLogger,
  parseStaticTokens,
  staticTokenEntry,
  staticTokenScheme,
  Transport,
} from "@redspot/runtime";
import { FileSpool } from "@redspot/spool";
import { freePort, type RunningRedis, startRedis } from "@redspot/testbed";
import type { FastifyInstance } from "fastify";
import { buildApp, type StowOptions } from "./app.ts";
import { INSTANCE_FAILURES, type InstanceFailureCode } from "./failures.ts";
import { sopInstanceUIDOf, studyInstanceUIDOf } from "./test-instances.ts";

export const TOKEN = "token-of-the-stow-test";
const KNOWN = staticTokenEntry({ name: "pacs", scopes: ["store"] }, TOKEN);
export const CONTENT_TYPE = 'multipart/related; type="application/dicom"; boundary="b"';
export const LIMITS = {
  maxInstanceBytes: 1_000_000,
  maxRequestBytes: 5_000_000,
  maxParts: 30,
  maxPartHeaderBytes: 1000,
  idleMs: 60_000,
  headerMs: 60_000,
  paceMs: 60_000,
  minBytesPerSecond: 1,
  maxUploads: 100,
  maxConnections: 1000,
};

export interface Post {
  path?: string;
  headers?: Record<string, string | undefined>;
}

/**
 * The service on a real Redis and a spool of its own, for all tests of a file. After each test what was served is
 * closed, nothing may be left on its way into the spool, and no patient data in the log.
 */
export class TestService {
  redis!: RunningRedis;
  store!: Store;
  spool!: FileSpool;
  logLines: string[] = [];
  #port!: number;
  root!: string;
  #settling!: StudyQueue;
  readonly #open: FastifyInstance[] = [];

  constructor() {
    before(async () => {
      this.#port = await freePort();
      await this.startRedis();
      this.store = connectStore(this.redis.url, { prefix: "stow-test", answerWithinMs: 2_000 });
      this.store.redis.on("error", () => {});
      this.root = await mkdtemp(join(tmpdir(), "redspot-stow-"));
      this.spool = await FileSpool.open(this.root);
      this.#settling = new StudyQueue(this.store, "settling");
    });
    afterEach(async () => {
      await Promise.all(this.#open.splice(0).map((app) => app.close()));
      assert.deepEqual(await this.underWay(), [], "nothing is left on its way");
      assert.doesNotMatch(this.logLines.join(""), /SECRET/);
    });
    after(async () => {
      await this.#settling.close();
      await closeStore(this.store);
      await this.redis.stop();
      await rm(this.root, { recursive: true });
    });
  }

  /** Starts Redis, at the same port each time. */
  async startRedis(): Promise<void> {
    this.redis = await startRedis({ by: "program", port: this.#port });
  }

  /** A listening service; its address. */
  async serve(more: Partial<StowOptions> = {}): Promise<string> {
    this.logLines = [];
    const destination = { write: (line: string) => void this.logLines.push(line) };
    const app = buildApp({
      logger: createLogger({ service: "stow", level: "info" }, destination),
      spool: this.spool,
      ledger: new StudyLedger(this.store),
      settling: this.#settling,
      settleMs: 3_600_000,
      access: new Access({ schemes: [staticTokenScheme(parseStaticTokens(KNOWN))] }),
      transport: Transport.clear,
      limits: LIMITS,
      strict: false,
      checks: { redis: () => this.store.redis.ping() },
      ...more,
    });
    this.#open.push(app);
    return app.listen({ port: 0, host: "127.0.0.1" });
  }

  /** The temporary files in the spool. */
  async underWay(): Promise<string[]> {
    return readdir(join(this.root, "tmp"));
  }

  async settlingJobs(study: string): Promise<number> {
    const keys = await this.store.redis.keys(`stow-test:queue:settling:${studyInstanceUIDOf(study)}-r*`);
    return keys.length;
  }

  /** What the ledger notes of a study, by SOP Instance UID. */
  async notes(study: string): Promise<Record<string, string>> {
    return this.store.redis.hgetall(`stow-test:study:${studyInstanceUIDOf(study)}:instances`);
  }
}

export function post(
  address: string,
  body: Uint8Array,
  { path = "/studies", headers = {} }: Post = {},
): Promise<Response> {
  const all = {
    authorization: `Bearer ${TOKEN}`,
    "content-type": CONTENT_TYPE,
    accept: "application/dicom+json",
    ...headers,
  };
  const given = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return fetch(`${address}${path}`, { method: "POST", headers: given, body });
}

/** As `post`, but with no header that was not asked for: `fetch` would add an Accept of its own. */
export async function postRaw(address: string, body: Uint8Array, { path = "/studies", headers = {} }: Post = {}) {
  const all = {
    authorization: `Bearer ${TOKEN}`,
    "content-type": CONTENT_TYPE,
    accept: "application/dicom+json",
    "content-length": body.byteLength,
    ...headers,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const request = httpRequest(`${address}${path}`, { method: "POST", headers: given, agent: false });
  request.end(body);
  const [message] = (await once(request, "response")) as [IncomingMessage];
  const answer = Buffer.concat(await message.toArray());
  return new Response(answer, {
    status: message.statusCode ?? 0,
    headers: { "content-type": message.headers["content-type"] ?? "" },
  });
}

/** Status, stored SOP Instance UIDs and failure reasons by SOP Instance UID, those of other failures under "". */
export async function outcome(response: Response): Promise<[number, string[], Record<string, string[]>]> {
  assert.match(response.headers.get("content-type") ?? "", /^application\/dicom\+json/);
  const { stored, failed } = parseStoreResponse(await response.text());
  const reasons: Record<string, string[]> = {};
  for (const { sopInstanceUID = "", failureReason } of failed) {
    reasons[sopInstanceUID] ??= [];
    reasons[sopInstanceUID].push(hexOf(failureReason));
  }
  return [response.status, stored.map(({ sopInstanceUID }) => sopInstanceUID).sort(), reasons];
}

export const reason = (code: InstanceFailureCode): string => hexOf(INSTANCE_FAILURES[code].reason);

export const uids = (study: string, ...names: string[]): string[] =>
  names.map((name) => sopInstanceUIDOf(study, name)).sort();
