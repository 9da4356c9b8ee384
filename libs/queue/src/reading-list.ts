import { EventEmitter } from "node:events";
import {
  backlogStepOf,
  type Finding,
  headStartOf,
  inShort,
  type Lane,
  type Outcome,
  type Priority,
  priorityOf,
  type ReadingPolicy,
} from "@redspot/triage";
import { keyOf, type Store } from "./connection.ts";
import type { StudyJob } from "./jobs.ts";
import { type KnownLine, KnownLines } from "./known-lines.ts";
import { listenTo } from "./listen-to.ts";
import { type Counted, countsOf, type ReadingListCounts } from "./reading-list-counts.ts";
import { ReadingListRefusal, type RefusalCode } from "./reading-list-refusal.ts";
import { run, runOn, scriptOf } from "./script.ts";
import {
  type Act,
  type ReportState,
  type Verdict,
  type VerdictNote,
  verdictOf,
  WORKITEM_FIELDS,
  type Workitem,
  type WorkitemState,
  withNumbers,
  workitemOf,
} from "./workitem.ts";

/** Where a study's images come from, in names that the site has configured and "other". */
export interface StudyOrigin {
  manufacturer: string;
  site: string;
}

/** A verdict, and the study that it is about. */
export interface VerdictOnStudy extends VerdictNote {
  studyInstanceUID: string;
  origin?: StudyOrigin;
}

/** A line of a study's history. */
export interface StudyEvent {
  event: string;
  /** Milliseconds since 1970. */
  at: number;
  by?: string;
  why?: string;
  verdict?: Verdict;
  revision?: number;
  outcome?: Outcome;
  /** The finding came when the study had been opened, and moved nothing. */
  afterOpening?: boolean;
}

/** A study that somebody took up, as it was then. */
export interface Opening {
  studyInstanceUID: string;
  arrivedAt: number;
  openedAt: number;
  priority: Priority;
  outcome?: Outcome;
  pinned: boolean;
  lane: Lane;
}

/** A live study that nobody has taken up yet. */
export interface WaitingStudy {
  studyInstanceUID: string;
  arrivedAt: number;
  priority: Priority;
}

/** A part of the list and how much is on it, at one moment. */
export interface ReadingListPage {
  /** How many studies are on the list that this is a part of. */
  total: number;
  /** One after the other. A line that has not changed since it was last read is the same object again. */
  workitems: readonly Workitem[];
  counts: ReadingListCounts;
}

const PLACE = scriptOf("study", "place");
const NOTE_REPORT = scriptOf("study", "note-report");
const ACT = scriptOf("study", "act");
const LINES = scriptOf("lines");
const WAITING = scriptOf("waiting");
const INDEX_ANEW = scriptOf("index-anew");

/**
 * The reading list: every study that arrived, first come, first served, those with a likely fracture with a head start.
 * One sorted set, whose scores are `readingOrder`. Each change is one script: done whole, whoever else is at it.
 */
export class ReadingList {
  readonly #store: Store;
  readonly #known = new KnownLines();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Gives a study the place that its finding asks for. A study that somebody has opened keeps the place that it has, and
   * is counted. Idempotent; false when a finding as new had placed it before.
   */
  async place(finding: Finding, policy: ReadingPolicy): Promise<boolean> {
    const { studyInstanceUID, revision, outcome, probability } = finding;
    const headStart = (site?: string) => headStartOf({ priority: priorityOf(outcome), outcome, site }, policy);
    const sites = [...(policy.siteHeadStartMs?.keys() ?? [])];
    const placed = await runOn(
      this.#store,
      PLACE,
      studyInstanceUID,
      revision,
      outcome,
      headStart(),
      backlogStepOf(probability),
      JSON.stringify(inShort(finding)),
      JSON.stringify(Object.fromEntries(sites.map((site) => [site, String(headStart(site))]))),
    );
    return placed === 1;
  }

