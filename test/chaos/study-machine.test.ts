/**
 * The life of a study as a state machine, held against a model: whatever comes in whatever order, twice or late, the
 * ledger, the queues, the findings and the list say what the model says, and in the end every image is judged.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  closeStore,
  connectStore,
  FindingStore,
  ReadingList,
  type Store,
  StudyLedger,
  StudyQueue,
  type StudyWorker,
  settleStudies,
  workOn,
} from "@redspot/queue";
import { type RunningRedis, startRedis, waitUntil } from "@redspot/testbed";
import { type Finding, findingOf } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";
import fc, { type AsyncCommand } from "fast-check";
import { uidFrom } from "./image-pool.ts";

const HEAD_START_MS = 1_000_000;
const STUDIES = 2;
const INSTANCES = 4;
const NEVER_MS = 3_600_000;

interface ModelStudy {
  readonly uid: string;
  /** SOP Instance UIDs, and whether each is an image. */
  readonly noted: Map<string, boolean>;
  settled: number;
  open: boolean;
  readonly revisions: string[][];
  /** Probabilities of the findings, by revision. */
  readonly findings: Map<number, number>;
  placed: number;
  report: { revision: number; state: "stored" | "failed" } | undefined;
}
type Model = readonly ModelStudy[];

interface Real {
  readonly ledger: StudyLedger;
  readonly findings: FindingStore;
  readonly list: ReadingList;
}
type Command = AsyncCommand<Model, Real>;

let redis: RunningRedis;
let store: Store;
let runs = 0;

before(async () => {
  redis = await startRedis();
  store = connectStore(redis.url);
});
after(async () => {
  await closeStore(store);
  await redis.stop();
});

const sopOf = (study: ModelStudy, instance: number) => uidFrom("instance", study.uid, instance);

