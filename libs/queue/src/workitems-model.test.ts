import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Store } from "./connection.ts";
import { ReadingList } from "./reading-list.ts";
import { StudyLedger } from "./study-ledger.ts";
import { note, redisForTests } from "./test-support.ts";
import type { WorkitemState } from "./workitem.ts";
import { Workitems } from "./workitems.ts";

/**
 * The state machine of a study and its workitems (PS3.4 Table CC.1.1-2 and the acts of the page), as simply as it can be
 * written, against the real one. Several clients act at the same moment, each on a connection of its own; whatever comes
 * of it must be what comes of their acts one after the other, in some order: nothing half done, nothing done twice.
 */
const redis = redisForTests();
const STUDY = "1.2.3";

interface ModelWorkitem {
  state: WorkitemState;
  /** The Transaction UID that holds it, "hidden" where a person reads. */
  lock?: string;
  isClaimed: boolean;
  isPerformed: boolean;
}

interface Model {
  /** The last is the study's own. */
  workitems: ModelWorkitem[];
  takenBy?: string;
}

/** Acts of the Worklist Service are about the workitem that was the study's when the round began. */
type Op =
  | { kind: "claim" | "complete" | "cancel" | "update"; lock?: string | undefined }
  | { kind: "requestCancel" }
  | { kind: "take" | "release" | "finish" | "reopen"; by: string };

const SCHEDULED: ModelWorkitem = { state: "SCHEDULED", isClaimed: false, isPerformed: false };
const isOpen = ({ state }: ModelWorkitem) => state === "SCHEDULED" || state === "IN PROGRESS";

/** What an act answers, and what is then: on a copy. */
function step(before: Model, op: Op, target: number): [string, Model] {
  const model: Model = { ...before, workitems: before.workitems.map((one) => ({ ...one })) };
  const answer = "by" in op ? onPage(model, op.kind, op.by) : onWorkitem(model, model.workitems[target]!, op);
  return [answer, model];
}

function onWorkitem(model: Model, workitem: ModelWorkitem, op: Exclude<Op, { by: string }>): string {
  const { state } = workitem;
  const end = (as: WorkitemState) => {
    workitem.state = as;
    return "0000";
  };
  if (op.kind === "requestCancel") {
    if (state === "COMPLETED") return "C311";
    if (state === "CANCELED") return "B304";
    if (state === "SCHEDULED") return end("CANCELED");
    return workitem.isClaimed ? "0000" : "C313";
  }
  const owns = op.lock !== undefined && (workitem.lock === undefined || workitem.lock === op.lock);
  if (op.kind === "update") {
    if (!isOpen(workitem)) return "C300";
    if (state === "IN PROGRESS" && !owns) return "C301";
    if (state === "SCHEDULED" && op.lock !== undefined) return "C310";
    workitem.isPerformed = true;
    return "0000";
  }
  if (!owns) return "C301";
  if (op.kind === "claim") {
    if (state !== "SCHEDULED") return state === "IN PROGRESS" ? "C302" : "C300";
    workitem.lock = op.lock!;
    workitem.isClaimed = true;
    model.takenBy = "system";
    return end("IN PROGRESS");
  }
  if (state === "SCHEDULED") return "C310";
  if (op.kind === "complete") {
    if (state === "COMPLETED") return "B306";
    if (state === "CANCELED") return "C300";
    return workitem.isPerformed ? end("COMPLETED") : "C304";
  }
  if (state === "COMPLETED") return "C300";
  return state === "CANCELED" ? "B304" : end("CANCELED");
}

function onPage(model: Model, kind: "take" | "release" | "finish" | "reopen", by: string): string {
  const workitem = model.workitems.at(-1)!;
  const { state } = workitem;
  if (kind === "reopen") {
    if (!isOpen(workitem)) model.workitems.push({ ...SCHEDULED });
    return "done";
  }
  if (kind === "finish" && state === "COMPLETED") return "done";
  if (!isOpen(workitem)) return "STUDY_ENDED";
  if (kind === "release") {
    if (state === "SCHEDULED") return "done";
    workitem.state = "CANCELED";
    model.workitems.push({ ...SCHEDULED });
    return "done";
  }
  if (state === "IN PROGRESS" && model.takenBy !== by) return "STUDY_TAKEN";
  if (kind === "take" && state === "IN PROGRESS") return "done";
  workitem.lock ??= "hidden";
  workitem.state = kind === "take" ? "IN PROGRESS" : "COMPLETED";
  if (kind === "take") model.takenBy = by;
  return "done";
}

/** A client of its own connection. */
class Client {
  readonly #list: ReadingList;
  readonly #workitems: Workitems;

  constructor(store: Store) {
    this.#list = new ReadingList(store);
    this.#workitems = new Workitems(store);
  }