  /** Notes how the report of a revision stands, and tells those who watch; nothing where a newer one placed the study. */
  async noteReport({ studyInstanceUID, revision }: StudyJob, report: ReportState): Promise<void> {
    const event = { pending: "", stored: "reported", failed: "not-reported" }[report.state];
    const told = report.state === "failed" && report.retrying ? "" : event;
    await runOn(this.#store, NOTE_REPORT, studyInstanceUID, revision, JSON.stringify(report), told);
  }

  /** Somebody starts to read a study: IN PROGRESS. Refused where another is at it, or it has ended. */
  async take(studyInstanceUID: string, act: Act): Promise<void> {
    await this.#act("take", studyInstanceUID, act);
  }

  /** Puts a study back that was taken and not read, whoever took it: SCHEDULED, where its findings would have it. */
  async release(studyInstanceUID: string, act: Act): Promise<void> {
    await this.#act("release", studyInstanceUID, act);
  }

  /** A study has been read: COMPLETED, off the open list. Refused while another is at it. */
  async complete(studyInstanceUID: string, act: Act): Promise<void> {
    await this.#act("complete", studyInstanceUID, act);
  }

  /** A study will not be read: CANCELED, off the open list. */
  async withdraw(studyInstanceUID: string, act: Act & { why?: string }): Promise<void> {
    await this.#act("withdraw", studyInstanceUID, act, act.why);
  }

  /** Brings a study back that was completed or withdrawn: SCHEDULED, where its findings would have it. */
  async reopen(studyInstanceUID: string, act: Act): Promise<void> {
    await this.#act("reopen", studyInstanceUID, act);
  }

  /** Somebody moves a study to the top, behind those that were pinned before. */
  async pin(studyInstanceUID: string, act: Act & { why: string }): Promise<void> {
    await this.#act("pin", studyInstanceUID, act, act.why);
  }

  /** Takes a pin away: the study goes where its findings would have it. */
  async unpin(studyInstanceUID: string, act: Act): Promise<void> {
    await this.#act("unpin", studyInstanceUID, act);
  }

  /** Keeps what a person says to the finding: one verdict a study, the latest. */
  async disagree(studyInstanceUID: string, act: Act & { verdict: Verdict; comment?: string }): Promise<void> {
    await this.#act("disagree", studyInstanceUID, act, act.comment, act.verdict);
  }

  /** Takes a verdict back. */
  async withdrawVerdict(studyInstanceUID: string, act: Act): Promise<void> {
    await this.#act("agree", studyInstanceUID, act);
  }

  async #act(act: string, studyInstanceUID: string, { by, at }: Act, words = "", verdict = ""): Promise<void> {
    const [code, state, other, since] = (await runOn(
      this.#store,
      ACT,
      studyInstanceUID,
      act,
      by,
      at,
      words,
      verdict,
    )) as string[];
    if (code === "done" || code === "same") return;
    throw new ReadingListRefusal(code as RefusalCode, {
      studyInstanceUID,
      ...(state === undefined ? {} : { state: state as WorkitemState }),
      ...(other && since ? { by: other, at: Number(since) } : {}),
    });
  }

  /** How many studies are on the open list. */
  async length(): Promise<number> {
    return this.#store.redis.zcard(this.#key());
  }

  /** Open workitems in reading order, and how much is on the list. */
  async lines(offset = 0, count = 100): Promise<ReadingListPage> {
    return this.#lines(this.#key(), "open", offset, count);
  }

  /** Workitems that were completed or withdrawn, the latest first, and how much is on the list. */
  async doneLines(offset = 0, count = 100): Promise<ReadingListPage> {
    return this.#lines(keyOf(this.#store, "reading-list-done"), "done", offset, count);
  }

  /** Studies that were completed or withdrawn before a moment, in milliseconds since 1970, the earliest first. */
  async endedBefore(at: number): Promise<string[]> {
    return this.#store.redis.zrangebyscore(keyOf(this.#store, "reading-list-done"), "-inf", `(${at}`);
  }

  /** Open workitems in reading order. */
  async page(offset = 0, count = 100): Promise<readonly Workitem[]> {
    return (await this.lines(offset, count)).workitems;
  }

