import { studyDetail } from "./api.js";

const KEPT = 500;

const keyOf = (line) => `${line.studyInstanceUID} ${line.revision}`;

/** Whole findings, with their activation maps. That of a revision never changes, so it is asked for once. */
export class Findings {
  #known = new Map();

  /** @param {any} line of GET /reading-list */
  get(line) {
    return this.#known.get(keyOf(line));
  }

  /** @param {any} line */
  async of(line) {
    if (line.outcome === null) return undefined;
    const known = this.get(line);
    if (known) return known;
    const detail = await studyDetail(line.studyInstanceUID).catch(() => undefined);
    const finding = detail?.finding;
    if (finding?.revision !== line.revision) return undefined;
    this.#known.set(keyOf(line), finding);
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value);
    return finding;
  }
}
