import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before } from "node:test";
import { default as acceptWebSockets } from "@fastify/websocket";
import { type DataSet, dataSetOf, type ElementValue, readDicomJson, text } from "@redspot/dicom";
import {
  closeStore,
  connectStore,
  type InstanceNote,
  NO_AUDIT,
  ReadingList,
  type Store,
  StudyLedger,
  Subscriptions,
} from "@redspot/queue";
import { type RunningRedis, startRedis } from "@redspot/testbed";
import { type FastifyInstance, fastify, type LightMyRequestResponse } from "fastify";
import { WebSocket } from "ws";
import type { WorklistError } from "../worklist-error.ts";
import { openUps } from "./open-ups.ts";
import { addUpsRoutes } from "./ups-routes.ts";

export const NOW = new Date("2026-03-01T10:00:00.000Z");
export const UPS = "1.2.840.10008.5.1.4.34.5";
const IMAGE = "1.2.840.10008.5.1.4.1.1.1";

/** The Worklist Service on a real Redis, by itself: who may do what is the app's business. */
export class TestUps {
  redis!: RunningRedis;
  store!: Store;
  app!: FastifyInstance;
  list!: ReadingList;
  ledger!: StudyLedger;
  ups!: ReturnType<typeof openUps>;
  /** What the PACS has, by study. */
  readonly patients = new Map<string, DataSet>();
  isPacsAway = false;
  caller = "token:ris";
  #at = NOW.getTime();
  #uid = 0;

  constructor() {
    before(async () => {
      this.redis = await startRedis();
      this.store = connectStore(this.redis.url, { prefix: `test-${randomUUID()}` });
      this.list = new ReadingList(this.store);
      this.ledger = new StudyLedger(this.store);
      this.ups = openUps({
        store: this.store,
        pacs: {
          findPatient: async (study) => {
            if (this.isPacsAway) throw new Error("away");
            return this.patients.get(study);
          },
          findStudies: async (keys) => {
            if (this.isPacsAway) throw new Error("away");
            const wanted = Object.entries(keys);
            return [...this.patients]
              .filter(([, dataSet]) => wanted.every(([keyword, value]) => text(dataSet, keyword) === value))
              .map(([study]) => study);
          },
        },
        retrieveUrl: "https://pacs.example/dicom-web",
        policy: { headStartMs: 4 * 3_600_000 },
        now: () => new Date(this.#at++),
        logger: { warn: ({ err }: { err: unknown }) => assert.fail(String(err)) },
      });
      this.app = fastify();
      this.app.setErrorHandler((error: WorklistError, _request, reply) =>
        reply.code(error.statusCode ?? 500).send({ code: error.code, message: error.message }),
      );
      const pass = async () => undefined;
      const nameOf = () => this.caller;
      await this.app.register(acceptWebSockets);
      await this.app.register((scope, _options, done) => {
        addUpsRoutes(scope, { read: [pass], work: [pass] }, { ...this.ups, audit: NO_AUDIT, nameOf });
        done();
      });
      const watch = await new Subscriptions(this.store).watch();
      watch.on("event", (event) => this.ups.channel.event(event));
      watch.on("initial", (report) => this.ups.channel.initial(report));
      await this.app.listen({ port: 0, host: "127.0.0.1" });
      this.#close = async () => {
        await watch.close();
        await this.ups.channel.close();
      };
    });
    after(async () => {
      await this.#close();
      await this.app.close();
      await closeStore(this.store);
      await this.redis.stop();
    });
  }

  #close: () => Promise<void> = async () => undefined;

  /** A UID that no other test has. */
  newUid(): string {
    this.#uid += 1;
    return `1.2.3.${this.#uid}`;
  }

  /** A study that has arrived; its workitem. */
  async arrive(
    studyInstanceUID = this.newUid(),
    more: Partial<InstanceNote> = {},
  ): Promise<{ study: string; workitem: string }> {
    await this.ledger.noteInstance({
      studyInstanceUID,
      sopInstanceUID: `${studyInstanceUID}.1.1`,
      seriesInstanceUID: `${studyInstanceUID}.1`,
      sopClassUID: IMAGE,
      isImage: true,
      bytes: 1,
      ...more,
    });
    return { study: studyInstanceUID, workitem: (await this.ups.workitems.ofStudy(studyInstanceUID))!.workitemUID };
  }

