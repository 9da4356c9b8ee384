import { setTimeout as pause } from "node:timers/promises";
import type { SeenMessage } from "./audit-view.ts";
import type { Cell } from "./cell.ts";
import { LOOK_EVERY_MS } from "./rest-watch.ts";
import type { Accepted } from "./ris.ts";
import type { SentStudy } from "./senders-log.ts";
import { type Expected, expectedOf, judgeTold, type ToldVerdict } from "./told.ts";
import type { Complaint, SeenStudy } from "./verdict.ts";

export interface ToldFigures {
  /** Messages that the RIS has accepted, and how many of them it had accepted before, by their control ID. */
  readonly announced: number;
  readonly announcedAgain: number;
  /** Messages of the audit trail, and how many of them were there before, by their identifier. */
  readonly audited: number;
  readonly auditedAgain: number;
  /** Events that went with the last seconds of a Redis with appendfsync everysec. */
  readonly forgotten: number;
}

/** EventTypeCode of an operator's deed (DCM: Use of Restricted Function). */
const OPERATOR = "110132";

/** Looks at what the RIS and the audit trail have, until they have what there is to tell of studies that are at rest. */
export class ToldWatch {
  readonly #cell: Cell;
  /** What is to be told of each study, as it was last seen. */
  readonly #expected = new Map<string, Expected>();
  /** How often an operator retried what the RIS had refused. */
  #retries = 0;

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  /** Notes what is to be told of a study that is at rest. */
  expect(sent: SentStudy, seen: SeenStudy, restAt = Date.now()): void {
    this.#expected.set(sent.studyInstanceUID, expectedOf(sent, seen, restAt));
  }

  /** Does what an operator does once a RIS that refused messages is mended; answers with how many there were. */
  async retryRefused(): Promise<number> {
    const messages = await this.#cell.retryRefused();
    if (messages > 0) this.#retries += 1;
    return messages;
  }

  /** Waits until everything has been told of some studies; false where it has not in time. */
  async allTold(studies: readonly SentStudy[], withinSeconds: number): Promise<boolean> {
    const deadline = performance.now() + 1000 * withinSeconds;
    for (;;) {
      const complaints = this.#verdicts(studies).flatMap((verdict) => verdict.complaints);
      if (!complaints.some(({ kind }) => kind === "unaudited" || kind === "unannounced")) return true;
      if (performance.now() > deadline) return false;
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Judges all studies of a run, when everything has had its time. */
  judgeAll(studies: readonly SentStudy[]): Complaint[] {
    const { messages, accepted } = this.#told();
    const strangers = accepted.filter(({ studyInstanceUID }) => !this.#expected.has(studyInstanceUID));
    const operators = distinct(messages.filter(({ type }) => type === OPERATOR).map(({ id }) => id));
    const unaudited = `an operator retried dead letters ${this.#retries} times; the audit trail has ${operators}`;
    return [
      ...this.#verdicts(studies).flatMap(({ complaints }) => complaints),
      ...strangers.map(
        ({ studyInstanceUID, controlId }): Complaint => ({
          ...{ kind: "announced-anew", studyInstanceUID },
          what: `message ${controlId} is of a study that nobody knows`,
        }),
      ),
      ...(operators < this.#retries
        ? [{ kind: "unaudited", studyInstanceUID: "none", what: unaudited } satisfies Complaint]
        : []),
    ];
  }

  figuresOf(studies: readonly SentStudy[]): ToldFigures {
    const { messages, accepted } = this.#told();
    return {
      announced: accepted.length,
      announcedAgain: accepted.length - distinct(accepted.map(({ controlId }) => controlId)),
      audited: messages.length,
      auditedAgain: messages.length - distinct(messages.map(({ id }) => id)),
      forgotten: this.#verdicts(studies).reduce((sum, { forgotten }) => sum + forgotten, 0),
    };
  }

  #told(): { messages: readonly SeenMessage[]; accepted: readonly Accepted[] } {
    const { told } = this.#cell;
    return { messages: told?.audit.read() ?? [], accepted: told?.ris.accepted ?? [] };
  }

  /** What there is to say of what was told of studies, as it is now. */
  #verdicts(studies: readonly SentStudy[]): ToldVerdict[] {
    const told = this.#told();
    const messages = Map.groupBy(told.messages, (one) => one.studyInstanceUID);
    const accepted = Map.groupBy(told.accepted, (one) => one.studyInstanceUID);
    return studies.flatMap(({ studyInstanceUID }) => {
      const expected = this.#expected.get(studyInstanceUID);
      if (expected === undefined) return [];
      const of = { accepted: accepted.get(studyInstanceUID) ?? [], messages: messages.get(studyInstanceUID) ?? [] };
      return [judgeTold(expected, { ...of, forgotAt: this.#cell.forgotAt })];
    });
  }
}

function distinct(names: readonly string[]): number {
  return new Set(names).size;
}
