import { patients } from "./api.js";

const AT_A_TIME = 50;

/** How soon a name is asked for again that the PACS did not tell. */
const AGAIN_MS = 10_000;

/** Who the studies are about, from the PACS. Kept here only, for as long as the page is open and somebody signed in. */
export class People {
  #known = new Map();
  #askedAt = new Map();
  #wanted = [];
  #timer;
  #listeners;

  /**
   * @param {{ onKnown: (study: string) => void, onPacs: (answers: boolean) => void }} listeners
   */
  constructor(listeners) {
    this.#listeners = listeners;
  }

  /** @param {string} study */
  get(study) {
    return this.#known.get(study);
  }

  forget() {
    clearTimeout(this.#timer);
    this.#known.clear();
    this.#askedAt.clear();
    this.#wanted = [];
  }

  /**
   * Asks for those that are not known; again after a while for those that the PACS did not tell.
   *
   * @param {string[]} studies
   */
  async ask(studies) {
    this.#wanted = studies;
    clearTimeout(this.#timer);
    const now = performance.now();
    const missing = studies.filter(
      (study) => !this.#known.has(study) && now - (this.#askedAt.get(study) ?? Number.NEGATIVE_INFINITY) > AGAIN_MS,
    );
    for (const study of missing) this.#askedAt.set(study, now);
    for (let from = 0; from < missing.length; from += AT_A_TIME) {
      // Why the service does not answer, the list's own answer tells.
      const answer = await patients(missing.slice(from, from + AT_A_TIME)).catch(() => undefined);
      if (answer === undefined) break;
      for (const identity of answer.studies) {
        this.#known.set(identity.studyInstanceUID, identity);
        this.#listeners.onKnown(identity.studyInstanceUID);
      }
      this.#listeners.onPacs(answer.pacs !== "away");
    }
    clearTimeout(this.#timer);
    if (this.#wanted.some((study) => !this.#known.has(study))) {
      this.#timer = setTimeout(() => void this.ask(this.#wanted), AGAIN_MS + 100);
    }
  }
}
