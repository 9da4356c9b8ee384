import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { makeStudy } from "@redspot/phantom";
import { startProgram } from "@redspot/testbed";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { noBrowser, openBrowser } from "./browser.ts";

const kit = fileURLToPath(new URL("../../services/training/src/main.ts", import.meta.url));
describe("the contact sheet", { skip: noBrowser }, () => {
  let folder: string;
  let browser: Browser;
  let page: Page;

  async function collect(): Promise<{ id: string; label: string }[]> {
    const run = await startProgram({
      name: "redspot-train collect",
      command: process.execPath,
      args: [kit, "collect", "--work", join(folder, "work"), "--folder", join(folder, "images")],
      logFile: join(folder, "collect.log"),
    });
    assert.deepEqual(await run.ended, { code: 0, signal: null }, run.tail());
    return JSON.parse(await readFile(join(folder, "work/cases.json"), "utf8")).cases;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "redspot-contact-sheet-"));
    for (const [seed, fracture] of [true, false, false].entries()) {
      const name = join(folder, "images", fracture ? "fracture" : "no fracture");
      await mkdir(name, { recursive: true });
      const study = makeStudy({ seed: seed + 1, fracture, views: ["lateral"], matrix: { rows: 300, columns: 220 } });
      await writeFile(join(name, `${seed}.dcm`), study.instances[0]!.bytes);
    }
    await collect();
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(pathToFileURL(join(folder, "work/contact-sheet.html")).href);
  });

  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  test("shows what the network will see of every case", async () => {
    assert.equal(await page.locator("figure").count(), 3);
    const image = page.locator("figure img").first();
    await image.scrollIntoViewIfNeeded();
    await page.waitForFunction("[...document.images].every((image) => image.complete && image.naturalWidth === 299)");
  });

  test("is narrowed by label, and says how many are shown", async () => {
    await page.selectOption("select[name=label]", "no fracture");
    assert.equal(await page.locator("figure:visible").count(), 2);
    assert.match((await page.textContent("#shown"))!, /^2 shown/);
    await page.selectOption("select[name=label]", "");
  });

  test("what is ticked becomes struck.csv, and the next collect leaves it out", async () => {
    const figure = page.locator('figure[data-label="no fracture"]').first();
    await figure.locator("input").check();
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
    assert.equal(download.suggestedFilename(), "struck.csv");
    await download.saveAs(join(folder, "work/struck.csv"));
    const struck = await figure.getAttribute("data-id");
    const cases = await collect();
    assert.equal(cases.length, 2);
    assert.ok(cases.every(({ id }) => id !== struck));
  });

  test("stands in nobody's way (axe, WCAG 2.2 AA)", async () => {
    await page.evaluate(axe.source);
    const found = await page.evaluate(
      "axe.run({ runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] } }).then(({ violations }) => violations.map(({ id }) => id))",
    );
    assert.deepEqual(found, []);
  });
});
