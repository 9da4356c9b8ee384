import { readingList } from "./api.js";

/** Studies on a page of the list. */
const PAGE = 100;

/** Changes that come close together are one question to the service; more seldom while nobody sees the page. */
const SPACING_MS = { seen: 1_000, unseen: 5_000 };

/** After an answer that did not come, when to ask again. */
const RETRY_MS = 3_000;

/** Asks for the part of the list that is looked at: those to be read or those done, a page at a time. */
export class ListSource {
  #view = { done: false, offset: 0 };
  #listeners;
  #timer;
  #askedAt = Number.NEGATIVE_INFINITY;
  #busy = false;
  /** What was asked for while an answer was awaited. @type {{ asked: boolean } | undefined} */
  #again;
  #stopped = true;

  /**
   * @param {{
   *   onList: (list: any, context: { asked: boolean, done: boolean }) => void,
   *   onError: (error: Error & { code: string }) => void,
   * }} listeners `asked`: whoever looks has asked, and expects things to move
   */
  constructor(listeners) {
    this.#listeners = listeners;
  }

  get view() {
    return this.#view;
  }

  start() {
    this.#stopped = false;
    return this.load({ asked: true });
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** @param {boolean} done whether those that are done are looked at */
  show(done) {
    this.#view = { done, offset: 0 };
    return this.load({ asked: true });
  }

  /** @param {1 | -1} direction */
  turn(direction) {
    this.#view = { ...this.#view, offset: Math.max(0, this.#view.offset + direction * PAGE) };
    return this.load({ asked: true });
  }

  /** The list has changed: asks, but not more often than is good for anybody. */
  changed() {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const spacing = document.hidden ? SPACING_MS.unseen : SPACING_MS.seen;
    const rest = Math.max(0, spacing - (performance.now() - this.#askedAt));
    this.#timer = setTimeout(() => void this.load(), rest);
  }

  async load({ asked = false } = {}) {
    if (this.#stopped) return;
    if (this.#busy) {
      this.#again = { asked: asked || this.#again?.asked === true };
      return;
    }
    this.#busy = true;
    clearTimeout(this.#timer);
    this.#askedAt = performance.now();
    const view = this.#view;
    const { list, error } = await readingList({ ...view, limit: PAGE }).then(
      (answer) => ({ list: answer }),
      (reason) => ({ error: reason }),
    );
    this.#busy = false;
    if (list && view === this.#view && !this.#stopped) this.#take(list, asked);
    if (error && !this.#stopped) {
      this.#timer = setTimeout(() => void this.load(), RETRY_MS);
      this.#listeners.onError(error);
    }
    const again = this.#again;
    this.#again = undefined;
    if (again?.asked) await this.load(again);
    else if (again) this.changed();
  }

  #take(list, asked) {
    const last = Math.max(0, Math.floor((list.total - 1) / PAGE) * PAGE);
    if (list.offset > last) {
      // The list has become shorter than where it is looked at.
      this.#view = { ...this.#view, offset: last };
      this.#again = { asked: true };
      return;
    }
    this.#listeners.onList(list, { asked, done: this.#view.done });
  }
}
