import { element, shape } from "./elements.js";
import { noPicture, picture } from "./picture.js";
import { probabilityScale } from "./probability-scale.js";
import { duration, outcomeWords, PRIORITIES, percent, reportWords, sentence } from "./words.js";

/** A shape for each priority, so that neither colour nor word is needed to tell them apart. */
const SHAPES = {
  HIGH: () => shape("path", { d: "M8 1 15.5 14.5H.5z" }),
  MEDIUM: () => shape("circle", { cx: 8, cy: 8, r: 5 }),
  LOW: () => shape("path", { d: "M8 15 .5 1.5h15z", fill: "none", "stroke-width": 1.5, stroke: "currentColor" }),
};

/** One study's row. It is made once, and filled again when the study's line changes. */
export class ListRow {
  #line;
  #identity;
  #picture;
  #pictureOf = "";
  #cells = Object.fromEntries(
    ["position", "priority", "image", "patient", "finding", "waiting", "report"].map((name) => [
      name,
      element(name === "patient" ? "th" : "td", name === "patient" ? { scope: "row", class: name } : { class: name }),
    ]),
  );
  #button = element("button.select", { type: "button" });
  #under = element("span.under");
  node = element("tr");

  /**
   * @param {string} study
   * @param {(study: string) => void} onSelect
   */
  constructor(study, onSelect) {
    this.study = study;
    this.node.dataset.study = study;
    this.node.append(...Object.values(this.#cells));
    this.#cells.patient.append(this.#button, this.#under);
    this.node.addEventListener("click", () => onSelect(study));
  }

  get line() {
    return this.#line;
  }

  focus() {
    this.#button.focus({ preventScroll: true });
  }

  /** @param {boolean} selected */
  markSelected(selected) {
    if (selected) this.node.setAttribute("aria-current", "true");
    else this.node.removeAttribute("aria-current");
  }

  /** @param {any} line of GET /reading-list */
  fill(line) {
    this.#line = line;
    const { position, priority, image, finding, report } = this.#cells;
    this.node.dataset.priority = line.priority;
    position.textContent = String(line.position);
    priority.replaceChildren(
      element(
        "span.badge",
        { "data-priority": line.priority },
        shape("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, SHAPES[line.priority]()),
        PRIORITIES[line.priority],
      ),
    );
    this.#fillImage(image);
    finding.replaceChildren(...findingCell(line));
    const words = reportWords(line.report);
    report.replaceChildren(element("span.report-state", { "data-kind": words.kind, title: words.detail }, words.text));
    this.#fillPatient();
  }

  /** @param {any} identity of GET /patients, or undefined where the PACS does not tell */
  identify(identity) {
    this.#identity = identity;
    this.#fillPatient();
  }

  /** @param {number} now milliseconds by the service's clock */
  tick(now) {
    const text = duration((now - Date.parse(this.#line.arrivedAt)) / 1000);
    if (this.#cells.waiting.textContent !== text) this.#cells.waiting.textContent = text;
  }

  /** @param {{ activationMap: number[], logit: number }} activation */
  showActivation(activation) {
    this.#picture?.show(activation);
  }

  #fillPatient() {
    const { patientName, patientID, accessionNumber } = this.#identity ?? {};
    this.#button.textContent = patientName ?? patientID ?? `Study ${this.study.slice(-12)}`;
    const under = [patientName ? patientID : undefined, accessionNumber].filter(Boolean);
    this.#under.textContent = under.join(" · ");
  }

  #fillImage(cell) {
    const telling = this.#line.tellingInstance;
    const instance = telling?.sopInstanceUID ?? "";
    if (instance === this.#pictureOf && cell.firstChild) return;
    this.#pictureOf = instance;
    this.#picture = telling ? picture({ study: this.study, instance, alt: "" }) : undefined;
    cell.replaceChildren(this.#picture?.node ?? noPicture());
  }
}

function findingCell({ outcome, probability, cutOff, inconclusiveBand, reason }) {
  const { text, kind } = outcomeWords(outcome);
  const words = element("span.outcome", { "data-kind": kind }, text);
  if (typeof probability !== "number") return [words, element("span.under", {}, reason ? sentence(reason.text) : "")];
  return [
    element("span.answer", {}, words, element("span.figure", {}, percent(probability))),
    probabilityScale({ probability, cutOff, inconclusiveBand, kind }),
  ];
}
