import { setTimeout as pause } from "node:timers/promises";
import { studyKey } from "./inspect.ts";
import type { OutsideView } from "./outside-view.ts";
import type { SentStudy } from "./senders-log.ts";
import { isAtRest } from "./verdict.ts";

/** How often it is looked, in milliseconds. */
export const LOOK_EVERY_MS = 500;

/**
 * Looks at studies until nothing is left to be done about any of them. A study that was at rest is watched again once
 * another instance of it is acknowledged.
 */
export class RestWatch {
  readonly #view: OutsideView;
  readonly #watched = new Map<string, SentStudy>();
  /** When each was first seen at rest since its last acknowledgement, in milliseconds since 1970. */
  readonly #restAt = new Map<string, number>();

  constructor(view: OutsideView) {
    this.#view = view;
  }

  watch(studies: Iterable<SentStudy>): void {
    for (const study of studies) this.#watched.set(study.studyInstanceUID, study);
  }

  /** Those that were not at rest when they were last looked at. */
  get restless(): SentStudy[] {
    return [...this.#watched.values()].filter(
      ({ studyInstanceUID, lastAcknowledgedAt }) =>
        lastAcknowledgedAt !== undefined && (this.#restAt.get(studyInstanceUID) ?? 0) < lastAcknowledgedAt,
    );
  }

  /** When a study was first seen at rest since its last acknowledgement; undefined where it is not. */
  restAt(studyInstanceUID: string): number | undefined {
    return this.#restAt.get(studyInstanceUID);
  }

  /** Looks once. */
  async look(): Promise<void> {
    const restless = this.restless;
    const hashes = await this.#view.look(({ redis }) =>
      Promise.all(restless.map(({ studyInstanceUID }) => redis.hash(studyKey(studyInstanceUID)))),
    );
    const now = Date.now();
    restless.forEach(({ studyInstanceUID, lastAcknowledgedAt = 0 }, index) => {
      // What was acknowledged between the look and now was noted, perhaps, after the look.
      if (lastAcknowledgedAt < now - LOOK_EVERY_MS / 2 && isAtRest({ study: hashes[index]! })) {
        this.#restAt.set(studyInstanceUID, now);
      }
    });
  }

  /** Looks until all are at rest; false where the time is over first. */
  async allAtRest(withinSeconds: number, onLook: (restless: number) => void = () => {}): Promise<boolean> {
    const deadline = performance.now() + 1000 * withinSeconds;
    for (;;) {
      await this.look();
      const { length } = this.restless;
      onLook(length);
      if (length === 0) return true;
      if (performance.now() > deadline) return false;
      await pause(LOOK_EVERY_MS);
    }
  }

  /**
   * The longest that a study took to come to rest, in seconds, from a moment on, or from its own last acknowledgement
   * where that is later; undefined where one has not.
   */
  recoverySeconds(since: number): number | undefined {
    if (this.restless.length > 0) return undefined;
    const waits = [...this.#watched.values()].map(({ studyInstanceUID, lastAcknowledgedAt = 0 }) => {
      const restAt = this.#restAt.get(studyInstanceUID) ?? 0;
      return restAt - Math.max(since, lastAcknowledgedAt);
    });
    return Math.max(0, ...waits) / 1000;
  }

  /** Watches those no longer that are at rest, and answers which they are. */
  release(): SentStudy[] {
    const restless = new Set(this.restless);
    const done = [...this.#watched.values()].filter((study) => !restless.has(study));
    for (const { studyInstanceUID } of done) this.#watched.delete(studyInstanceUID);
    return done;
  }
}
