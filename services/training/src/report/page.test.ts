import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import axe from "axe-core";
import { chromium } from "playwright-core";
import { page } from "./page.ts";
import { sampleContent } from "./sample-content.ts";

const CHROMIUM = "/usr/bin/chromium";
const skip = existsSync(CHROMIUM) ? false : `${CHROMIUM} is not installed`;

test("the paper's figures are there, each drawn and described, and all that a model card has", () => {
  const html = page(sampleContent());
  for (const number of ["2", "3 a", "3 b", "4", "5", "6", "7", "8"]) {
    assert.ok(html.includes(`<strong>Figure ${number}.</strong>`), number);
  }
  assert.equal(html.match(/<svg [^>]*role="img"[^>]*aria-label="[^"]+"/g)?.length, 9, "eight figures and one case");
  // Mitchell et al. 2019.
  for (const heading of [
    "Model details",
    "Intended use",
    "Factors",
    "Metrics",
    "Evaluation data",
    "Training data",
    "Quantitative analyses",
    "Ethical considerations",
    "Caveats and recommendations",
  ]) {
    assert.ok(html.includes(`<h3>${heading}</h3>`), heading);
  }
  assert.match(html, /What a reader must not conclude/);
});

test("a leak, synthetic data and a final set that was used before are said before the figures", () => {
  const { evaluation } = sampleContent();
  const leaking = { ...evaluation, warnings: ["THE DATA LEAK. Everything is in the border.", ...evaluation.warnings] };
  const html = page(sampleContent({ synthetic: true, evaluation: leaking }));
  const results = html.indexOf("<h2>Results</h2>");
  for (const said of ["THE DATA LEAK", "Nothing on this page says anything about patients", "warnings grave"]) {
    assert.ok(html.indexOf(said) > 0 && html.indexOf(said) < results, said);
  }
  assert.match(html, /evaluated on for the 2nd time \(2 models\)/);
});

test("what comes from files is text, never markup", () => {
  const { evaluation } = sampleContent();
  const subgroups = [{ ...evaluation.subgroups[0]!, value: "<script>alert(1)</script>" }];
  const html = page(sampleContent({ source: "<b>", evaluation: { ...evaluation, subgroups } }));
  assert.ok(!html.includes("<script") && !html.includes("<b>"));
});

test("in a browser it needs nothing else, complains of nothing and stands in nobody's way", { skip }, async () => {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const context = await browser.newContext({ bypassCSP: true });
    const tab = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    tab.on("request", (request) => requests.push(request.url()));
    tab.on("console", (message) => complaints.push(message.text()));
    tab.on("pageerror", (error) => complaints.push(error.message));
    await tab.setContent(page(sampleContent()));
    assert.deepEqual(
      requests.filter((url) => !url.startsWith("data:")),
      [],
    );
    assert.deepEqual(complaints, []);
    await tab.evaluate(axe.source);
    const violations = await tab.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    });
    assert.deepEqual(violations, []);
  } finally {
    await browser.close();
  }
});
