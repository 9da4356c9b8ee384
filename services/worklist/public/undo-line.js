import { element } from "./elements.js";
import { personName } from "./words.js";

/** So many acts can be undone, one after the other. */
const KEPT = 20;

/** What stands against an act, in words of the page. */
const REFUSALS = {
  STUDY_TAKEN: (by) => `${by} is reading this study`,
  STUDY_ENDED: (by) => `${by} has completed or withdrawn this study`,
};

/** What was done last, and the way back. It stays until something else is done: nobody is hurried. */
export class UndoLine {
  /** @type {{ said: string, undo: () => Promise<any> }[]} */
  #done = [];
  #line;
  #onUndone;

  /**
   * @param {HTMLElement} line
   * @param {() => void} onUndone
   */
  constructor(line, onUndone) {
    this.#line = line;
    this.#onUndone = onUndone;
  }

  /** @param {{ said: string, undo?: () => Promise<any> }} act */
  done({ said, undo }) {
    if (undo) this.#done = [...this.#done, { said, undo }].slice(-KEPT);
    this.#say(`${said}.`, undo !== undefined);
  }

  /** @param {string} why */
  failed(why) {
    this.#say(`Nothing was changed: ${why}.`, false, "failed");
  }

  /** @param {Error & { code?: string, by?: string }} error of the service */
  refused({ code, by, message }) {
    this.failed(REFUSALS[code]?.(by ? personName(by, "") : "somebody else") ?? message);
  }

  clear() {
    this.#done = [];
    this.#line.replaceChildren();
  }

  async undo() {
    const last = this.#done.pop();
    if (!last) {
      this.#say("There is nothing to undo.", false);
      return;
    }
    try {
      await last.undo();
      this.#say(`Undone: ${last.said}.`, false);
    } catch (error) {
      this.refused(error);
    }
    this.#onUndone();
  }

  #say(text, canUndo, kind = "done") {
    this.#line.dataset.kind = kind;
    const button = element(
      "button",
      { type: "button", "aria-keyshortcuts": "U" },
      "Undo",
      element("kbd", { "aria-hidden": "true" }, "U"),
    );
    button.addEventListener("click", () => void this.undo());
    this.#line.replaceChildren(element("span", {}, text), ...(canUndo ? [button] : []));
  }
}
