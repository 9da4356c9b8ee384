import { type CalibrationMap, calibrate, type Estimate } from "@redspot/model";
import { Markup, markup } from "@redspot/report";
import { decisionFigure } from "./decision-figure.ts";
import { filterPicture } from "./pictures.ts";
import { reliabilityDiagram } from "./reliability-diagram.ts";
import type { ReportContent } from "./report-content.ts";
import { rocFigure } from "./roc-figure.ts";
import { scoreHistogram } from "./score-histogram.ts";
import { subgroupForest } from "./subgroup-forest.ts";
import { trainingCurves } from "./training-curves.ts";
import { figure } from "./words.ts";

function figureOf(number: string, drawing: string | Markup, caption: string | Markup): Markup {
  const body = typeof drawing === "string" ? new Markup(drawing) : drawing;
  return markup`<figure>${body}<figcaption><strong>Figure ${number}.</strong> ${caption}</figcaption></figure>`;
}

/** Figures 2 to 5 of the paper, by their numbers, and three more. */
export function figuresSection(content: ReportContent): Markup {
  const { evaluation, calibration, cutOff, band, curves } = content;
  const { logits, fracture } = evaluation.scores;
  const labels = Uint8Array.from(fracture);
  const probabilities = logits.map((logit) => calibrate(calibration, logit));
  const { prevalence: _, ...fitted } = calibration;
  const promised = logits.map((logit) => calibrate(fitted as CalibrationMap, logit));
  const at = { sensitivity: evaluation.sensitivity.value, specificity: evaluation.specificity.value };
  const roc = rocFigure({ scores: logits, labels, seed: content.seed, at });
  return markup`<section><h2>Figures</h2>
<p class="note">Figures 2 to 5 are those of the paper, by their numbers.</p>
<div class="narrow">${figureOf("2", filterPicture(content.filters), "The filters of the first layer, which retraining leaves as they are: edges, blobs and colours that ImageNet taught. Radiographs are grey, so that the colours add up.")}</div>
<div class="pair">${figureOf("3 a", trainingCurves(curves, "accuracy"), markup`Accuracy against iteration: pale every point, strong the mean of the last 40 points. Training is the minibatch, validation the part that is not trained on.`)}
${figureOf("3 b", trainingCurves(curves, "crossEntropy"), "Cross-entropy. Where validation rises while training falls, the head learns its cases by heart.")}</div>
<div class="pair">${figureOf("4", roc.svg, `ROC curve, area ${figure(evaluation.auc, 3)}. Band: ${roc.method}. Diamond: the cut-off.`)}
${figureOf("5", scoreHistogram({ probabilities, labels, cutOff: cutOff.value, band }), `Calibrated probabilities of cases without (above) and with a fracture (below). Dotted: the cut-off, ${cutOff.value.toFixed(3)}. Grey: inconclusive.`)}</div>
<div class="pair">${figureOf("6", reliabilityDiagram(promised, labels), "Reliability: of the cases that were given about so much probability, so many have a fracture. On the line, a probability means what it says. Bars: Wilson, 95 %.")}
${figureOf("7", decisionFigure({ probabilities: atPrevalence(content, logits), labels, prevalence: evaluation.predictiveValues.prevalence, cutOff: cutOff.value }), `Decision curve (Vickers & Elkin 2006) at a prevalence of ${Math.round(1000 * evaluation.predictiveValues.prevalence) / 10} %: the model is worth acting on where its line is above the other two.`)}</div>
${figureOf("8", subgroupForest(evaluation.subgroups, evaluation), "Sensitivity and specificity by subgroup, with 95 % intervals (Wilson). Dotted: all cases. Hollow: too few cases of a class to say anything, good or bad.")}
${subgroupTable(content)}
${retestTable(content)}
</section>`;
}

/** Probabilities that hold at the prevalence of the predictive values. */
function atPrevalence({ calibration, evaluation }: ReportContent, logits: readonly number[]): number[] {
  const training =
    calibration.prevalence?.training ?? evaluation.fractures / (evaluation.fractures + evaluation.noFractures);
  const { prevalence: _, ...fitted } = calibration;
  const shifted = {
    ...fitted,
    prevalence: { training, site: evaluation.predictiveValues.prevalence },
  } as CalibrationMap;
  return logits.map((logit) => calibrate(shifted, logit));
}

function subgroupTable({ evaluation: { subgroups } }: ReportContent): Markup {
  const cell = (estimate: Estimate | undefined) => (estimate ? figure(estimate) : "–");
  return markup`<table class="figures"><caption>Subgroups</caption><thead><tr><th scope="col">Group</th><th scope="col">Fracture / none</th><th scope="col">AUC</th><th scope="col">Sensitivity</th><th scope="col">Specificity</th></tr></thead><tbody>
${subgroups.map(({ attribute, value, fractures, noFractures, auc, sensitivity, specificity, tooFew }) => markup`<tr${tooFew ? new Markup(' class="few"') : undefined}><th scope="row">${attribute}: ${value}${tooFew ? " (too few)" : ""}</th><td>${fractures} / ${noFractures}</td><td>${cell(auc)}</td><td>${cell(sensitivity)}</td><td>${cell(specificity)}</td></tr>`)}
</tbody></table>`;
}

function retestTable({ evaluation: { retest } }: ReportContent): Markup | undefined {
  if (retest.length === 0) return undefined;
  return markup`<table class="figures"><caption>Test and retest: the same images, changed in a way that no reader would call a difference (n = ${retest[0]!.n})</caption>
<thead><tr><th scope="col">Change</th><th scope="col">Probability moves, mean</th><th scope="col">at most</th><th scope="col">Answers changed</th></tr></thead><tbody>
${retest.map(({ change, meanDifference, largestDifference, answersChanged, n }) => markup`<tr><th scope="row">${change}</th><td>${meanDifference.toFixed(3)}</td><td>${largestDifference.toFixed(3)}</td><td>${answersChanged} of ${n}</td></tr>`)}
</tbody></table>`;
}
