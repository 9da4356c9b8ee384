import { escaped } from "@redspot/report";
import type { Case } from "../work-folder.ts";
import { FILES } from "../work-folder.ts";

/**
 * The contact sheet: what the network will see of every case, with what is believed of it, for a radiologist to look
 * through. Cases that are ticked become the lines of a struck.csv; nothing leaves the page. The pictures lie beside it.
 */
export function contactSheet(cases: readonly Case[], flow: string): string {
  const fractures = cases.filter(({ label }) => label === "fracture").length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Contact sheet: ${cases.length} cases</title>
<style>${STYLE}</style>
</head>
<body>
<h1>What the network will see</h1>
<p>${fractures} cases with and ${cases.length - fractures} without a fracture, in the order of acquisition. Tick what must not be learnt from:
a wrong label or view, a flag or lettering that is still there, plaster. Then save struck.csv into the work folder, beside this page;
<code>collect</code> and <code>split</code> leave out what it lists.</p>
<form id="filters">
${select("label", ["fracture", "no fracture"])}
${select("side", ["L", "R", "unknown"])}
${select("age", ["18-39", "40-59", "60-79", "80+", "unknown"])}
<label>id <input name="id" size="12" placeholder="begins with"></label>
<label><input type="checkbox" name="ticked"> ticked only</label>
<output id="shown">${cases.length} shown</output>
<button type="button" id="save">Save struck.csv</button>
</form>
<main>
${cases.map(figure).join("\n")}
</main>
<details><summary>Who was left out and why</summary>
${flow}
</details>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function select(name: string, values: readonly string[]): string {
  const options = values.map((value) => `<option>${escaped(value)}</option>`).join("");
  return `<label>${name} <select name="${name}"><option value="">all</option>${options}</select></label>`;
}

function figure({ id, label, side, ageBand, subtype, row }: Case): string {
  const told = [label, side ?? "side unknown", ageBand ?? "age unknown", ...(subtype === null ? [] : [subtype])];
  return `<figure data-label="${label}" data-side="${side ?? "unknown"}" data-age="${ageBand ?? "unknown"}" data-id="${id}">
<img src="${FILES.thumbnails}/${id}.jpg" width="299" height="299" loading="lazy" alt="case ${id}">
<figcaption><label><input type="checkbox"> ${escaped(told.join(" · "))}</label><br>row ${row}<br><code>${id}</code></figcaption>
</figure>`;
}

const STYLE = `
body { font: 15px/1.4 sans-serif; margin: 1.5rem; color: #111; background: #fff }
form { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; padding: .6rem 0; background: #fff; border-bottom: 1px solid #999 }
main { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0 }
figure { width: 299px; margin: 0; break-inside: avoid; border: 3px solid transparent }
figure:has(:checked) { border-color: #b00 }
figure[hidden] { display: none }
img { display: block; background: #000 }
figcaption { font-size: 13px }
code { font-size: 11px; overflow-wrap: anywhere }
@media print { form { display: none } figure { width: 32mm } img { width: 100%; height: auto } code { font-size: 6px } figcaption { font-size: 8px } }
`;

const SCRIPT = `
const form = document.getElementById("filters");
const figures = [...document.querySelectorAll("figure")];
const ticked = (figure) => figure.querySelector("input").checked;
function filter() {
  let shown = 0;
  for (const figure of figures) {
    const { label, side, age, id } = figure.dataset;
    const fits = (name, value) => form[name].value === "" || form[name].value === value;
    figure.hidden = !(fits("label", label) && fits("side", side) && fits("age", age) &&
      id.startsWith(form.elements["id"].value.trim()) && (!form.ticked.checked || ticked(figure)));
    if (!figure.hidden) shown++;
  }
  document.getElementById("shown").textContent = shown + " shown, " + figures.filter(ticked).length + " ticked";
}
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
document.querySelector("main").addEventListener("change", filter);
document.getElementById("save").addEventListener("click", () => {
  const lines = figures.filter(ticked).map((figure) => figure.dataset.id + ",");
  const link = document.createElement("a");
  link.href = "data:text/csv;charset=utf-8," + encodeURIComponent(["id,reason", ...lines].join("\\n") + "\\n");
  link.download = "${FILES.struck}";
  link.click();
});
`;