/** An instance comes, for the first time or again. The last one of each study is a document. */
class Note implements Command {
  readonly #study: number;
  readonly #instance: number;
  constructor(study: number, instance: number) {
    [this.#study, this.#instance] = [study, instance];
  }
  check = () => true;
  async run(model: Model, { ledger }: Real): Promise<void> {
    const study = model[this.#study]!;
    const sopInstanceUID = sopOf(study, this.#instance);
    const isImage = this.#instance < INSTANCES - 1;
    const isNew = !study.noted.has(sopInstanceUID);
    study.noted.set(sopInstanceUID, isImage);
    if (isNew && (isImage || study.settled === 0)) study.open = true;
    const noted = await ledger.noteInstance({
      studyInstanceUID: study.uid,
      sopInstanceUID,
      sopClassUID: "1.2.840.10008.5.1.4.1.1.1",
      isImage,
      bytes: 1,
    });
    assert.equal(noted.newInstance, isNew);
    assert.equal(noted.openRevision, study.open ? study.settled + 1 : undefined);
  }
  toString = () => `note(${this.#study}, ${this.#instance})`;
}

/** A settling job runs: in its time, too early, or once more for a revision that is closed. */
class Close implements Command {
  readonly #study: number;
  readonly #back: number;
  readonly #early: boolean;
  constructor(study: number, back: number, early: boolean) {
    [this.#study, this.#back, this.#early] = [study, back, early];
  }
  check = (model: Readonly<Model>) => this.#revision(model[this.#study]!) >= 1;
  #revision = (study: ModelStudy) => study.settled + (study.open ? 1 : 0) - this.#back;
  async run(model: Model, { ledger }: Real): Promise<void> {
    const study = model[this.#study]!;
    const revision = this.#revision(study);
    const isOpen = study.open && revision === study.settled + 1;
    const settling = await ledger.closeRevision(study.uid, revision, this.#early ? NEVER_MS : 0);
    if (isOpen && this.#early) {
      assert.equal(settling.state, "growing");
      return;
    }
    if (isOpen) {
      study.revisions.push([...study.noted.keys()].sort());
      study.settled = revision;
      study.open = false;
    }
    assert.deepEqual(settling, { state: "settled", sopInstanceUIDs: study.revisions[revision - 1] });
    const notes = await ledger.instancesOf(study.uid, revision);
    assert.deepEqual(notes.map(({ sopInstanceUID }) => sopInstanceUID).sort(), study.revisions[revision - 1]);
  }
  toString = () => `close(${this.#study}, ${this.#back} back${this.#early ? ", early" : ""})`;
}

/** A worker has judged a revision, perhaps the second one that did: the first finding stays. */
class Find implements Command {
  readonly #study: number;
  readonly #back: number;
  readonly #probability: number;
  constructor(study: number, back: number, probability: number) {
    [this.#study, this.#back, this.#probability] = [study, back, probability];
  }
  check = (model: Readonly<Model>) => model[this.#study]!.settled - this.#back >= 1;
  async run(model: Model, { findings }: Real): Promise<void> {
    const study = model[this.#study]!;
    const revision = study.settled - this.#back;
    if (!study.findings.has(revision)) study.findings.set(revision, this.#probability);
    const stored = await findings.put(findingWith(study.uid, revision, this.#probability));
    assert.equal(stored.probability, study.findings.get(revision));
  }
  toString = () => `find(${this.#study}, ${this.#back} back, ${this.#probability})`;
}

/** A report job runs, for any revision that has a finding, at any time, again and again. */
class Report implements Command {
  readonly #study: number;
  readonly #back: number;
  readonly #state: "stored" | "failed";
  constructor(study: number, back: number, state: "stored" | "failed") {
    [this.#study, this.#back, this.#state] = [study, back, state];
  }
  check = (model: Readonly<Model>) => {
    const study = model[this.#study]!;
    return study.findings.has(study.settled - this.#back);
  };
  async run(model: Model, { findings, list }: Real): Promise<void> {
    const study = model[this.#study]!;
    const revision = study.settled - this.#back;
    const finding = await findings.get(study.uid, revision);
    assert.ok(finding);
    assert.equal(await list.place(finding, { headStartMs: HEAD_START_MS }), revision > study.placed);
    if (revision > study.placed) {
      study.placed = revision;
      study.report = undefined;
    }
    const job = { studyInstanceUID: study.uid, revision };
    if (this.#state === "stored") await list.noteReport(job, { state: "stored", sopInstanceUID: uidFrom(revision) });
    else await list.noteReport(job, { state: "failed", code: "PACS_UNREACHABLE", retrying: true });
    if (revision >= study.placed) study.report = { revision, state: this.#state };
    await agrees(study, list);
  }
  toString = () => `report(${this.#study}, ${this.#back} back, ${this.#state})`;
}

async function agrees(study: ModelStudy, list: ReadingList): Promise<void> {
  const line = await list.get(study.uid);
  assert.equal(line === undefined, study.noted.size === 0);
  if (line === undefined) return;
  assert.equal(line.finding?.revision, study.placed === 0 ? undefined : study.placed);
  assert.equal(line.report.state, study.report?.state ?? "pending");
  const probability = study.findings.get(study.placed) ?? 0;
  assert.equal(line.priority, probability >= EXAMPLE_MODEL.cutOff ? "HIGH" : "MEDIUM");
  const score = Number(await store.redis.zscore(`${store.prefix}:reading-list`, study.uid));
  const expected = line.arrivedAt - (line.priority === "HIGH" ? HEAD_START_MS : 0);
  assert.ok(Math.abs(score - expected) < 1, `${score} is not ${expected}`);
}

function findingWith(studyInstanceUID: string, revision: number, probability: number): Finding {
  return findingOf({
    studyInstanceUID,
    revision,
    instances: [
      {
        sopInstanceUID: "1.9",
        sopClassUID: "1.2",
        analysed: true,
        logit: 0,
        probability,
        activationMap: Array.from({ length: 64 }, () => 0),
      },
    ],
    model: EXAMPLE_MODEL,
    softwareVersion: "0",
    analysedAt: new Date(0),
  });
}

const study = fc.nat(STUDIES - 1);
const back = fc.nat(2);
const commands = fc.commands<Model, Real, false>(
  [
    fc.tuple(study, fc.nat(INSTANCES - 1)).map((of) => new Note(...of)),
    fc.tuple(study, back, fc.boolean()).map((of) => new Close(...of)),
    fc.tuple(study, back, fc.constantFrom(0.1, 0.9)).map((of) => new Find(...of)),
    fc.tuple(study, back, fc.constantFrom("stored" as const, "failed" as const)).map((of) => new Report(...of)),
  ],
  { maxCommands: 40, size: "max" },
);

/** The three kinds of workers, as the services have them, over a stand-in for the network and the PACS. */
function startWorkers(real: Real): StudyWorker[] {
  const onError = (error: Error) => assert.fail(error);
  const reports = new StudyQueue(store, "report");
  const triage = workOn(
    store,
    "triage",
    async ({ studyInstanceUID, revision }) => {
      assert.ok((await real.ledger.instancesOf(studyInstanceUID, revision)).length > 0);
      await real.findings.put(findingWith(studyInstanceUID, revision, 0.9));
      await reports.add({ studyInstanceUID, revision });
    },
    { concurrency: 4, onError },
  );
  const report = workOn(
    store,
    "report",
    async (job) => {
      const finding = await real.findings.get(job.studyInstanceUID, job.revision);
      assert.ok(finding);
      await real.list.place(finding, { headStartMs: HEAD_START_MS });
      await real.list.noteReport(job, { state: "stored", sopInstanceUID: uidFrom(job.revision) });
    },
    { concurrency: 4, onError },
  );
  return [settleStudies(store, { settleMs: 0, onError }), triage, report, reports];
}

test("whatever happens in whatever order, the state is that of the model, and all ends judged and reported", async () => {
  const real: Real = {
    ledger: new StudyLedger(store),
    findings: new FindingStore(store),
    list: new ReadingList(store),
  };
  const ended: ModelStudy[] = [];
  await fc.assert(
    fc.asyncProperty(commands, async (given) => {
      runs += 1;
      const model = Array.from({ length: STUDIES }, (_, index): ModelStudy => {
        const uid = uidFrom("model", runs, index);
        const nothing = { settled: 0, open: false, placed: 0, report: undefined };
        return { uid, noted: new Map(), revisions: [], findings: new Map(), ...nothing };
      });
      await fc.asyncModelRun(() => ({ model, real }), given);
      for (const one of model) await agrees(one, real.list);
      ended.push(...model.filter(({ noted }) => noted.size > 0));
    }),
    { numRuns: 60, seed: 20180501 },
  );

  // Whoever was not told that it was taken sends again; what was taken and never queued is queued then.
  const [settling, triage] = [new StudyQueue(store, "settling"), new StudyQueue(store, "triage")];
  for (const { uid, noted, settled } of ended) {
    const [sopInstanceUID, isImage] = [...noted][0]!;
    const sopClassUID = "1.2.840.10008.5.1.4.1.1.1";
    const note = { studyInstanceUID: uid, sopInstanceUID, sopClassUID, isImage, bytes: 1 };
    const { openRevision } = await real.ledger.noteInstance(note);
    if (openRevision !== undefined) await settling.add({ studyInstanceUID: uid, revision: openRevision });
    else await triage.add({ studyInstanceUID: uid, revision: settled });
  }
  const workers = startWorkers(real);
  try {
    for (const { uid, noted, settled, open } of ended) {
      const last = settled + (open ? 1 : 0);
      const line = await waitUntil(
        async () => {
          const found = await real.list.get(uid);
          return found?.finding?.revision === last && found.report.state === "stored" && found;
        },
        { what: `revision ${last} of ${uid} is judged and reported`, timeoutSeconds: 60, intervalMilliseconds: 10 },
      );
      assert.ok(line);
      const held = (await real.ledger.instancesOf(uid, last)).map(({ sopInstanceUID }) => sopInstanceUID);
      for (const [sopInstanceUID, isImage] of noted) if (isImage) assert.ok(held.includes(sopInstanceUID));
    }
  } finally {
    for (const worker of [settling, triage, ...workers]) await worker.close();
  }
});
