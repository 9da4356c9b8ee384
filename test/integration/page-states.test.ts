import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { noBrowser, violations } from "./browser.ts";
import { PAGE_STATES } from "./page-states.ts";
import { openStage, type Stage } from "./stage.ts";

describe("the page of the reading list in each of its states", { skip: noBrowser }, () => {
  let stage: Stage;

  before(async () => {
    stage = await openStage();
  });

  after(async () => {
    await stage?.close();
  });

  for (const { name, says, reach, leave } of PAGE_STATES) {
    test(`${name}: says what is, and stands in nobody's way, dark and light (axe, WCAG 2.2 AA)`, async () => {
      const page = await reach(stage);
      assert.match(await page.locator("body").innerText(), says);
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page), [], colorScheme);
      }
      await leave?.(stage, page);
      await page.context().close();
    });
  }

  test("the check can fail", async () => {
    const page = await stage.openPage();
    await page.evaluate("document.querySelector('#order').style.color = '#777'");
    assert.match((await violations(page)).join(), /color-contrast/);
    await page.context().close();
  });
});
