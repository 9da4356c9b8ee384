import { actsOn } from "./acts.js";
import { answer, facts, heading, passedOver } from "./detail-sections.js";
import { element } from "./elements.js";
import { historyList } from "./history-list.js";
import { picture } from "./picture.js";
import { percent, SIDES } from "./words.js";

const KEYS = { take: "T", complete: "C", pin: "M" };

/**
 * Everything about the selected study. What can be pressed stands at the top and keeps its place; below, each section is
 * made anew only when what it tells has changed.
 */
export class DetailView {
  #panel;
  #controls;
  #onAct;
  #sections = Object.fromEntries(
    ["heading", "actions", "finding", "pictures", "passed-over", "history", "facts"].map((name) => [
      name,
      { node: element(`section.${name}`), told: "" },
    ]),
  );
  #buttons = Object.fromEntries(Object.keys(KEYS).map((name) => [name, this.#button(name)]));
  #viewer = element(
    "a.button.primary",
    { target: "_blank", rel: "noopener noreferrer", "aria-keyshortcuts": "O" },
    "Open in the PACS viewer",
    element("kbd", { "aria-hidden": "true" }, "O"),
  );

  #onlyLooking = element("p.under", {}, "You may look at the list, but not work on it: that needs the scope work.");

  /**
   * @param {HTMLElement} panel
   * @param {HTMLElement} controls of the activation map
   * @param {(name: "take" | "complete" | "pin" | "disagree", index?: number) => void} onAct
   */
  constructor(panel, controls, onAct) {
    this.#panel = panel;
    this.#controls = controls;
    this.#onAct = onAct;
    // It scrolls where the window is low, and must do so by keyboard too.
    panel.tabIndex = 0;
    const { actions } = this.#sections;
    actions.node.append(this.#viewer, element("div.acts", {}, ...Object.values(this.#buttons)), this.#onlyLooking);
  }

  /** @param {string} hint */
  clear(hint) {
    for (const section of Object.values(this.#sections)) section.told = "";
    this.#panel.replaceChildren(...(hint ? [element("p.hint", {}, hint)] : []));
  }

  /**
   * @param {any} line of GET /reading-list
   * @param {{
   *   me: string,
   *   mayWork: boolean,
   *   hasViewer: boolean,
   *   identity?: any,
   *   finding?: any,
   *   history?: any[] | "away",
   * }} context what else is known of the study: who it is (GET /patients), the whole finding (GET /studies/:study), and
   *   what happened to it (GET /studies/:study/history)
   */
  show(line, { me, mayWork, hasViewer, identity, finding, history }) {
    const parts = Object.values(this.#sections).map(({ node }) => node);
    if (this.#panel.firstElementChild !== parts[0]) this.#panel.replaceChildren(...parts);
    const instances = finding?.instances ?? [];
    this.#tell("heading", [identity, line.studyInstanceUID], () => heading(line, identity));
    this.#showActions(line, { me, mayWork, hasViewer, identity });
    this.#tell("finding", [line.outcome, line.probability, line.revision, line.verdict, me, mayWork], () =>
      this.#finding(line, me, mayWork),
    );
    this.#tell("pictures", [line.studyInstanceUID, line.tellingInstance, line.revision, finding !== undefined], () =>
      this.#pictures(line, instances),
    );
    this.#tell("passed-over", [line.studyInstanceUID, line.revision, instances.length], () =>
      // Of a single instance the finding has told already.
      instances.length > 1 ? passedOver(instances) : [],
    );
    this.#tell("history", [line.studyInstanceUID, history], () => [
      element("h3", {}, "History"),
      history === "away" ? element("p.under", {}, "It cannot be read just now.") : historyList(history ?? [], me),
    ]);
    this.#tell("facts", [line.studyInstanceUID, line.report, line.revision, finding !== undefined], () =>
      facts(line, finding),
    );
  }

  /** The address of the study in the PACS viewer, where there is one. */
  get viewer() {
    return this.#viewer.hasAttribute("href") ? this.#viewer : undefined;
  }

  /** Makes a section anew if what it tells is not what it told. */
  #tell(name, told, make) {
    const section = this.#sections[name];
    const text = JSON.stringify(told);
    if (text === section.told) return;
    section.told = text;
    const focused = document.activeElement;
    const hadFocus = section.node.contains(focused);
    const content = make();
    section.node.hidden = content.length === 0;
    const open = section.node.querySelector("details")?.open ?? false;
    section.node.replaceChildren(...content);
    const details = section.node.querySelector("details");
    if (details) details.open = open;
    if (!hadFocus) return;
    // What is moved and not made anew loses the focus; what was pressed may have become something else.
    const heir = section.node.contains(focused) ? focused : section.node.querySelector("button, summary");
    if (heir instanceof HTMLElement) heir.focus({ preventScroll: true });
  }

  #button(name) {
    const button = element("button", { type: "button", "aria-keyshortcuts": KEYS[name] });
    button.addEventListener("click", () => this.#onAct(name));
    return button;
  }

  #showActions(line, { me, mayWork, hasViewer, identity }) {
    const address = identity?.viewerUrl ?? line.viewerUrl;
    // It keeps its room while its address needs what the PACS has not told yet.
    this.#viewer.hidden = !hasViewer;
    if (!address) this.#viewer.removeAttribute("href");
    else if (this.#viewer.getAttribute("href") !== address) this.#viewer.setAttribute("href", address);
    this.#onlyLooking.hidden = mayWork;
    const acts = actsOn(line, me);
    for (const [name, button] of Object.entries(this.#buttons)) {
      const label = acts[name]?.label ?? { take: "Take", complete: "Complete", pin: "Move up" }[name];
      button.hidden = !mayWork;
      button.disabled = acts[name] === undefined;
      if (button.firstChild?.textContent !== label)
        button.replaceChildren(label, element("kbd", { "aria-hidden": "true" }, KEYS[name]));
    }
  }

  #finding(line, me, mayWork) {
    const parts = answer(line, me);
    const { disagree } = actsOn(line, me);
    if (mayWork && disagree.length > 0) {
      const buttons = disagree.map(({ label }, index) => {
        const key = index === 0 ? [element("kbd", { "aria-hidden": "true" }, "D")] : [];
        const button = element(
          "button",
          { type: "button", "aria-keyshortcuts": index === 0 ? "D" : undefined },
          label,
          ...key,
        );
        button.addEventListener("click", () => this.#onAct("disagree", index));
        return button;
      });
      parts.push(element("div.acts", {}, ...buttons));
    }
    return parts;
  }

  #pictures(line, instances) {
    const telling = line.tellingInstance;
    if (!telling) return [];
    const known = instances.filter((instance) => instance.analysed).toSorted((a, b) => b.probability - a.probability);
    // Until the whole finding is there, the telling image is shown, and room is kept for the others.
    const shown = known.length > 0 ? known : [telling];
    const count = Math.max(line.images?.analysed ?? 1, shown.length);
    const figures = shown.map((instance) => {
      const side = SIDES[instance.laterality];
      const name = `${side ? `${side} wrist` : "Wrist"}, as the model saw it`;
      const { node, show } = picture({ study: line.studyInstanceUID, instance: instance.sopInstanceUID, alt: name });
      if (instance.activationMap) show(instance);
      node.append(element("span.chip", {}, "explanation"));
      const several = count > 1 && instance.probability !== undefined;
      const caption = several ? `${side ?? "Side unknown"}, ${percent(instance.probability)}` : name;
      return element("figure", {}, node, element("figcaption", {}, caption));
    });
    while (figures.length < count)
      figures.push(element("figure", {}, element("span.picture"), element("figcaption", {}, " ")));
    return [this.#controls, element("div.figures", { "data-count": Math.min(count, 4) }, ...figures)];
  }
}
