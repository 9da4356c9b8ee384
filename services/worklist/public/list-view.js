import { ListRow } from "./list-row.js";

/** How long the pointer must rest on the list before rows may move under it. */
const REST_MS = 1500;

/**
 * The rows of the reading list. Rows keep their element from one state of the list to the next: focus and pictures
 * stay, and what moves can be seen to move. Nothing moves while the pointer is on its way to something.
 */
export class ListView {
  /** @type {Map<string, ListRow>} */
  #rows = new Map();
  /** @type {string[]} */
  #order = [];
  #selected = "";
  #body;
  #onSelect;
  #pointerMovedAt = Number.NEGATIVE_INFINITY;
  #waiting;

  /**
   * @param {HTMLElement} body
   * @param {(study: string) => void} onSelect
   */
  constructor(body, onSelect) {
    this.#body = body;
    this.#onSelect = onSelect;
    const moved = () => {
      this.#pointerMovedAt = performance.now();
    };
    body.addEventListener("pointermove", moved);
    body.addEventListener("pointerdown", moved);
    body.addEventListener("pointerleave", () => {
      this.#pointerMovedAt = Number.NEGATIVE_INFINITY;
    });
  }

  get studies() {
    return this.#order;
  }

  /** @param {string} study */
  row(study) {
    return this.#rows.get(study);
  }

  /**
   * Shows the lines, now or as soon as the pointer rests.
   *
   * @param {any[]} lines
   * @param {() => void} shown
   */
  show(lines, shown) {
    clearTimeout(this.#waiting);
    const order = lines.map((line) => line.studyInstanceUID);
    const moves = order.some((study, index) => study !== this.#order[index]);
    const rest = REST_MS - (performance.now() - this.#pointerMovedAt);
    if (moves && this.#order.length > 0 && rest > 0) {
      this.#waiting = setTimeout(() => this.show(lines, shown), rest);
      return;
    }
    const before = this.#places();
    for (const [study, row] of this.#rows) {
      if (!order.includes(study)) {
        row.node.remove();
        this.#rows.delete(study);
      }
    }
    const focused = document.activeElement;
    lines.forEach((line, index) => {
      const row = this.#rows.get(line.studyInstanceUID) ?? this.#add(line.studyInstanceUID);
      row.fill(line);
      const there = this.#body.children[index];
      if (there !== row.node) this.#body.insertBefore(row.node, there ?? null);
    });
    this.#order = order;
    if (focused instanceof HTMLElement && focused !== document.activeElement && this.#body.contains(focused)) {
      focused.focus({ preventScroll: true });
    }
    this.#glide(before);
    shown();
  }

  /** @param {string} study */
  select(study) {
    this.#rows.get(this.#selected)?.markSelected(false);
    this.#selected = study;
    this.#rows.get(study)?.markSelected(true);
  }

  /** @param {number} now */
  tick(now) {
    for (const row of this.#rows.values()) row.tick(now);
  }

  #add(study) {
    const row = new ListRow(study, this.#onSelect);
    row.markSelected(study === this.#selected);
    this.#rows.set(study, row);
    return row;
  }

  #places() {
    return new Map([...this.#rows].map(([study, { node }]) => [study, node.offsetTop]));
  }

  /** Lets rows glide from where they were; new ones appear. */
  #glide(before) {
    if (before.size === 0 || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const [study, { node }] of this.#rows) {
      const from = before.get(study);
      const timing = { duration: 450, easing: "ease-in-out" };
      if (from === undefined) node.animate({ opacity: [0, 1] }, timing);
      else if (from !== node.offsetTop)
        node.animate({ transform: [`translateY(${from - node.offsetTop}px)`, "none"] }, timing);
    }
  }
}
