import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { waitUntil } from "@redspot/testbed";
import type { Page } from "playwright-core";
import { noBrowser } from "./browser.ts";
import { ORTIZ, openStage, PLANS, rowsOf, type Stage } from "./stage.ts";

describe("the page of the reading list while the list changes", { skip: noBrowser }, () => {
  let stage: Stage;
  let round = 0;

  beforeEach(async () => {
    stage ??= await openStage();
    round += 1;
  });

  after(async () => {
    await stage?.close();
  });

  const open = async (options: Parameters<Stage["openPage"]>[0] = {}) => {
    const page = await stage.openPage(options);
    await page.getByRole("button", { name: "Kim, Min-jun" }).waitFor();
    await page.locator("#connection[data-state=live]").waitFor();
    return page;
  };
  /** A study of its own for each test, which arrives and turns out to be broken. */
  const arrives = async () => {
    const plan = { studyInstanceUID: `1.2.826.0.1.3680043.8.498.7.10${round}`, probability: 0.9 };
    await stage.room.arrive(plan);
    return plan;
  };
  const rowOf = (page: Page, { studyInstanceUID }: { studyInstanceUID: string }) =>
    page.locator(`#rows tr[data-study="${studyInstanceUID}"]`);
  const order = (page: Page) =>
    page
      .locator("#rows tr")
      .evaluateAll((rows) => rows.map((row) => (row as unknown as { dataset: { study: string } }).dataset.study));
  const away = (page: Page) => page.mouse.move(640, 2);
  const waiting = (page: Page) => page.locator("#waiting");

  test("a finding that comes in moves its study up, without a reload and without the focus moving away", async () => {
    const page = await open();
    await page.evaluate("globalThis.stays = true");
    await page.getByRole("button", { name: "Okonkwo, Adaeze" }).focus();
    await stage.room.analyse(PLANS.waiting);
    await page.locator("#rows tr").nth(1).getByText("Suspected fracture").waitFor();
    const shown = await rowsOf(page);
    assert.match(shown[1] ?? "", /^2 High Kim, Min-jun/);
    assert.match(shown[2] ?? "", /^3 Medium Okonkwo/);
    assert.equal(await page.evaluate("globalThis.stays"), true);
    assert.equal(await page.evaluate("document.activeElement?.textContent"), "Okonkwo, Adaeze");
    assert.equal(await page.locator("#announcer").innerText(), "1 raised to high priority.");
    await page.context().close();
  });

  for (const [reducedMotion, glides] of [
    ["no-preference", true],
    ["reduce", false],
  ] as const) {
    test(`with motion ${reducedMotion} rows ${glides ? "glide to" : "stand at once in"} their new places`, async () => {
      const page = await open({ reducedMotion });
      await away(page);
      const plan = await arrives();
      await rowOf(page, plan).waitFor();
      // What glides is caught as it begins.
      await page.evaluate(`{
        globalThis.glides = 0;
        const animate = Element.prototype.animate;
        Element.prototype.animate = function (...given) { globalThis.glides += 1; return animate.apply(this, given); };
      }`);
      await stage.room.analyse(plan);
      await rowOf(page, plan).getByText("Suspected fracture").waitFor();
      await waitUntil(async () => (await order(page)).indexOf(plan.studyInstanceUID) < 4, {
        what: "the study is first",
      });
      assert.equal(Number(await page.evaluate("globalThis.glides")) > 0, glides);
      await page.context().close();
    });
  }

  test("nothing moves under the pointer: what a row says changes, where it stands waits until the pointer leaves", async () => {
    const page = await open();
    const plan = await arrives();
    await rowOf(page, plan).waitFor();
    const row = page.locator("#rows tr").nth(3);
    const study = await row.getAttribute("data-study");
    await row.hover();
    const [before, box] = [await order(page), await row.boundingBox()];
    await stage.room.analyse(plan);
    await waiting(page).getByText("1 change waiting").waitFor();
    assert.deepEqual(await order(page), before);
    assert.deepEqual(await page.locator(`#rows tr[data-study="${study}"]`).boundingBox(), box);
    await rowOf(page, plan).getByText("Suspected fracture").waitFor();
    assert.deepEqual(await order(page), before);
    await away(page);
    await waiting(page).waitFor({ state: "hidden" });
    assert.notDeepEqual(await order(page), before);
    await page.context().close();
  });

  test("a new fracture that waits is told as such, and comes on the key R", async () => {
    const page = await open();
    await page.locator("#rows tr").nth(2).hover();
    const before = await order(page);
    const plan = await arrives();
    await waiting(page).getByText("1 change waiting").waitFor();
    await stage.room.analyse(plan);
    await waiting(page).getByText("1 change waiting, 1 with suspected fracture").waitFor();
    assert.deepEqual(await order(page), before);
    await page.keyboard.press("r");
    await rowOf(page, plan).waitFor();
    assert.equal(await waiting(page).isVisible(), false);
    await page.context().close();
  });

  test("a pointer that was left lying on the list holds nothing up for longer than half a minute", async () => {
    const page = await open({ ownClock: true });
    const row = page.locator("#rows tr").nth(2);
    await row.hover();
    const plan = await arrives();
    await waiting(page).getByText("1 change waiting").waitFor();
    assert.equal(await rowOf(page, plan).count(), 0);
    await page.clock.runFor(30_500);
    await rowOf(page, plan).waitFor();
    await page.context().close();
  });

  test("a click just after rows have moved by themselves is not taken for what it met", async () => {
    const page = await open({ ownClock: true });
    const row = page.locator("#rows tr").nth(2);
    await row.hover();
    const plan = await arrives();
    await waiting(page).getByText("1 change waiting").waitFor();
    await page.clock.pauseAt(Date.now() + 60_000);
    await rowOf(page, plan).waitFor();
    const selected = () => page.locator("#rows tr[aria-current]").getAttribute("data-study");
    const before = await selected();
    await page.mouse.down();
    await page.mouse.up();
    assert.equal(await selected(), before);
    await page.clock.runFor(600);
    await page.mouse.down();
    await page.mouse.up();
    assert.notEqual(await selected(), before);
    await page.context().close();
  });

  test("nothing moves while somebody goes through the list by keyboard, nor for a while after", async () => {
    const page = await open({ ownClock: true });
    await page.locator("#rows .select").first().focus();
    await page.keyboard.press("ArrowDown");
    const before = await order(page);
    const plan = await arrives();
    await waiting(page).getByText("1 change waiting").waitFor();
    assert.deepEqual(await order(page), before);
    await page.clock.runFor(8_500);
    await rowOf(page, plan).waitFor();
    await page.context().close();
  });

  test("what another takes is told at once, even while nothing may move", async () => {
    const [page, other] = [await open(), await stage.openPage({ as: ORTIZ })];
    await page.locator("#rows tr").nth(2).hover();
    await other.keyboard.press("t");
    await page.locator("#rows").getByText("Taken by dr-ortiz").waitFor();
    await other.keyboard.press("c");
    await page.locator("#rows tr").first().getByText("No longer here").waitFor();
    await waiting(page).getByText("1 change waiting").waitFor();
    await away(page);
    await page.getByText("No longer here").waitFor({ state: "detached" });
    await other.keyboard.press("u");
    await page.locator("#rows tr").first().getByText("Taken by dr-ortiz").waitFor();
    await other.context().close();
    await page.context().close();
  });

  test("waiting times go on by themselves", async () => {
    const page = await open({ ownClock: true });
    const waited = page.locator("#rows tr").first().locator("td.waiting .figure");
    // The list that comes anew with the service's own time sets the page's clock right again: it is looked at before.
    await waitUntil(
      async () => {
        await page.clock.runFor(3 * 60_000);
        return Number.parseInt(await waited.innerText(), 10) >= 3;
      },
      { what: "three minutes have passed on the page" },
    );
    await page.context().close();
  });

  test("a list of thousands is shown a page at a time, and gone through by keyboard", async () => {
    const room = await stage.openEmptyRoom();
    const page = await stage.openPage({ of: room });
    await page.getByText("Nothing to read").waitFor();
    for (let study = 1; study <= 2_500; study += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) => room.note(`1.2.826.0.1.3680043.8.498.9.${study + index}`)),
      );
    }
    await page.getByText("1 to 100 of 2,500").waitFor();
    assert.equal(await page.locator("#rows tr").count(), 100);
    assert.equal(await page.locator("#to-read-count").innerText(), "2,500");
    assert.equal(await page.locator("#table").getAttribute("aria-rowcount"), "2501");
    await page.locator("#rows .select").last().focus();
    await page.keyboard.press("ArrowDown");
    await page.getByText("101 to 200 of 2,500").waitFor();
    assert.equal(await page.locator("#rows tr").first().getAttribute("aria-rowindex"), "102");
    await page.locator("#rows tr[aria-current]").first().waitFor();
    await page.keyboard.press("p");
    await page.getByText("1 to 100 of 2,500").waitFor();
    await page.context().close();
  });
});
