import { type Finding, findingSchema } from "@redspot/triage";
import { keyOf, type Store } from "./connection.ts";

/** The findings, one for each revision of a study. The first that is stored stays: an analysis done twice tells nothing new. */
export class FindingStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Stores a finding unless its revision has one, and answers with the one that is stored then. */
  async put(finding: Finding): Promise<Finding> {
    const key = this.#key(finding.studyInstanceUID, finding.revision);
    await this.#store.redis.set(key, JSON.stringify(findingSchema.parse(finding)), "NX");
    const stored = await this.#store.redis.get(key);
    return findingSchema.parse(JSON.parse(stored ?? JSON.stringify(finding)));
  }

  async get(studyInstanceUID: string, revision: number): Promise<Finding | undefined> {
    const stored = await this.#store.redis.get(this.#key(studyInstanceUID, revision));
    return stored === null ? undefined : findingSchema.parse(JSON.parse(stored));
  }

  #key(studyInstanceUID: string, revision: number): string {
    return keyOf(this.#store, "study", studyInstanceUID, `finding-${revision}`);
  }
}
