import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { type RunningOrthanc, type RunningRedis, startOrthanc, startRedis } from "@redspot/testbed";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { imageUid, openReadingRoom, type StudyPlan, storeInPacs } from "./reading-room.ts";

const CHROMIUM = "/usr/bin/chromium";
const TOKEN = "a-token-for-the-reading-room";
const study = (number: number) => `1.2.826.0.1.3680043.8.498.7.${number}`;
const header = (PatientName: string, PatientID: string) => ({
  PatientName,
  PatientID,
  AccessionNumber: `ACC-${PatientID}`,
});

/** In the order of their arrival. */
const PLANS = {
  clear: { studyInstanceUID: study(1), probability: 0.06, header: header("Okonkwo^Adaeze", "W1") },
  foreign: { studyInstanceUID: study(2), passedOver: "NOT_A_WRIST", header: header("Müller^Jürgen", "W2") },
  unsure: { studyInstanceUID: study(3), probability: 0.43, header: header("Smith^Joan", "W3") },
  broken: { studyInstanceUID: study(4), probability: 0.93, laterality: "R", header: header("Haddad^Layla", "W4") },
  waiting: { studyInstanceUID: study(5), probability: 0.88, header: header("Kim^Min-jun", "W5") },
} satisfies Record<string, StudyPlan>;

/** What of a canvas the test asks, in the page. */
interface CanvasLike {
  getContext(kind: "2d"): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray } };
}

const skip = existsSync(CHROMIUM) ? false : `${CHROMIUM} is not installed`;

