import { type Markup, markup } from "@redspot/report";
import type { ReportContent } from "./report-content.ts";

/** What a reader must not conclude. */
export function notToConclude({ synthetic, evaluation: { fractures, noFractures } }: ReportContent): Markup {
  const entries = [
    ...(synthetic ? ["That any figure here holds for a person: every image was drawn by a computer."] : []),
    "That it holds elsewhere. It was made of one department's images; another department has to evaluate it on its own.",
    "That a study without a flag is without a fracture. Every study still has to be read.",
    `That two models differ because their figures do. With ${fractures} + ${noFractures} cases the intervals are wide: look whether they overlap, and at the test on the same cases.`,
    "That a probability is the patient's. It is that of images that look so to the network, at the prevalence given.",
    "That the network looks where a radiologist would. The activation maps show where it found something, not what.",
    "That hard fractures are found. Those that only CT or follow-up shows are rarely among the labels.",
    "That the labels are true. They are the reports'; a fracture that the report missed counts here as none.",
  ];
  return markup`<section class="not"><h2>What a reader must not conclude</h2><ul>${entries.map((entry) => markup`<li>${entry}</li>`)}</ul></section>`;
}
