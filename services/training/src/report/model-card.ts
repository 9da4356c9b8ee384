import { type Markup, markup } from "@redspot/report";
import type { ReportContent } from "./report-content.ts";
import { chosenBy, evaluatedOn, figure } from "./words.ts";

const list = (entries: readonly (string | Markup)[]) =>
  markup`<ul>${entries.map((one) => markup`<li>${one}</li>`)}</ul>`;

/** The model card, under the headings of Mitchell et al., "Model Cards for Model Reporting" (2019). */
export function modelCard(content: ReportContent): Markup {
  const sections: [string, Markup][] = [
    ["Model details", details(content)],
    ["Intended use", intendedUse(content)],
    ["Factors", factors(content)],
    ["Metrics", metrics(content)],
    ["Evaluation data", evaluationData(content)],
    ["Training data", trainingData(content)],
    ["Quantitative analyses", quantitativeAnalyses(content)],
    ["Ethical considerations", ethics()],
    ["Caveats and recommendations", caveats(content)],
  ];
  return markup`${sections.map(([title, body]) => markup`<h3>${title}</h3>${body}`)}`;
}

function details({
  backbone,
  calibration,
  preprocessingVersion,
  engine,
  softwareVersion,
  training,
}: ReportContent): Markup {
  return markup`${list([
    "A linear head on the 2,048 pooled features of Inception v3 (Szegedy et al. 2016), all layers of which are frozen; after Kim & MacKinnon, Clinical Radiology 2018.",
    `Backbone ${backbone.name}, SHA-256 ${backbone.sha256}.`,
    `Calibration: ${calibration.method === "platt" ? "Platt scaling" : "isotonic regression"}, fitted on ${calibration.fittedOn} (n = ${calibration.n}).`,
    `Redspot ${softwareVersion}, preprocessing ${preprocessingVersion}, ${engine}.`,
  ])}<table><tbody>${training.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`;
}

function intendedUse({ synthetic }: ReportContent): Markup {
  return list([
    synthetic
      ? "To demonstrate and to test that everything works. It must not be used on patients."
      : "To order a reading list of the department on whose radiographs it was trained: studies that it flags are read sooner. Every study is still read by a person.",
    "For radiologists and reporting radiographers, with IT operations.",
    "Out of scope: views other than lateral, children with open growth plates, plaster casts, other bones, other departments without an evaluation of their own, and any use in which nobody reads the study.",
  ]);
}

function factors({ evaluation: { subgroups } }: ReportContent): Markup {
  const attributes = [...new Set(subgroups.map(({ attribute }) => attribute))];
  return list([
    `Reported by ${attributes.join(", ") || "no attribute: none is known"}.`,
    "Not known, and so not reported: ethnicity, bone density, mechanism of injury, which radiographer, and what the reader knew who made the label.",
    "Instrumentation: collimation, exposure and processing of the consoles that made the images; their preprocessing is the same in training and in service.",
  ]);
}

function metrics(content: ReportContent): Markup {
  return list([
    "Area under the ROC curve with DeLong's interval; sensitivity and specificity with Wilson's; predictive values at the site's prevalence. All intervals are 95 %.",
    `Cut-off ${content.cutOff.value.toFixed(3)}, chosen by ${chosenBy(content)}, on ${content.cutOff.chosenOn}.`,
    `Inconclusive from ${content.band.low.toFixed(3)} and below ${content.band.high.toFixed(3)}: ${content.band.chosenBy}.`,
  ]);
}

function evaluationData(content: ReportContent): Markup {
  const { fractures, noFractures } = content.evaluation;
  return list([
    `${fractures} cases with and ${noFractures} without a fracture, of ${evaluatedOn(content)}. No patient in it is in the training part.`,
    "Half and half by design, which no clinic is: the predictive values are computed for the site's prevalence.",
  ]);
}

function trainingData({ source, parts, trainingImages, kept, excluded }: ReportContent): Markup {
  const left = excluded.reduce((sum, { count }) => sum + count, 0);
  return list([
    `${source}: ${kept} cases kept, ${left} left out (below, with the reasons).`,
    `${parts.training.cases} cases in the training part, ${trainingImages} images after augmentation.`,
    "Labels are the department's own, from its reports. Nothing here can tell whether they are right.",
  ]);
}

function quantitativeAnalyses({ evaluation: { auc, sensitivity, specificity, subgroups } }: ReportContent): Markup {
  const told = subgroups.filter(({ tooFew }) => !tooFew).length;
  return list([
    `Area under the ROC curve ${figure(auc, 3)}, sensitivity ${figure(sensitivity)}, specificity ${figure(specificity)}.`,
    `By subgroup: figure 8. ${told} of ${subgroups.length} groups have enough cases to say something; groups of two attributes at once have not, and are not reported.`,
  ]);
}

function ethics(): Markup {
  return list([
    "The error to fear is a missed fracture: the study is then not moved forward, and waits as long as it would have without the model.",
    "Who waits longer when others are moved forward is a decision of the department, not of the model.",
    "This page shows radiographs: keep it as patient data are kept.",
  ]);
}

function caveats({ synthetic, calibration: { prevalence } }: ReportContent): Markup {
  return list([
    ...(synthetic ? ["Trained and tested on computer-drawn phantoms: no figure here says anything about people."] : []),
    "Evaluate again after a change of detector, console processing, referral pattern or Redspot's preprocessing; and every year without one.",
    prevalence
      ? `Probabilities hold where ${Math.round(100 * prevalence.site)} % of the patients have a fracture. Measure that, and calibrate again when it changes.`
      : "Probabilities hold where as many patients have a fracture as in the cases (one in two); give the site's prevalence to calibrate.",
  ]);
}
