import { Markup, markup, STYLE } from "@redspot/report";
import type { Estimate } from "../estimate.ts";
import type { PolicyResult } from "../experiment.ts";
import { nameOf } from "../policy.ts";
import { withInterval } from "../results-table.ts";
import type { Simulated } from "../simulate.ts";
import { CLASS_NAMES, CLASS_WORDS } from "../waits.ts";
import { charts } from "./charts.ts";

/** What came of a simulation as one HTML page that needs nothing else. */
export function page(simulated: Simulated): string {
  const { experiment, results } = simulated;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Reading orders compared</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<h1>Reading orders compared</h1>
<p>A simulated reading room, on the code that orders the reading list in service. ${results.studies.toLocaleString("en")} studies
in ${experiment.replications} independent runs, of each ${experiment.weeks} week(s) measured. Seed ${experiment.seed}.</p>
</header>
<main>
${assumptions(simulated)}
${charts(simulated).map(({ title, caption, svg }) => markup`<section><h2>${title}</h2><figure>${new Markup(svg)}<figcaption>${caption}</figcaption></figure></section>`)}
<section><h2>All figures</h2>
<p class="note">Minutes, with half the 95 % interval over the runs. Longest: of any study of the class in a run. Won: against first come,
first served, study by study, below zero lost. Most lost: by the study of a run that lost most.</p>
${results.policies.map(figuresTable)}
</section>
<section class="not"><h2>What a reader must not conclude</h2><ul>
<li>That this is your department. Arrivals, reading times and prevalence are assumptions; give your own.</li>
<li>That readers always take the first study of the list, as they do here.</li>
<li>That what is promised study by study with one reader is promised with several. With several it holds on average.</li>
</ul></section>
</main>
</body>
</html>
`.text;
}

function figuresTable({ policy, classes }: PolicyResult): Markup {
  const rows = CLASS_NAMES.map((name) => {
    const { mean, p95, longest, wonMean, lostMost } = classes[name];
    const cells = [mean, p95, longest, wonMean, lostMost].map(cell);
    return markup`<tr><th scope="row">${CLASS_WORDS[name]}</th>${cells}</tr>`;
  });
  const heads = ["studies", "mean wait", "95th percentile", "longest", "won, mean", "most lost"];
  return markup`<table><caption>${nameOf(policy)}</caption>
<thead><tr>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table>`;
}

const cell = (estimate: Estimate) => markup`<td>${withInterval(estimate)}</td>`;

function assumptions({ experiment: { load, roster } }: Simulated): Markup {
  const { readingTime, detector } = load;
  const steady = load.week.every((share) => share === load.week[0]);
  const percent = (part: number) => `${(100 * part).toFixed(0)} %`;
  const rows = {
    arrivals: `${load.perHour.toFixed(2)} an hour on average, ${steady ? "at a steady rate" : "over the week as shown"}`,
    readers: `${roster.mean.toFixed(2)} on average over the week`,
    "reading time": `${readingTime.distribution}, mean ${readingTime.meanMinutes} min`,
    "studies with a fracture": percent(load.prevalence),
    "not analysed": percent(load.notAnalysed),
    classifier: detector.description,
    "from arrival to finding": `${Math.round(60 * load.settleMinutes)} s, and ${Math.round(60 * load.inferenceMinutes)} s on average`,
  };
  return markup`<section><h2>The room</h2><table><tbody>${Object.entries(rows).map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table></section>`;
}