  async send(
    method: "GET" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "PATCH",
    path: string,
    dataSet?: DataSet | string,
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> {
    return this.app.inject({
      method,
      url: `/ups-rs${path}`,
      headers: {
        host: "list.example",
        ...(dataSet === undefined ? {} : { "content-type": "application/dicom+json" }),
        ...headers,
      },
      ...(dataSet === undefined ? {} : { payload: typeof dataSet === "string" ? dataSet : JSON.stringify([dataSet]) }),
    });
  }

  async create(content: Record<string, ElementValue> = {}, uid = this.newUid()): Promise<LightMyRequestResponse> {
    return this.send("POST", `/workitems?${uid}`, creation(content));
  }

  async changeState(workitem: string, state: string, transactionUID?: string): Promise<LightMyRequestResponse> {
    const content = {
      ProcedureStepState: state,
      ...(transactionUID === undefined ? {} : { TransactionUID: transactionUID }),
    };
    return this.send("PUT", `/workitems/${workitem}/state`, dataSetOf(content));
  }

  async retrieve(workitem: string): Promise<DataSet> {
    const response = await this.send("GET", `/workitems/${workitem}`);
    assert.equal(response.statusCode, 200, response.body);
    return readDicomJson(response.json()[0]);
  }

  /** The UIDs of the workitems that a search finds. */
  async find(query: string): Promise<string[]> {
    const response = await this.send("GET", `/workitems?${query}`);
    if (response.statusCode === 204) return [];
    assert.ok([200, 206].includes(response.statusCode), response.body);
    return (response.json() as unknown[]).map((one) => text(readDicomJson(one), "SOPInstanceUID") ?? "");
  }

  async stateOf(workitem: string): Promise<string | undefined> {
    return text(await this.retrieve(workitem), "ProcedureStepState");
  }

  /** An open event channel, and the reports that come over it. */
  async listen(title: string): Promise<Listener> {
    const { port } = this.app.server.address() as { port: number };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ups-rs/subscribers/${title}`);
    const listener = new Listener(socket);
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    await listener.next();
    return listener;
  }
}

/** An Application Entity that hears reports, one after the other. */
export class Listener {
  readonly #socket: WebSocket;
  readonly #reports: DataSet[] = [];
  #waiting: ((report: DataSet) => void) | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const report = readDicomJson(JSON.parse(String(data)));
      if (this.#waiting) this.#waiting(report);
      else this.#reports.push(report);
      this.#waiting = undefined;
    });
  }

  async next(): Promise<DataSet> {
    return this.#reports.shift() ?? new Promise((resolve) => (this.#waiting = resolve));
  }

  /** The next reports in short: workitem, event type and state. */
  async hear(count: number): Promise<unknown[]> {
    const heard: unknown[] = [];
    for (let index = 0; index < count; index += 1) {
      const report = await this.next();
      const state = text(report, "ProcedureStepState");
      heard.push([
        text(report, "AffectedSOPInstanceUID"),
        Number(text(report, "EventTypeID")),
        ...(state ? [state] : []),
      ]);
    }
    return heard;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.once("close", resolve));
    this.#socket.close();
    await closed;
  }
}

/** What a RIS sends to create a workitem (PS3.4 Table CC.2.5-3). */
export function creation(content: Record<string, ElementValue> = {}): DataSet {
  return dataSetOf({
    ScheduledProcedureStepPriority: "MEDIUM",
    ProcedureStepLabel: "Wrist to be read",
    WorklistLabel: null,
    ScheduledProcedureStepStartDateTime: "20260301090000",
    InputReadinessState: "READY",
    ProcedureStepState: "SCHEDULED",
    TransactionUID: null,
    ProcedureStepProgressInformationSequence: [],
    UnifiedProcedureStepPerformedProcedureSequence: [],
    ...content,
  });
}

const code = (CodeValue: string) => dataSetOf({ CodeValue, CodingSchemeDesignator: "99TEST", CodeMeaning: CodeValue });

/** What has to be told before a workitem becomes COMPLETED. */
export const PERFORMED = dataSetOf({
  UnifiedProcedureStepPerformedProcedureSequence: [
    dataSetOf({
      PerformedStationNameCodeSequence: [code("WS1")],
      PerformedProcedureStepStartDateTime: "20260301100000",
      PerformedWorkitemCodeSequence: [code("110005")],
      PerformedProcedureStepEndDateTime: "20260301100500",
      OutputInformationSequence: [],
    }),
  ],
});
