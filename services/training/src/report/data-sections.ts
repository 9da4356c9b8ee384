import { Markup, markup } from "@redspot/report";
import type { ReportContent } from "./report-content.ts";
import { figure, pValue } from "./words.ts";

/** What tells fractures without looking at bones, beside the model. */
export function shortcutSection({ evaluation: { shortcuts, auc } }: ReportContent): Markup {
  return markup`<section><h2>What the data alone would tell</h2>
<p>Small logistic regressions on what has nothing to do with bones, trained and tested on the very same split. The model's area is ${figure(auc, 3)}; where one of
these does as well, the classes differ in more than fractures, and the network may have learnt that.</p>
<table class="figures"><thead><tr><th scope="col">Shortcut</th><th scope="col">Its area (95 %)</th><th scope="col">Model better by</th><th scope="col">Verdict</th></tr></thead><tbody>
${shortcuts.map((one) => markup`<tr${one.asGood ? new Markup(' class="alarm"') : undefined}><th scope="row">${one.name}</th><td>${figure(one.auc)}</td><td>${figure({ value: one.modelBetterBy.difference, low: one.modelBetterBy.low, high: one.modelBetterBy.high })}, ${pValue(one.modelBetterBy.p)}</td><td>${one.asGood ? `A LEAK: ${one.meaning}` : one.auc.low > 0.5 ? "better than chance, and behind the model" : "tells nothing"}</td></tr>`)}
</tbody></table></section>`;
}

/** Who was found, who was left out and why, and into which part the others went. */
export function flowSection({ flow, source, kept, excluded, parts, trainingImages, leaks }: ReportContent): Markup {
  const left = excluded.reduce((sum, { count }) => sum + count, 0);
  const part = (name: keyof typeof parts) => `${parts[name].cases} (${parts[name].fractures} with a fracture)`;
  return markup`<section><h2>Who is in and who was left out</h2>
${flow ? markup`<figure>${new Markup(flow)}</figure>` : undefined}
<table class="figures"><tbody>
<tr><th scope="row">Found: ${source}</th><td>${kept + left}</td></tr>
${excluded.map(({ reason, count }) => markup`<tr class="out"><th scope="row">left out: ${reason}</th><td>${count}</td></tr>`)}
<tr><th scope="row">Kept</th><td>${kept}</td></tr>
<tr><th scope="row">Training, ${trainingImages} images after augmentation</th><td>${part("training")}</td></tr>
<tr><th scope="row">Validation: calibration, cut-off and band are chosen on it</th><td>${part("validation")}</td></tr>
<tr><th scope="row">Testing</th><td>${part("testing")}</td></tr>
<tr><th scope="row">Final</th><td>${part("final")}</td></tr>
<tr><th scope="row">Pairs across parts of one patient, or that look the same</th><td>${leaks}</td></tr>
</tbody></table></section>`;
}