  async do(op: Op, workitemUID: string, at: number): Promise<string> {
    if ("by" in op) {
      const act = { by: op.by, at };
      const done = { take: "take", release: "release", finish: "complete", reopen: "reopen" } as const;
      return this.#list[done[op.kind]](STUDY, act).then(
        () => "done",
        (error: { code: string }) => error.code,
      );
    }
    return this.#workitems.transact({
      act: op.kind,
      workitemUID,
      by: "system",
      at,
      ...("lock" in op && op.lock !== undefined ? { transactionUID: op.lock } : {}),
      ...(op.kind === "update" ? { attributes: () => ({ "00741216": { vr: "SQ", Value: [{}] } }) } : {}),
      ...(op.kind === "complete" ? { meets: ({ attributes }) => "00741216" in attributes } : {}),
    });
  }
}

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const [index, item] of items.entries()) {
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest];
  }
}

// Mostly the same lock, so that plans come far.
const lock = fc.constantFrom("2.25.1", "2.25.1", "2.25.1", "2.25.1", "2.25.2", undefined);
const by = fc.constantFrom("anna", "bert");
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("claim", "complete", "cancel", "update"), lock }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("requestCancel") }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("take", "release", "finish", "reopen"), by }) },
) as fc.Arbitrary<Op>;
const rounds = fc.array(fc.array(op, { minLength: 1, maxLength: 4 }), { minLength: 4, maxLength: 14 });

test("what clients do at the same moment comes to what they would have done one after the other", async () => {
  const connections = Array.from({ length: 4 }, () => redis.store());
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(rounds, async (plan) => {
      const store = redis.store();
      const clients = connections.map((one) => new Client({ redis: one.redis, prefix: store.prefix }));
      const [list, workitems] = [new ReadingList(store), new Workitems(store)];
      await new StudyLedger(store).noteInstance(note(STUDY, "1.2.3.1"));
      let model: Model = { workitems: [{ ...SCHEDULED }] };
      const uids = [(await workitems.ofStudy(STUDY))!.workitemUID];
      for (const [at, ops] of plan.entries()) {
        const target = model.workitems.length - 1;
        const answers = await Promise.all(ops.map((one, index) => clients[index]!.do(one, uids[target]!, at)));
        for (const [index, answer] of answers.entries()) seen.add(`${ops[index]!.kind} ${answer}`);
        const now = (await workitems.ofStudy(STUDY))!;
        if (!uids.includes(now.workitemUID)) uids.push(now.workitemUID);
        const states = await Promise.all(uids.map(async (uid) => (await workitems.get(uid))!.state));
        const explained = explain(model, ops, answers, target, states);
        assert.ok(
          explained,
          `${JSON.stringify({ from: model, ops, answers, states })} is no order of one after the other`,
        );
        model = explained;
        await assertListed(list, now.state);
        const afresh = new ReadingList(store);
        assert.deepEqual(
          [await list.lines(), await list.doneLines()],
          [await afresh.lines(), await afresh.doneLines()],
        );
      }
    }),
    { numRuns: 120 },
  );
  // Had the plans never come so far, the test would say nothing.
  for (const one of [
    "claim C302",
    "claim C301",
    "complete 0000",
    "complete C304",
    "cancel 0000",
    "update C301",
    "requestCancel C313",
    "take STUDY_TAKEN",
    "finish STUDY_ENDED",
  ]) {
    assert.ok(seen.has(one), `${one} was never reached`);
  }
});

/** The model after the acts, in an order in which each would have been answered as it was; undefined where there is none. */
function explain(
  model: Model,
  ops: readonly Op[],
  answers: readonly string[],
  target: number,
  states: readonly string[],
): Model | undefined {
  for (const order of permutations([...ops.keys()])) {
    let now = model;
    const fits = order.every((index) => {
      const [answer, next] = step(now, ops[index]!, target);
      now = next;
      return answer === answers[index];
    });
    // Workitems that came and went within the round are not known by their UIDs: the last are.
    const known = [...now.workitems.slice(0, states.length - 1), now.workitems.at(-1)!].map(({ state }) => state);
    if (fits && now.workitems.length >= states.length && known.join() === states.join())
      return trimmed(now, states.length);
  }
  return undefined;
}

/** The model without the workitems whose UIDs nobody has seen. */
function trimmed(model: Model, known: number): Model {
  return { ...model, workitems: [...model.workitems.slice(0, known - 1), model.workitems.at(-1)!] };
}

/** A study is on the one list that its state says, and counted once. */
async function assertListed(list: ReadingList, state: WorkitemState): Promise<void> {
  const [open, done, counts] = [await list.lines(), await list.doneLines(), await list.counts()];
  const isOpenNow = state === "SCHEDULED" || state === "IN PROGRESS";
  assert.deepEqual([open.total, done.total], isOpenNow ? [1, 0] : [0, 1]);
  const counted = Object.values(counts.open)
    .flatMap((of) => Object.entries(of))
    .filter(([, count]) => count > 0);
  assert.deepEqual(counted, isOpenNow ? [[state, 1]] : []);
}
