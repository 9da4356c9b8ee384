import { element } from "./elements.js";

/** What is wrong, said once each and for as long as it is. It stands below the list, so that nothing above moves. */
export class Notices {
  #said = new Map();
  #area;

  /** @param {HTMLElement} area */
  constructor(area) {
    this.#area = area;
  }

  /**
   * @param {string} about
   * @param {string | undefined} text nothing once it is right again
   */
  say(about, text) {
    if (this.#said.get(about) === text) return;
    if (text === undefined) this.#said.delete(about);
    else this.#said.set(about, text);
    this.#area.replaceChildren(...[...this.#said.values()].map((line) => element("p.notice", {}, line)));
  }
}
