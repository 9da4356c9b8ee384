import { type Markup, markup } from "@redspot/report";
import { activationPicture } from "./pictures.ts";
import type { ReportContent, ShownCase } from "./report-content.ts";

/** Cases with what drove their scores. */
export function caseSection({ shown, cutOff, band }: ReportContent): Markup {
  const strongest = shown.reduce((most, { activationMap }) => Math.max(most, ...activationMap.map(Math.abs)), 1e-9);
  const answer = ({ probability }: ShownCase) =>
    probability >= band.low && probability < band.high
      ? "inconclusive"
      : probability >= cutOff.value
        ? "answered fracture"
        : "answered no fracture";
  return markup`<section><h2>The best, the worst and the most doubtful cases</h2>
<p class="note">Left: what the network saw. Right: its class activation map (Zhou et al. 2016): orange speaks for a fracture, blue against one, the ring is where most speaks for it.
It is 8 x 8 cells, and shows where, not why: it finds no fracture line.</p>
<div class="cases">${shown.map((one, at) => markup`<figure>${activationPicture(one.pixels, one.activationMap, strongest, `case-${at + 1}`)}<figcaption><strong>${one.why}</strong>: ${one.label}, probability ${one.probability.toFixed(2)}, ${answer(one)}</figcaption></figure>`)}</div></section>`;
}