  async #lines(key: string, which: "open" | "done", offset: number, count: number): Promise<ReadingListPage> {
    const part = [which, offset, count].join(" ");
    const known = this.#known.of(part);
    const has = JSON.stringify(Object.fromEntries([...known].map(([study, { changedAt }]) => [study, changedAt])));
    const answer = await run(this.#store, LINES, key, which, offset, count, has, ...WORKITEM_FIELDS);
    const [total, texts, ...counted] = answer as [number, string[], ...Counted];
    const lines = await Promise.all(texts.map((text) => known.get(text) ?? this.#lineOf(text)));
    const there = lines.filter((line) => line !== undefined);
    this.#known.keep(part, new Map(there.map((line) => [line.workitem.studyInstanceUID, line])));
    return { total, workitems: there.map(({ workitem }) => workitem), counts: countsOf(counted) };
  }

  /** A line from the text that Redis makes of it. */
  async #lineOf(text: string): Promise<KnownLine | undefined> {
    const [studyInstanceUID, ...values] = JSON.parse(text) as [string, ...(string | false)[]];
    const workitem = await workitemOf(this.#store, studyInstanceUID, values);
    return workitem && { workitem, changedAt: String(values[WORKITEM_FIELDS.indexOf("changedAt")] || "never") };
  }

  /** One study's workitem, whatever its state, and its place, from 1, while it is open. */
  async get(studyInstanceUID: string): Promise<(Workitem & { position?: number }) | undefined> {
    const { redis } = this.#store;
    const [values, rank] = await Promise.all([
      redis.hmget(this.#study(studyInstanceUID), ...WORKITEM_FIELDS),
      redis.zrank(this.#key(), studyInstanceUID),
    ]);
    const workitem = await workitemOf(this.#store, studyInstanceUID, values);
    return workitem && (rank === null ? workitem : { ...workitem, position: rank + 1 });
  }

  /** What has happened with a study, from its arrival; undefined where there is no such study. */
  async history(studyInstanceUID: string): Promise<StudyEvent[] | undefined> {
    const { redis } = this.#store;
    const [arrivedAt, lines] = await Promise.all([
      redis.hget(this.#study(studyInstanceUID), "arrivedAt"),
      redis.lrange(`${this.#study(studyInstanceUID)}:history`, 0, -1),
    ]);
    if (arrivedAt === null) return undefined;
    const events = lines.map((line) => withNumbers(JSON.parse(line)) as StudyEvent);
    // A study that came anew has told of it; its first arrival is not kept.
    const anew = events.some(({ event }) => event === "live" || event === "grown");
    return anew ? events : [{ event: "arrived", at: Number(arrivedAt) }, ...events];
  }

  /** The studies that somebody has taken up since a moment, in that order; kept for a week. */
  async opened(sinceMs: number): Promise<Opening[]> {
    const rows = await this.#store.redis.zrange(
      keyOf(this.#store, "reading-list-openings"),
      String(sinceMs),
      "+inf",
      "BYSCORE",
    );
    return rows.map((row) => {
      const opening = JSON.parse(row);
      return { ...opening, arrivedAt: Number(opening.arrivedAt), openedAt: Number(opening.openedAt) } as Opening;
    });
  }

  /**
   * The live studies that have waited longest for somebody to take them up, so many of each priority, without those that
   * a person has pinned.
   */
  async waitingLongest(count: number): Promise<WaitingStudy[]> {
    const rows = (await run(this.#store, WAITING, count)) as [Priority, string, string][];
    return rows.map(([priority, studyInstanceUID, arrivedAt]) => ({
      studyInstanceUID,
      arrivedAt: Number(arrivedAt),
      priority,
    }));
  }

  /** Keeps where a study's images come from, in names that the site has configured, for whoever sets verdicts beside it. */
  async noteOrigin(studyInstanceUID: string, origin: StudyOrigin): Promise<void> {
    await this.#store.redis.hset(this.#study(studyInstanceUID), "origin", JSON.stringify(origin));
  }

  /** The verdicts given since a moment, in that order. */
  async verdicts(sinceMs = 0): Promise<VerdictOnStudy[]> {
    const { redis } = this.#store;
    const uids = await redis.zrange(keyOf(this.#store, "verdicts"), String(sinceMs), "+inf", "BYSCORE");
    const notes = await Promise.all(uids.map((uid) => redis.hmget(this.#study(uid), "verdict", "origin")));
    return uids.flatMap((studyInstanceUID, index) => {
      const [note, origin] = notes[index] ?? [];
      if (!note) return [];
      return [
        { studyInstanceUID, ...verdictOf(note), ...(origin ? { origin: JSON.parse(origin) as StudyOrigin } : {}) },
      ];
    });
  }

  /**
   * Counts open studies again by priority and state. Those that an earlier version put on the list, or moved on it, are
   * not counted until then; nothing else depends on it. Takes a moment for each thousand, and may be done at any time.
   */
  async indexAnew(): Promise<void> {
    const { redis } = this.#store;
    const chunk = 500;
    for (let first = 0; ; first += chunk) {
      const uids = await redis.zrange(this.#key(), String(first), String(first + chunk - 1));
      if (uids.length === 0) return;
      await run(this.#store, INDEX_ANEW, ...uids);
    }
  }

  /** How much is on the list, by priority and state. */
  async counts(): Promise<ReadingListCounts> {
    return (await this.lines(0, 0)).counts;
  }

  /**
   * Tells of every change of the list until closed: event "change" with the Study Instance UID. Changes while the
   * connection is away are not told: "lost" says that it has gone, and on "resumed" the whole list should be read again.
   */
  async watch(): Promise<ReadingListWatch> {
    const events = new EventEmitter<ListEvents>();
    const close = await listenTo(this.#store, [keyOf(this.#store, "reading-list-changes")], {
      onMessage: (_channel, studyInstanceUID) => events.emit("change", studyInstanceUID),
      onLost: () => events.emit("lost"),
      onResumed: () => events.emit("resumed"),
    });
    return Object.assign(events, { close });
  }

  #key(...parts: string[]): string {
    return keyOf(this.#store, "reading-list", ...parts);
  }

  #study(studyInstanceUID: string): string {
    return keyOf(this.#store, "study", studyInstanceUID);
  }
}

interface ListEvents {
  change: [studyInstanceUID: string];
  lost: [];
  resumed: [];
}

export type ReadingListWatch = EventEmitter<ListEvents> & { close(): Promise<void> };
