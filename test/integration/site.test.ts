/** The documentation's site as people open it: from a file, in a real browser, dark and light, by keyboard. */
import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { buildSite } from "@redspot/site";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { noBrowser, openBrowser, violations } from "./browser.ts";

const repository = join(import.meta.dirname, "..", "..");

describe("the documentation's site", { skip: noBrowser }, () => {
  const out = join(tmpdir(), `redspot-site-${crypto.randomUUID()}`);
  let browser: Browser;

  before(async () => {
    buildSite(repository, out);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    rmSync(out, { recursive: true, force: true });
  });

  /** Opens a page of it, and notes what it asks for from elsewhere, and what goes wrong in it. */
  async function open(name: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(pathToFileURL(out).href)) wrong.push(request.url());
    });
    page.on("pageerror", (error) => wrong.push(error.message));
    page.on("requestfailed", (request) => wrong.push(request.url()));
    await page.goto(pathToFileURL(join(out, name)).href);
    return { page, wrong, close: () => context.close() };
  }

  // Of decisions and runbooks, which are many and alike, the first; of files that pages lead to, one.
  const folders = ["", "pacs", "runbooks", "decisions"];
  const several = (): string[] => [
    ...folders.flatMap((folder) =>
      readdirSync(join(out, folder))
        .filter((file) => file.endsWith(".html"))
        .slice(0, folder === "" || folder === "pacs" ? 99 : 2)
        .map((file) => join(folder, file)),
    ),
    "repository/docker-compose.yml.html",
  ];

  // Dark differs from light in colours alone: the pages that have every kind of thing on them.
  const inDark = ["index.html", "reading-list.html", "security.html", "configuration.html"];

  for (const colorScheme of ["light", "dark"] as const) {
    test(`nothing stands in anybody's way, and nothing comes from elsewhere: ${colorScheme}`, async () => {
      for (const name of colorScheme === "light" ? several() : inDark) {
        const { page, wrong, close } = await open(name, { colorScheme });
        // Before axe asks for the style sheets itself, which a page from a file may not.
        assert.deepEqual(wrong, [], name);
        assert.deepEqual(await violations(page), [], name);
        await close();
      }
    });
  }

  test("it does not grow out of a narrow screen", async () => {
    for (const name of several()) {
      const { page, close } = await open(name, { viewport: { width: 360, height: 700 } });
      const [width, of] = (await page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
      )) as [number, number];
      assert.ok(width <= of, `${name} is ${width} wide on ${of}`);
      await close();
    }
  });

  test("a search leads to the passage, by keyboard alone", async () => {
    const { page, wrong, close } = await open("index.html");
    await page.keyboard.press("/");
    await page.keyboard.type("back-pressure");
    await page.locator("#results a").first().waitFor();
    assert.deepEqual(wrong, []);
    assert.deepEqual(await violations(page), []);
    assert.match(await page.locator("#found").innerText(), /passage/);
    const [target] = await hrefs(page);
    assert.equal(target, "reliability.html#back-pressure");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(/reliability\.html#back-pressure$/);
    await close();
  });

  test("a page in a folder searches, too; what is not there is said", async () => {
    const { page, wrong, close } = await open("runbooks/index.html");
    await page.getByLabel("Search").fill("spool fills up");
    await page.locator("#results a").first().waitFor();
    for (const target of await hrefs(page)) assert.match(target, /^\.\.\//);
    await page.getByLabel("Search").fill("xyzzyplugh");
    await page.getByText("Nothing found").waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.getByLabel("Search").inputValue(), "");
    assert.deepEqual(wrong, []);
    await close();
  });
});

async function hrefs(page: Page): Promise<string[]> {
  return page.locator("#results a").evaluateAll((links) => links.map((link) => link.getAttribute("href") as string));
}
