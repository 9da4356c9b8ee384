import { actsOn, VERDICTS } from "./acts.js";
import { element } from "./elements.js";
import { historyList } from "./history-list.js";
import { picture } from "./picture.js";
import { probabilityScale } from "./probability-scale.js";
import { mark } from "./shapes.js";
import { birthDate, clockTime, outcomeWords, percent, personName, reportWords, SIDES, sentence } from "./words.js";

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
    const { text, kind } = outcomeWords(line.outcome);
    const words = element("p.answer", {}, element("span.outcome", { "data-kind": kind }, text));
    const parts = [words];
    if (typeof line.probability === "number") {
      words.append(element("span.figure", {}, percent(line.probability)));
      parts.push(
        probabilityScale({ ...line, kind }, { labelled: true }),
        element("p.under", {}, "Calibrated probability of a fracture. It is not a diagnosis."),
      );
    } else {
      const why = line.reason ? sentence(line.reason.text) : "The study has arrived and waits for its analysis";
      parts.push(element("p", {}, `${why}.`));
    }
    if (line.verdict) {
      const { by, at, verdict, comment } = line.verdict;
      parts.push(
        element(
          "p",
          {},
          mark(
            "disagreement",
            `${sentence(personName(by, me))} disagreed at ${clockTime(at)}: ${VERDICTS[verdict] ?? verdict}`,
          ),
        ),
        ...(comment ? [element("p.under", {}, `“${comment}”`)] : []),
      );
    }
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

function heading(line, identity) {
  const { patientName, patientID, patientBirthDate, patientSex, accessionNumber, studyDescription } = identity ?? {};
  const about = [patientID, birthDate(patientBirthDate), patientSex, accessionNumber, studyDescription].filter(Boolean);
  return [
    element("h2", {}, patientName ?? patientID ?? `Study …${line.studyInstanceUID.slice(-8)}`),
    element("p.under", {}, about.length > 0 ? about.join(" · ") : "The PACS has not told who this is."),
  ];
}

function passedOver(instances) {
  const byReason = new Map();
  for (const { analysed, reason } of instances) {
    if (!analysed) byReason.set(reason.text, (byReason.get(reason.text) ?? 0) + 1);
  }
  if (byReason.size === 0) return [];
  const lines = [...byReason].map(([text, count]) =>
    element("li", {}, `${count === 1 ? "1 instance" : `${count} instances`}: ${text}`),
  );
  return [element("h3", {}, "Instances that were not analysed"), element("ul", {}, ...lines)];
}

function facts(line, finding) {
  const { model, softwareVersion } = finding ?? {};
  const use = line.model?.intendedUse === "clinical" ? "" : " (demonstration, not for clinical use)";
  const rows = [
    ["Report", `${reportWords(line.report).text}`],
    line.analysedAt ? ["Analysed", clockTime(line.analysedAt)] : undefined,
    line.model ? ["Model", `${line.model.name} ${line.model.version}${use}`] : undefined,
    model ? ["Package", element("code", { title: model.packageHash }, model.packageHash.slice(0, 16))] : undefined,
    model
      ? ["Run by", `${model.engine}, preprocessing ${model.preprocessingVersion}, Redspot ${softwareVersion}`]
      : undefined,
    ["Study", element("code", {}, line.studyInstanceUID)],
  ].filter((row) => row !== undefined);
  return [
    element(
      "details",
      {},
      element("summary", {}, "How this was found"),
      element("dl", {}, ...rows.flatMap(([term, text]) => [element("dt", {}, term), element("dd", {}, text)])),
    ),
  ];
}
