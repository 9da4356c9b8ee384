import { element } from "./elements.js";
import { picture } from "./picture.js";
import { probabilityScale } from "./probability-scale.js";
import { birthDate, clockTime, outcomeWords, percent, reportWords, SIDES, sentence } from "./words.js";

/** Everything about the selected study. */
export class DetailView {
  #panel;
  #controls;
  #shown = "";

  /**
   * @param {HTMLElement} panel
   * @param {HTMLElement} controls of the activation map
   */
  constructor(panel, controls) {
    this.#panel = panel;
    this.#controls = controls;
    // It scrolls where the window is low, and must do so by keyboard too.
    panel.tabIndex = 0;
  }

  clear() {
    this.#shown = "";
    this.#panel.replaceChildren(
      element("p.hint", {}, "Select a study to see its image and what the finding rests on."),
    );
  }

  /**
   * @param {any} line of GET /reading-list
   * @param {any} identity of GET /patients
   * @param {any} detail of GET /studies/:study, once it is there
   */
  show(line, identity, detail) {
    const state = JSON.stringify(
      [line, identity, detail?.finding?.revision, detail?.finding?.analysedAt],
      (key, value) => (key === "waitingSeconds" || key === "position" ? undefined : value),
    );
    if (state === this.#shown) return;
    this.#shown = state;
    // The controls are moved, not made anew, and would lose the focus.
    const focused = document.activeElement;
    const instances = detail?.finding?.instances ?? [];
    this.#panel.replaceChildren(
      heading(line, identity),
      ...this.#pictures(line, instances),
      answer(line),
      ...passedOver(instances),
      facts(line, identity, detail?.finding),
    );
    if (focused instanceof HTMLElement && this.#controls.contains(focused)) focused.focus({ preventScroll: true });
  }

  #pictures(line, instances) {
    const analysed = instances.filter((instance) => instance.analysed);
    if (analysed.length === 0) return [];
    const ordered = analysed.toSorted((a, b) => b.probability - a.probability);
    const figures = ordered.map((instance) => {
      const side = SIDES[instance.laterality];
      const name = `${side ? `${side} wrist` : "Wrist"}, as the model saw it`;
      const shown = picture({ study: line.studyInstanceUID, instance: instance.sopInstanceUID, alt: name });
      shown.show(instance);
      const caption = ordered.length > 1 ? `${side ?? "Side unknown"}, ${percent(instance.probability)}` : name;
      return element("figure", {}, shown.node, element("figcaption", {}, caption));
    });
    return [element("div.figures", { "data-count": figures.length }, ...figures), this.#controls];
  }
}

function heading(line, identity) {
  const { patientName, patientID, patientBirthDate, patientSex, accessionNumber, studyDescription } = identity ?? {};
  const viewer = identity?.viewerUrl ?? line.viewerUrl;
  const about = [patientID, birthDate(patientBirthDate), patientSex, accessionNumber, studyDescription].filter(Boolean);
  return element(
    "header",
    {},
    element("h2", {}, patientName ?? patientID ?? "Study"),
    element("p.under", {}, about.length > 0 ? about.join(" · ") : line.studyInstanceUID),
    viewer
      ? element("a.open", { href: viewer, target: "_blank", rel: "noopener noreferrer" }, "Open in the PACS viewer")
      : undefined,
  );
}

function answer(line) {
  const { text, kind } = outcomeWords(line.outcome);
  const words = element("p.answer", {}, element("span.outcome", { "data-kind": kind }, text));
  if (typeof line.probability !== "number") {
    const why = line.reason ? sentence(line.reason.text) : "The study has arrived and waits for its analysis.";
    return element("section", {}, words, element("p", {}, `${why}${why.endsWith(".") ? "" : "."}`));
  }
  const {
    probability,
    cutOff,
    inconclusiveBand: { low, high },
  } = line;
  words.append(element("span.figure", {}, percent(probability)));
  const band = high > low ? ` It does not decide from ${percent(low)} to ${percent(high)}.` : "";
  return element(
    "section",
    {},
    words,
    probabilityScale({ ...line, kind }),
    element(
      "p.under",
      {},
      `Calibrated probability of a fracture. The model says fracture from ${percent(cutOff)}.${band}`,
    ),
  );
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
  return [element("section", {}, element("h3", {}, "Not analysed"), element("ul", {}, ...lines))];
}

function facts(line, identity, finding) {
  const report = reportWords(line.report);
  const { model, softwareVersion } = finding ?? {};
  const use = line.model?.intendedUse === "clinical" ? "" : " (demonstration, not for clinical use)";
  const rows = [
    ["Arrived", clockTime(line.arrivedAt)],
    ["Report", report.detail],
    line.analysedAt ? ["Analysed", clockTime(line.analysedAt)] : undefined,
    line.model ? ["Model", `${line.model.name} ${line.model.version}${use}`] : undefined,
    model ? ["Package", element("code", { title: model.packageHash }, model.packageHash.slice(0, 16))] : undefined,
    model
      ? ["Run by", `${model.engine}, preprocessing ${model.preprocessingVersion}, Redspot ${softwareVersion}`]
      : undefined,
    ["Study", element("code", {}, line.studyInstanceUID)],
    identity === undefined ? ["Patient", "The PACS has not told who this is"] : undefined,
  ].filter((row) => row !== undefined);
  return element("dl", {}, ...rows.flatMap(([term, text]) => [element("dt", {}, term), element("dd", {}, text)]));
}
