import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { noBrowser } from "./browser.ts";
import { imageUid } from "./reading-room.ts";
import { LEE, openStage, PLANS, rowsOf, type Stage, signIn } from "./stage.ts";

/** What of a canvas the test asks, in the page. */
interface CanvasLike {
  getContext(kind: "2d"): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray } };
}

describe("the reading list as a page", { skip: noBrowser }, () => {
  let stage: Stage;

  before(async () => {
    stage = await openStage();
  });

  after(async () => {
    await stage?.close();
  });

  const open = async (): Promise<Page> => {
    const page = await stage.openPage();
    await page.getByRole("button", { name: "Kim, Min-jun" }).waitFor();
    return page;
  };

  test("studies stand in reading order, each with its words", async () => {
    const page = await open();
    const shown = await rowsOf(page);
    const expected = [
      /^1 High Haddad, Layla W4 ACC-W4 Suspected fracture 93 % \d+ s since \d\d:\d\d$/,
      /^2 Medium Okonkwo, Adaeze W1 ACC-W1 No fracture suspected 6 % /,
      /^3 Medium – Müller, Jürgen W2 ACC-W2 Not analysed Not a wrist /,
      /^4 Medium Smith, Joan W3 ACC-W3 Inconclusive 43 % /,
      /^5 Medium – Kim, Min-jun W5 ACC-W5 Awaiting analysis /,
    ];
    assert.equal(shown.length, expected.length);
    for (const [index, pattern] of expected.entries()) assert.match(shown[index] ?? "", pattern);
    assert.equal(await page.title(), "(1) Reading list - Redspot");
    assert.match(await page.locator("#counts").innerText(), /^1 with suspected fracture · longest wait \d+ s$/);
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
    const page = await open();
    const banner = page.getByRole("note");
    assert.match(await banner.innerText(), /Demonstration model.*Not for clinical use/s);
    await page.context().close();
  });

  test("the selected study shows what its finding rests on and what happened to it, and leads to the PACS", async () => {
    const page = await open();
    const detail = page.getByRole("complementary");
    await detail.locator("ol.history").getByText("Report stored in the PACS").waitFor();
    await detail.getByText("How this was found").click();
    await detail.getByText("aaaaaaaaaaaaaaaa").waitFor();
    assert.match(
      await detail.innerText(),
      /Haddad, Layla.*cut-off 45 %.*no decision 40 % to 50 %.*Right wrist.*Finding: suspected fracture.*Arrived.*test-model 1\.2\.3 \(demonstration/s,
    );
    const link = await detail.getByRole("link", { name: "Open in the PACS viewer" }).getAttribute("href");
    const orthancStudy = new URL(link ?? "").hash.replace("#study?uuid=", "");
    const inPacs = await fetch(`${stage.pacs.url}/studies/${orthancStudy}`);
    const { MainDicomTags } = (await inPacs.json()) as { MainDicomTags: { StudyInstanceUID: string } };
    assert.equal(MainDicomTags.StudyInstanceUID, PLANS.broken.studyInstanceUID);
    await page.getByRole("button", { name: "Müller, Jürgen" }).click();
    await detail.getByText("Not a wrist.").waitFor();
    await page.context().close();
  });

  test("the activation map is off at first; on, it lies where the evidence is, and its opacity can be set", async () => {
    const page = await open();
    const detail = page.getByRole("complementary");
    const map = detail.locator("canvas").first();
    await detail.locator("img").first().waitFor();
    assert.equal(await map.isVisible(), false);
    await detail.getByLabel("Activation").check();
    assert.equal(await map.isVisible(), true);
    await detail.getByText("explanation", { exact: true }).waitFor();
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

  test("a preview comes as soon as there is a finding", async () => {
    const page = await open();
    await stage.room.analyse(PLANS.waiting);
    const preview = page.locator(`#rows tr[data-study="${PLANS.waiting.studyInstanceUID}"] img`);
    await preview.evaluate((image) => (image as unknown as { decode(): Promise<void> }).decode());
    assert.match((await preview.getAttribute("src")) ?? "", new RegExp(imageUid(PLANS.waiting)));
    await page.context().close();
  });

  test("nothing is loaded from elsewhere, nothing the page's policy forbids, and nothing about anybody is kept", async () => {
    const context = await stage.browser.newContext();
    const page = await context.newPage();
    const addresses: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => addresses.push(request.url()));
    page.on("console", (message) => {
      if (message.type() === "error" && !/40[14]/.test(message.text())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(stage.room.url);
    await signIn(page, LEE);
    await page.getByRole("button", { name: "Haddad, Layla" }).waitFor();
    await page.getByLabel("Appearance").selectOption("dark");
    await page.getByLabel("Activation").check();
    await page.getByLabel("Opacity").fill("40");
    assert.deepEqual(
      addresses.filter((address) => !address.startsWith(stage.room.url)),
      [],
    );
    assert.deepEqual(complaints, []);
    const kept = await page.evaluate(
      "(async () => [{ ...localStorage }, { ...sessionStorage }, await indexedDB.databases(), await caches.keys()])()",
    );
    assert.deepEqual(kept, [{ "redspot-appearance": "dark", "redspot-opacity": "40" }, {}, [], []]);
    await context.close();
  });

  test("a wrong token is told, the right one forgotten on signing out", async () => {
    const page = await stage.openDoor();
    await signIn(page, { ...LEE, token: "not-the-token-at-all" });
    await page.getByRole("alert").getByText("This token is not one that may use the reading list").waitFor();
    await signIn(page, LEE);
    await page.getByRole("button", { name: "Haddad, Layla" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Access token").waitFor();
    assert.equal(await page.locator("#rows tr").count(), 0);
    await page.context().close();
  });

  test("no name has gone into the log", () => {
    const log = stage.room.log();
    assert.match(log, /"outcome":"stored"/);
    assert.doesNotMatch(log, /Haddad|Okonkwo|Müller|Smith|W4|ACC-/);
  });

  test("a service that is away is told, with the time of what is shown; it comes back by itself", async () => {
    const page = await open();
    await stage.room.interrupt(async () => {
      await page
        .getByRole("status")
        .getByText(/Redspot does not answer.*What is shown is as of/)
        .waitFor();
      await page.getByText(/Not live since/).waitFor();
      assert.equal(await page.locator("#rows tr").count(), 5);
    });
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByText("Redspot does not answer").waitFor({ state: "detached" });
    await page.context().close();
  });
});
