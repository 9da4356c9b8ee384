// Sections of the selected study's panel, each from what is known to what it shows.

import { isAgreement, VERDICTS } from "./acts.js";
import { element } from "./elements.js";
import { probabilityScale } from "./probability-scale.js";
import { mark } from "./shapes.js";
import { birthDate, clockTime, outcomeWords, percent, personName, reportWords, sentence } from "./words.js";

/** What was found, on its scale, or why nothing was; and who says that it is wrong. */
export function answer(line, me) {
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
          isAgreement(line.verdict) ? "agreement" : "disagreement",
          `${sentence(personName(by, me))} ${isAgreement(line.verdict) ? "agreed" : "disagreed"} at ${clockTime(at)}: ${VERDICTS[verdict] ?? verdict}`,
        ),
      ),
      ...(comment ? [element("p.under", {}, `“${comment}”`)] : []),
    );
  }
  return parts;
}

/** Who the study is about. */
export function heading(line, identity) {
  const { patientName, patientID, patientBirthDate, patientSex, accessionNumber, studyDescription } = identity ?? {};
  const lines = [
    [patientID, birthDate(patientBirthDate), patientSex],
    [accessionNumber, studyDescription],
  ].map((parts) => parts.filter(Boolean).join(" · "));
  const about = lines.filter((line) => line !== "");
  return [
    element("h2", {}, patientName ?? patientID ?? `Study …${line.studyInstanceUID.slice(-8)}`),
    element(
      "div.about",
      {},
      ...(about.length > 0 ? about : ["The PACS has not told who this is."]).map((line) =>
        element("p.under", {}, line),
      ),
    ),
  ];
}

/** Why instances were not analysed, each reason once. */
export function passedOver(instances) {
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

/** What the finding was made with. */
export function facts(line, finding) {
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
