import { countOf, listChanges } from "./list-changes.js";
import { ListRow } from "./list-row.js";
import { Stillness } from "./stillness.js";

const GLIDE = { duration: 600, easing: "cubic-bezier(0.4, 0, 0.2, 1)" };

/**
 * The rows of the reading list. Rows keep their element from one state of the list to the next: focus and pictures
 * stay, and what moves can be seen to move. What a row says changes at once; where it stands, when nobody is about to
 * click.
 */
export class ListView {
  /** @type {Map<string, ListRow>} */
  #rows = new Map();
  /** @type {string[]} */
  #order = [];
  /** @type {any[] | undefined} lines in an order that is not shown yet */
  #waiting;
  #selected = "";
  #me = "";
  #body;
  #stillness;
  #listeners;
  #seen;

  /**
   * @param {HTMLElement} body
   * @param {{
   *   onSelect: (study: string) => void,
   *   onOpen: (study: string) => void,
   *   onWaiting: (changes: { count: number, flagged: number }) => void,
   *   onShown: () => void,
   *   onSeen: (study: string) => void,
   * }} listeners `onSeen`: a row has come into view
   */
  constructor(body, listeners) {
    this.#body = body;
    this.#listeners = listeners;
    this.#stillness = new Stillness(body, () => this.apply({ asked: false }));
    this.#seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) listeners.onSeen(studyAt(target));
    });
    body.addEventListener("click", ({ target }) => {
      const study = studyAt(target);
      listeners.onSelect(study);
      this.#rows.get(study)?.focus();
    });
    body.addEventListener("dblclick", ({ target }) => listeners.onOpen(studyAt(target)));
    body.addEventListener("focusin", ({ target }) => {
      const study = studyAt(target);
      if (study !== this.#selected) listeners.onSelect(study);
    });
  }

  /** Studies from top to bottom, as they are shown. */
  get studies() {
    return this.#order;
  }

  /** @param {string} study */
  row(study) {
    return this.#rows.get(study);
  }

  get hasFocus() {
    return this.#body.contains(document.activeElement);
  }

  /**
   * Shows the lines: what they say at once, their order as soon as rows may move.
   *
   * @param {any[]} lines
   * @param {{ me: string, asked?: boolean }} context `asked`: whoever looks has just asked for them
   */
  show(lines, { me, asked = false }) {
    this.#me = me;
    const there = new Set(lines.map((line) => line.studyInstanceUID));
    for (const line of lines) this.#rows.get(line.studyInstanceUID)?.fill(line, me);
    for (const [study, row] of this.#rows) if (!there.has(study)) row.markGone();
    this.#waiting = lines;
    this.apply({ asked: asked || this.#order.length === 0 });
  }

  /** Lets the rows go where they belong, if they may or whoever looks has asked for it. */
  apply({ asked }) {
    if (!this.#waiting) return;
    const order = this.#waiting.map((line) => line.studyInstanceUID);
    const changes = listChanges(this.#order, order);
    if (countOf(changes) > 0 && !asked && this.#stillness.holds) {
      const fresh = new Set(changes.came);
      const flagged = this.#waiting.filter((line) => fresh.has(line.studyInstanceUID) && line.priority === "HIGH");
      this.#listeners.onWaiting({ count: countOf(changes), flagged: flagged.length });
      return;
    }
    if (!asked && countOf(changes) > 0) this.#stillness.moved();
    this.#arrange(this.#waiting, order);
    this.#waiting = undefined;
    this.#listeners.onWaiting({ count: 0, flagged: 0 });
    this.#listeners.onShown();
  }

  clear() {
    this.#waiting = undefined;
    this.#order = [];
    this.#rows.clear();
    this.#body.replaceChildren();
  }

  /** @param {string} study */
  select(study) {
    this.#rows.get(this.#selected)?.markSelected(false);
    this.#selected = study;
    this.#rows.get(study)?.markSelected(true);
  }

  /** Selects by keyboard: rows stay where they are for a while. @param {string} study */
  moveTo(study) {
    const row = this.#rows.get(study);
    if (!row) return;
    this.#stillness.keysWork();
    this.#listeners.onSelect(study);
    row.focus();
    row.node.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} now */
  tick(now) {
    for (const row of this.#rows.values()) row.tick(now);
  }

  #arrange(lines, order) {
    const before = new Map([...this.#rows].map(([study, { node }]) => [study, node.offsetTop]));
    const focused = document.activeElement;
    for (const [study, row] of this.#rows) {
      if (order.includes(study)) continue;
      this.#seen.unobserve(row.node);
      row.node.remove();
      this.#rows.delete(study);
    }
    for (const [index, line] of lines.entries()) {
      const row = this.#rows.get(line.studyInstanceUID) ?? this.#add(line);
      const there = this.#body.children[index];
      if (there !== row.node) this.#body.insertBefore(row.node, there ?? null);
    }
    this.#order = order;
    if (focused instanceof HTMLElement && focused !== document.activeElement && this.#body.contains(focused)) {
      focused.focus({ preventScroll: true });
    }
    if (before.size > 0) this.#glide(before);
  }

  #add(line) {
    const row = new ListRow(line.studyInstanceUID);
    row.fill(line, this.#me);
    row.markSelected(line.studyInstanceUID === this.#selected);
    this.#rows.set(line.studyInstanceUID, row);
    this.#seen.observe(row.node);
    return row;
  }

  /** Lets rows glide from where they were; new ones appear. */
  #glide(before) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const [study, { node }] of this.#rows) {
      const from = before.get(study);
      if (from === undefined) node.animate({ opacity: [0, 1] }, GLIDE);
      else if (from !== node.offsetTop)
        node.animate({ transform: [`translateY(${from - node.offsetTop}px)`, "none"] }, GLIDE);
    }
  }
}

const studyAt = (target) => target.closest("tr")?.dataset.study ?? "";
