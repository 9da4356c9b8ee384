/** One trace a study, from its first instance to its report: three services, Redis, a PACS and a collector, all real. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { makeStudy, type PhantomStudy } from "@redspot/phantom";
import { traceOf } from "@redspot/runtime";
import {
  countReports,
  type RunningOrthanc,
  serviceNames,
  startTraceCollector,
  type TraceCollector,
  waitUntil,
} from "@redspot/testbed";
import { type Installation, startInstallation } from "./installation.ts";

const matrix = { rows: 600, columns: 500 };
const wrist = (seed: number) => makeStudy({ seed, views: ["lateral"], imageClass: "CR", matrix });
const traced = wrist(51);
const meanwhile = wrist(52);
/** What is told of a study that goes its way without any trouble, and under what. */
const PARENT_OF: Record<string, string | undefined> = {
  study: undefined,
  store: "study",
  settling: "store",
  triage: "settling",
  decode: "triage",
  infer: "triage",
  report: "triage",
  "pacs.store": "report",
};
const SERVICE_OF: Record<string, string> = {
  study: "stow",
  store: "stow",
  settling: "stow",
  triage: "inference",
  decode: "inference",
  infer: "inference",
  report: "worklist",
  "pacs.store": "worklist",
};

describe("traces", () => {
  let pacs: Server;
  let collector: TraceCollector;
  let installation: Installation;
  /** What stores in the PACS said of their trace. */
  const traceparents: string[] = [];

  before(async () => {
    collector = await startTraceCollector();
    const environment = { REDSPOT_TRACES_URL: collector.url };
    installation = await startInstallation({ wayToPacs: listened, environment });
  });

  after(async () => {
    await installation?.stop();
    await collector?.close();
    pacs?.close();
    pacs?.closeAllConnections();
  });

  /** Passes everything on to the PACS, and notes what came with it. */
  async function listened({ url, dicomWebUrl }: RunningOrthanc): Promise<string> {
    pacs = createServer(async (request, response) => {
      const { traceparent, "content-type": type, accept } = request.headers;
      if (request.method === "POST") traceparents.push(String(traceparent));
      const answer = await fetch(new URL(request.url ?? "", url), {
        method: request.method ?? "GET",
        headers: { ...(type ? { "content-type": type } : {}), ...(accept ? { accept } : {}) },
        ...(request.method === "POST" ? { body: new Uint8Array(await buffer(request)) } : {}),
      });
      const answered = new Uint8Array(await answer.arrayBuffer());
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" }).end(answered);
    });
    pacs.listen(0, "127.0.0.1");
    await once(pacs, "listening");
    return `http://127.0.0.1:${(pacs.address() as AddressInfo).port}${new URL(dicomWebUrl).pathname}`;
  }

  let studies = 0;
  async function reported(study: PhantomStudy): Promise<void> {
    await installation.push(study);
    studies += 1;
    await installation.allReported(studies);
  }

  test("a study is one trace through all services, and the PACS is told where in it a report is stored", async () => {
    await reported(traced);
    const { traceId, rootSpanId } = traceOf(traced.studyInstanceUID);
    const spans = await waitUntil(
      () => {
        const found = collector.spans.filter((span) => span.traceId === traceId);
        return Object.keys(PARENT_OF).every((name) => found.some((span) => span.name === name)) && found;
      },
      { what: "every part of the study's way has been told of", timeoutSeconds: 30, programs: installation.programs() },
    );
    assert.deepEqual(
      collector.spans.filter((span) => span.traceId !== traceId),
      [],
    );
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const span of spans) {
      if (span.name === "pacs.holds") continue;
      const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId)?.name;
      assert.equal(parent, PARENT_OF[span.name], `what is around ${span.name}`);
      assert.equal(span.service, `redspot-${SERVICE_OF[span.name]}`);
      assert.ok(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano));
      assert.equal(span.status.code ?? 0, 0);
    }
    assert.equal(byId.get(rootSpanId)?.name, "study");
    const store = spans.find(({ name }) => name === "pacs.store");
    assert.deepEqual(traceparents, [`00-${traceId}-${store?.spanId}-01`]);
  });

  test("no UID of a study or an instance is told", () => {
    const told = collector.bodies.join("\n");
    assert.ok(told.includes("redspot-stow"));
    for (const { studyInstanceUID, instances } of [traced, meanwhile]) {
      assert.ok(!told.includes(studyInstanceUID));
      for (const { sopInstanceUID } of instances) assert.ok(!told.includes(sopInstanceUID));
    }
  });

  test("a collector that is silent or away holds nothing up, and each service says once that it is, and ends in order", async () => {
    collector.answer = "silence";
    await reported(meanwhile);
    await collector.close();
    await reported(wrist(53));
    assert.equal((await countReports(installation.pacs.dicomWebUrl)).size, 3);
    for (const name of serviceNames) {
      const { program } = installation.redspot.services[name];
      await program.stop();
      assert.deepEqual(program.exit, { code: 0, signal: null }, name);
      const log = readFileSync(program.logFile, "utf8");
      assert.equal(log.split("the collector does not take traces").length, 2, name);
    }
    collector = await startTraceCollector();
  });
});
