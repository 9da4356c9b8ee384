import type { Estimate } from "@redspot/model";
import { type Markup, markup } from "@redspot/report";
import type { ReportContent } from "./report-content.ts";
import { chosenBy, evaluatedOn, figure, pValue } from "./words.ts";

/** The figures that count, each with its interval, beside the paper's. */
export function results(content: ReportContent): Markup {
  const { evaluation } = content;
  const { auc, sensitivity, specificity, inconclusive, conclusive, predictiveValues, inService } = evaluation;
  const at = `at a prevalence of ${Math.round(1000 * predictiveValues.prevalence) / 10} %`;
  const rows: [string, Estimate, string][] = [
    ["Area under the ROC curve", auc, "0.954"],
    ["Sensitivity", sensitivity, "0.90"],
    ["Specificity", specificity, "0.88"],
    [`Positive predictive value ${at}`, predictiveValues.positive, ""],
    [`Negative predictive value ${at}`, predictiveValues.negative, ""],
    ["Part of answers that are inconclusive", inconclusive, ""],
    ...(conclusive
      ? ([
          ["Sensitivity where the answer is conclusive", conclusive.sensitivity, ""],
          ["Specificity where the answer is conclusive", conclusive.specificity, ""],
        ] as [string, Estimate, string][])
      : []),
  ];
  return markup`<section><h2>Results</h2>
<p>On ${evaluation.fractures} cases with and ${evaluation.noFractures} without a fracture: ${evaluatedOn(content)}. Cut-off at a calibrated
probability of ${content.cutOff.value.toFixed(3)}${content.cutOff.interval ? ` (${content.cutOff.interval.low.toFixed(3)} to ${content.cutOff.interval.high.toFixed(3)} by bootstrap)` : ""}, chosen by ${chosenBy(content)}.</p>
<table class="figures"><thead><tr><th scope="col">Measure</th><th scope="col">Value (95 % interval)</th><th scope="col">n</th><th scope="col">Paper</th></tr></thead>
<tbody>${rows.map(([name, estimate, paper]) => markup`<tr><th scope="row">${name}</th><td>${figure(estimate, name.startsWith("Area") ? 3 : 2)}</td><td>${estimate.n}</td><td>${paper}</td></tr>`)}</tbody></table>
<p class="note">Intervals: ${[...new Set(rows.map(([, { method }]) => method))].join("; ")}. Calibration: Brier score ${evaluation.brier.toFixed(3)}, cross-entropy ${evaluation.crossEntropy.toFixed(3)},
expected calibration error ${evaluation.expectedCalibrationError.toFixed(3)} (ten bins of equal mass). The paper's column is 50 + 50 radiographs of patients of one hospital${content.synthetic ? "; beside figures on drawings it is there for its place only, not to be compared with" : ""}.</p>
${inService ? inServiceParagraph(inService) : undefined}
</section>`;
}

function inServiceParagraph(inService: NonNullable<ReportContent["evaluation"]["inService"]>): Markup {
  const { name, version, auc, newBetterBy, onlyNewRight, onlyInServiceRight, p } = inService;
  return markup`<p><strong>Beside the package in service</strong>, ${name} ${version}, on the same cases: its area is ${figure(auc, 3)}; the new one's is
larger by ${newBetterBy.difference.toFixed(3)} (${newBetterBy.low.toFixed(3)} to ${newBetterBy.high.toFixed(3)}; DeLong, ${pValue(newBetterBy.p)}). Only the new one is
right on ${onlyNewRight} cases, only the one in service on ${onlyInServiceRight} (McNemar, mid-p, ${pValue(p)}). A package that was trained on some of these cases looks better here than it is.</p>`;
}
