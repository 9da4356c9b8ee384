import { isAgreement } from "./acts.js";
import { element } from "./elements.js";
import { noPicture, picture } from "./picture.js";
import { probabilityScale } from "./probability-scale.js";
import { badge, mark } from "./shapes.js";
import { clockTime, duration, outcomeWords, percent, personName, reportWords, sentence } from "./words.js";

const COLUMNS = ["position", "priority", "image", "patient", "finding", "waiting", "reading"];

/** One study's row. It is made once, and filled again when the study's line changes. */
export class ListRow {
  #line;
  #filled = "";
  #identity;
  #picture;
  #pictureOf = "";
  #cells = Object.fromEntries(
    COLUMNS.map((name) => [
      name,
      element(name === "patient" ? "th" : "td", name === "patient" ? { scope: "row", class: name } : { class: name }),
    ]),
  );
  #button = element("button.select", { type: "button", tabindex: -1 });
  #under = element("span.under");
  #waited = element("span.figure");
  #since = element("span.under");
  node = element("tr");

  /** @param {string} study */
  constructor(study) {
    this.study = study;
    this.node.dataset.study = study;
    this.node.append(...Object.values(this.#cells));
    this.#cells.patient.append(this.#button, this.#under);
    this.#cells.waiting.append(this.#waited, this.#since);
  }

  get line() {
    return this.#line;
  }

  focus() {
    this.#button.focus({ preventScroll: true });
  }

  /** @param {boolean} selected */
  markSelected(selected) {
    this.#button.tabIndex = selected ? 0 : -1;
    if (selected) this.node.setAttribute("aria-current", "true");
    else this.node.removeAttribute("aria-current");
  }

  /** The study is not on this page of the list any more; its row goes as soon as rows may move. */
  markGone() {
    this.node.dataset.gone = "";
    this.#filled = "";
    this.#cells.reading.replaceChildren(element("span.under", {}, "No longer here"));
  }

  /**
   * @param {any} line of GET /reading-list
   * @param {string} me the name under which whoever looks at the page works
   */
  fill(line, me) {
    this.#line = line;
    const { waitingSeconds, position, ...told } = line;
    this.#cells.position.textContent = position === null ? "" : String(position);
    this.node.setAttribute("aria-rowindex", String((position ?? 0) + 1));
    const filled = JSON.stringify([told, me]);
    if (filled === this.#filled) return;
    this.#filled = filled;
    delete this.node.dataset.gone;
    this.node.dataset.priority = line.priority;
    this.node.dataset.state = line.state;
    const { priority, image, finding, reading } = this.#cells;
    priority.replaceChildren(badge(line.priority), ...pinMark(line.pin, me));
    this.#fillImage(image);
    finding.replaceChildren(...findingCell(line));
    reading.replaceChildren(...readingCell(line, me));
    this.#since.textContent = line.ended ? `until ${clockTime(line.ended.at)}` : `since ${clockTime(line.arrivedAt)}`;
    this.#fillPatient();
  }

  /** @param {any} identity of GET /patients, or undefined where the PACS does not tell */
  identify(identity) {
    this.#identity = identity;
    this.#fillPatient();
  }

  /** @param {number} now milliseconds by the service's clock */
  tick(now) {
    const until = this.#line.ended ? Date.parse(this.#line.ended.at) : now;
    const text = duration((until - Date.parse(this.#line.arrivedAt)) / 1000);
    if (this.#waited.textContent !== text) this.#waited.textContent = text;
  }

  /** @param {{ activationMap: number[], logit: number }} activation */
  showActivation(activation) {
    this.#picture?.show(activation);
  }

  #fillPatient() {
    const { patientName, patientID, accessionNumber } = this.#identity ?? {};
    const name = patientName ?? patientID ?? `Study …${this.study.slice(-8)}`;
    if (this.#button.textContent !== name) this.#button.textContent = name;
    this.#button.title = name;
    const under = [patientName ? patientID : undefined, accessionNumber].filter(Boolean);
    this.#under.replaceChildren(...under.flatMap((text) => [" ", element("span.one-line", { title: text }, text)]));
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

const pinMark = (pin, me) => (pin ? [mark("pin", "Moved up", `by ${personName(pin.by, me)}: ${pin.why}`)] : []);

function findingCell({ outcome, probability, cutOff, inconclusiveBand, reason }) {
  const { text, kind } = outcomeWords(outcome);
  const words = element("span.outcome", { "data-kind": kind }, text);
  if (typeof probability !== "number") {
    const why = reason ? sentence(reason.text) : "";
    return [words, element("span.under.one-line", { title: why }, why)];
  }
  return [
    element("span.answer", {}, words, element("span.figure", {}, percent(probability))),
    probabilityScale({ probability, cutOff, inconclusiveBand, kind }),
  ];
}

/** Who is at it, and what else somebody should know before they choose it. */
function readingCell({ state, takenBy, takenAt, ended, verdict, report, lane }, me) {
  const parts = [];
  const by = (who) => [" ", element("span.under.one-line", {}, `by ${personName(who, me)}`)];
  if (takenBy) parts.push(mark("person", "Taken", `since ${clockTime(takenAt)}`), ...by(takenBy));
  if (ended) parts.push(mark("done", state === "CANCELED" ? "Withdrawn" : "Completed"), ...by(ended.by));
  if (verdict) {
    const [shape, word] = isAgreement(verdict) ? ["agreement", "Agreed"] : ["disagreement", "Disagreed"];
    parts.push(mark(shape, word, `by ${personName(verdict.by, me)}`));
  }
  if (report.state === "failed") {
    const { text, kind } = reportWords(report);
    parts.push(element("span.under.one-line", { "data-kind": kind, title: text }, "Report not in the PACS"));
  }
  if (parts.length === 0 && lane === "backlog") parts.push(element("span.under", {}, "From the backlog"));
  return parts;
}
