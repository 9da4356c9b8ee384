import { element } from "./elements.js";
import { remember, remembered } from "./remembered.js";
import { badge, mark } from "./shapes.js";
import { SHORTCUTS } from "./shortcuts.js";

const MEANINGS = [
  [() => badge("HIGH"), "a suspected fracture: it goes ahead of its arrival by the head start"],
  [() => badge("MEDIUM"), "every other study that has just been made, in the order of arrival"],
  [() => badge("LOW"), "an old study from the archive's backlog: after all that are new"],
  [() => mark("pin", "Moved up"), "somebody wants it first, and says why; it goes before what the model says"],
  [() => mark("person", "Taken"), "somebody is reading it"],
  [() => mark("disagreement", "Disagreed"), "somebody says that the finding is wrong"],
  [() => mark("agreement", "Agreed"), "somebody says that the finding is right"],
  [() => mark("done", "Completed"), "it has been read"],
];

/** The help over the page: its keys, and what its shapes mean. */
export class HelpDialog {
  #dialog;
  #singleKeys = element("input", { type: "checkbox", id: "single-keys" });

  constructor() {
    this.#singleKeys.checked = remembered("single-keys") !== "off";
    this.#singleKeys.addEventListener("change", () => remember("single-keys", this.#singleKeys.checked ? "on" : "off"));
    const close = element(
      "button.quiet",
      { type: "button" },
      "Close",
      element("kbd", { "aria-hidden": "true" }, "Esc"),
    );
    close.addEventListener("click", () => this.#dialog.close());
    this.#dialog = element(
      "dialog.help",
      { "aria-labelledby": "help-heading" },
      element("header", {}, element("h2", { id: "help-heading" }, "Keys and shapes"), close),
      element(
        "div.halves",
        {},
        element("section", {}, element("h3", {}, "Keys"), keys(), this.#switch()),
        element("section", {}, element("h3", {}, "Shapes"), meanings(), scale()),
      ),
    );
    document.body.append(this.#dialog);
  }

  get areSingleKeysOn() {
    return this.#singleKeys.checked;
  }

  open() {
    this.#dialog.showModal();
  }

  #switch() {
    return element("label", { for: "single-keys" }, this.#singleKeys, "Single letters work as keys");
  }
}

/** Each act once, with all its keys. */
function keys() {
  const byWords = Map.groupBy(SHORTCUTS, ({ words }) => words);
  return element(
    "dl.keys",
    {},
    ...[...byWords].flatMap(([words, shortcuts]) => [
      element("dt", {}, ...shortcuts.flatMap(({ shown }) => [element("kbd", {}, shown), " "])),
      element("dd", {}, words),
    ]),
  );
}

function meanings() {
  return element(
    "dl.shapes",
    {},
    ...MEANINGS.flatMap(([make, words]) => [element("dt", {}, make()), element("dd", {}, words)]),
  );
}

function scale() {
  return element(
    "div",
    {},
    element("h3", {}, "Scale"),
    element(
      "p",
      {},
      "The dot is the calibrated probability of a fracture, the upright line the cut-off from which the model says fracture. " +
        "In the hatched band it does not decide.",
    ),
    element("h3", {}, "Stillness"),
    element(
      "p",
      {},
      "While your pointer is on the list, or you go through it by keys, no row moves: changes wait, and are counted above the list.",
    ),
  );
}