describe("the reading list as a page", { skip }, () => {
  let redis: RunningRedis;
  let pacs: RunningOrthanc;
  let room: Awaited<ReturnType<typeof openReadingRoom>>;
  let browser: Browser;

  before(async () => {
    [redis, pacs] = await Promise.all([startRedis(), startOrthanc()]);
    room = await openReadingRoom({
      redisUrl: redis.url,
      pacsUrl: pacs.dicomWebUrl,
      token: TOKEN,
      environment: { REDSPOT_VIEWER_URL: `${pacs.url}/app/explorer.html#study?uuid={OrthancStudy}` },
    });
    for (const plan of Object.values(PLANS)) {
      await storeInPacs(pacs.dicomWebUrl, plan);
      await room.arrive(plan);
    }
    await room.open();
    for (const name of ["clear", "foreign", "unsure", "broken"] as const) await room.analyse(PLANS[name]);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  });

  after(async () => {
    await browser?.close();
    await room?.close();
    await pacs?.stop();
    await redis?.stop();
  });

  /** A page of a browser of its own, signed in, with the list on it and every name known. */
  async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: "reduce",
      ...options,
    });
    const page = await context.newPage();
    await page.goto(room.url);
    await page.getByLabel("Access token").fill(TOKEN);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Haddad, Layla" }).waitFor();
    return page;
  }

  const rows = async (page: Page) =>
    (await page.locator("#rows tr").allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());

  test("studies stand in reading order, each with its words", async () => {
    const page = await openPage();
    await page.locator("td.report", { hasText: "In the PACS" }).nth(3).waitFor();
    const shown = await rows(page);
    const expected = [
      /^1 High Haddad, Layla W4 · ACC-W4 Suspected fracture 93 % .* In the PACS$/,
      /^2 Medium Okonkwo, Adaeze W1 · ACC-W1 No fracture suspected 6 % .* In the PACS$/,
      /^3 Medium – Müller, Jürgen W2 · ACC-W2 Not analysed Not a wrist .* In the PACS$/,
      /^4 Medium Smith, Joan W3 · ACC-W3 Inconclusive 43 % .* In the PACS$/,
      /^5 Medium – Kim, Min-jun W5 · ACC-W5 Awaiting analysis .* Pending$/,
    ];
    assert.equal(shown.length, expected.length);
    for (const [index, pattern] of expected.entries()) assert.match(shown[index] ?? "", pattern);
    assert.equal(await page.title(), "(1) Reading list - Redspot");
    const scale = page
      .locator("#rows tr")
      .first()
      .getByRole("img", { name: /^Probability/ });
    assert.equal(
      await scale.getAttribute("aria-label"),
      "Probability of a fracture 93 %, cut-off 45 %, inconclusive from 40 % to 50 %",
    );
    await page.context().close();
  });

  test("a demonstration model is told as such", async () => {
    const page = await openPage();
    const banner = page.getByRole("note");
    assert.match(await banner.innerText(), /Demonstration model.*Not for clinical use/s);
    await page.context().close();
  });

  test("the selected study shows what its finding rests on, and leads to the PACS", async () => {
    const page = await openPage();
    const detail = page.getByRole("complementary");
    await detail.getByText("aaaaaaaaaaaaaaaa").waitFor();
    assert.match(
      await detail.innerText(),
      /Haddad, Layla.*Right wrist.*The model says fracture from 45 %.*test-model 1\.2\.3 \(demonstration/s,
    );
    const link = await detail.getByRole("link", { name: "Open in the PACS viewer" }).getAttribute("href");
    const orthancStudy = new URL(link ?? "").hash.replace("#study?uuid=", "");
    const inPacs = await fetch(`${pacs.url}/studies/${orthancStudy}`);
    const { MainDicomTags } = (await inPacs.json()) as { MainDicomTags: { StudyInstanceUID: string } };
    assert.equal(MainDicomTags.StudyInstanceUID, PLANS.broken.studyInstanceUID);
    await page.getByRole("button", { name: "Müller, Jürgen" }).click();
    await detail.getByText("1 instance: not a wrist").waitFor();
    await page.context().close();
  });

  test("the activation map is off at first; on, it lies where the evidence is, and its opacity can be set", async () => {
    const page = await openPage();
    const detail = page.getByRole("complementary");
    const map = detail.locator("canvas").first();
    await detail.locator("img").first().waitFor();
    assert.equal(await map.isVisible(), false);
    await detail.getByLabel("Show activation").check();
    assert.equal(await map.isVisible(), true);
    const alphas = await map.evaluate((node) => {
      const context = (node as unknown as CanvasLike).getContext("2d");
      const at = (x: number, y: number) => context.getImageData(x, y, 1, 1).data[3] ?? -1;
      return { patch: at(168, 131), corner: at(5, 5), between: at(243, 131) };
    });
    assert.equal(alphas.corner, 0);
    assert.ok(alphas.patch > 200, `${alphas.patch}`);
    assert.ok(alphas.between > 0 && alphas.between < alphas.patch, `${alphas.between}`);
    const opacity = () => page.evaluate('getComputedStyle(document.querySelector("#detail canvas")).opacity');
    assert.equal(await opacity(), "0.6");
    await detail.getByLabel("Opacity").fill("30");
    assert.equal(await opacity(), "0.3");
    await page.locator("#rows canvas").first().waitFor({ state: "visible" });
    await page.context().close();
  });

  test("the list can be read and worked with the keyboard alone", async () => {
    const page = await openPage();
    await page.getByRole("button", { name: "Haddad, Layla" }).focus();
    await page.keyboard.press("ArrowDown");
    const current = page.locator("#rows tr[aria-current]");
    await current.getByText("Okonkwo, Adaeze").waitFor();
    assert.equal(await page.evaluate("document.activeElement?.textContent"), "Okonkwo, Adaeze");
    await page.getByRole("complementary").getByRole("heading", { name: "Okonkwo, Adaeze" }).waitFor();
    await page.keyboard.press("a");
    assert.equal(await page.getByLabel("Show activation").isChecked(), true);
    await page.context().close();
  });

  for (const colorScheme of ["dark", "light"] as const) {
    test(`nothing stands in anybody's way, ${colorScheme} (axe, WCAG 2.2 AA)`, async () => {
      const page = await openPage({ colorScheme });
      await page.getByRole("complementary").getByText("aaaaaaaaaaaaaaaa").waitFor();
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
      const violations = async () => {
        // By the debugger's way in: the page's own policy lets no script in.
        if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
        return page.evaluate(async (values) => {
          const { axe } = globalThis as unknown as {
            axe: { run(what: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          const { violations: found } = await axe.run({ runOnly: { type: "tag", values } } as never);
          return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
        }, tags);
      };
      assert.deepEqual(await violations(), []);
      // And the check can fail.
      await page.evaluate("document.querySelector('.order').style.color = '#777'");
      assert.match((await violations()).join(), /color-contrast/);
      await page.context().close();
    });
  }

  test("nothing is loaded from elsewhere, and nothing the page's policy forbids", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const addresses: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => addresses.push(request.url()));
    page.on("console", (message) => {
      if (message.type() === "error" && !/401/.test(message.text())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(room.url);
    await page.getByLabel("Access token").fill(TOKEN);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Haddad, Layla" }).waitFor();
    assert.deepEqual(
      addresses.filter((address) => !address.startsWith(room.url)),
      [],
    );
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test("a wrong token is told, the right one forgotten on signing out", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(room.url);
    await page.getByLabel("Access token").fill("not-the-token-at-all");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("This token is not one that may use the reading list").waitFor();
    await page.getByLabel("Access token").fill(TOKEN);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Haddad, Layla" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Access token").waitFor();
    assert.equal(await page.locator("#rows tr").count(), 0);
    await context.close();
  });

  test("a finding that comes in moves its study up, without a reload and without the focus moving away", async () => {
    const page = await openPage();
    await page.evaluate(() => {
      (globalThis as { stays?: boolean }).stays = true;
    });
    await page.getByRole("button", { name: "Okonkwo, Adaeze" }).focus();
    await room.analyse(PLANS.waiting);
    await page.locator("#rows tr").nth(1).getByText("Suspected fracture").waitFor();
    const shown = await rows(page);
    assert.match(shown[1] ?? "", /^2 High Kim, Min-jun/);
    assert.match(shown[2] ?? "", /^3 Medium Okonkwo/);
    assert.equal(await page.evaluate(() => (globalThis as { stays?: boolean }).stays), true);
    assert.equal(await page.evaluate("document.activeElement?.textContent"), "Okonkwo, Adaeze");
    assert.equal(await page.locator("#announcer").innerText(), "1 raised to high priority.");
    const preview = page.locator("#rows tr").nth(1).locator("img");
    await preview.evaluate((image) => (image as unknown as { decode(): Promise<void> }).decode());
    assert.match((await preview.getAttribute("src")) ?? "", new RegExp(imageUid(PLANS.waiting)));
    await page.context().close();
  });

  test("no name has gone into the log", () => {
    const log = room.log();
    assert.match(log, /"outcome":"stored"/);
    assert.doesNotMatch(log, /Haddad|Okonkwo|Müller|Smith|W4|ACC-/);
  });

  test("a service that is away is told, with the time of what is shown; it comes back by itself", async () => {
    const page = await openPage();
    await room.interrupt(async () => {
      await page.getByText("Connection lost, trying again").waitFor();
      await page
        .getByRole("status")
        .getByText(/Redspot does not answer.*What is shown is as of/)
        .waitFor();
      assert.equal(await page.locator("#rows tr").count(), 5);
    });
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByText("Redspot does not answer").waitFor({ state: "detached" });
    await page.context().close();
  });
});
