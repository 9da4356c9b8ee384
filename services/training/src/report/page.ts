import { Markup, markup, STYLE } from "@redspot/report";
import { caseSection } from "./case-section.ts";
import { flowSection, shortcutSection } from "./data-sections.ts";
import { figuresSection } from "./figures-section.ts";
import { modelCard } from "./model-card.ts";
import { notToConclude } from "./not-to-conclude.ts";
import type { ReportContent } from "./report-content.ts";
import { results } from "./results-section.ts";

/** The report as one HTML page that needs nothing else. */
export function page(content: ReportContent): string {
  const title = content.synthetic ? "Retraining report on synthetic radiographs" : "Retraining report";
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p>A classifier of lateral wrist radiographs, fracture or no fracture: Inception v3 with a retrained top layer, after Kim &amp; MacKinnon,
<cite>Artificial intelligence in fracture detection: transfer learning from deep convolutional neural networks</cite>, Clinical Radiology 2018.
Made by Redspot ${content.softwareVersion} on ${content.madeAt.slice(0, 10)}.</p>
${content.synthetic ? markup`<p class="synthetic"><strong>Synthetic.</strong> Every image here was drawn by a computer. Nothing on this page says anything about patients.</p>` : undefined}
${warnings(content)}
</header>
<main>
${results(content)}
${figuresSection(content)}
${shortcutSection(content)}
${caseSection(content)}
${flowSection(content)}
<section><h2>Model card</h2>${modelCard(content)}</section>
${notToConclude(content)}
</main>
</body>
</html>
`.text;
}

function warnings({ evaluation: { warnings: found } }: ReportContent): Markup | undefined {
  if (found.length === 0) return undefined;
  const grave = found.some((warning) => warning.startsWith("THE DATA LEAK"));
  return markup`<section class="${grave ? "warnings grave" : "warnings"}" aria-label="Before you read on"><h2>Before you read on</h2>
<ul>${found.map((warning) => markup`<li>${warning}</li>`)}</ul></section>`;
}
