import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { noBrowser } from "./browser.ts";
import { ORTIZ, openStage, PLANS, rowsOf, type Stage } from "./stage.ts";

describe("the page of the reading list by keyboard alone", { skip: noBrowser }, () => {
  let stage: Stage;

  before(async () => {
    stage = await openStage();
  });

  after(async () => {
    await stage?.close();
  });

  const open = async () => {
    const page = await stage.openPage();
    await page.getByRole("button", { name: "Kim, Min-jun" }).waitFor();
    return page;
  };
  const focused = (page: Page) => page.evaluate("document.activeElement?.textContent?.trim()");
  const selected = (page: Page) => page.locator("#rows tr[aria-current] .select");
  const said = (page: Page, words: string) => page.locator("#undo").getByText(words).waitFor();
  const press = async (page: Page, ...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };

  test("the list is one stop of the Tab key, and arrows, J and K go through it, with a focus that can be seen", async () => {
    const page = await open();
    // Whoever has signed in is in the list.
    assert.equal(await focused(page), "Haddad, Layla");
    await page.reload();
    await page.getByRole("button", { name: "Kim, Min-jun" }).waitFor();
    assert.equal(await page.locator("#rows [tabindex='0']").count(), 1);
    await press(page, "Tab");
    assert.equal(await focused(page), "Skip to the reading list");
    await press(page, "Enter", "Tab");
    while ((await focused(page)) !== "Haddad, Layla") await press(page, "Tab");
    const ring = () =>
      page.evaluate(
        "getComputedStyle(document.activeElement.closest('tr')).outlineStyle + getComputedStyle(document.activeElement.closest('tr')).outlineWidth",
      );
    assert.equal(await ring(), "solid2px");
    await press(page, "ArrowDown");
    assert.equal(await focused(page), "Okonkwo, Adaeze");
    assert.equal(await ring(), "solid2px");
    await page.getByRole("complementary").getByRole("heading", { name: "Okonkwo, Adaeze" }).waitFor();
    await press(page, "j");
    assert.equal(await focused(page), "Müller, Jürgen");
    await press(page, "k", "k", "k");
    assert.equal(await focused(page), "Haddad, Layla");
    await press(page, "End");
    assert.equal(await focused(page), "Kim, Min-jun");
    await press(page, "Home");
    assert.equal(await focused(page), "Haddad, Layla");
    assert.equal(await page.locator("#rows [tabindex='0']").count(), 1);
    await page.context().close();
  });

  test("T takes and puts back; who has it stands in the row, for everybody", async () => {
    const [page, other] = [await open(), await stage.openPage({ as: ORTIZ })];
    await press(page, "t");
    await said(page, "Taken: Haddad, Layla.");
    await page.locator("#rows").getByText("Taken by you").waitFor();
    assert.match((await rowsOf(page))[0] ?? "", /Taken by you$/);
    await other.locator("#rows tr").first().getByText("Taken by dr-lee").waitFor();
    await press(other, "c");
    await said(other, "Nothing was changed: dr-lee is reading this study.");
    await press(page, "t");
    await said(page, "Put back: Haddad, Layla.");
    assert.equal((await stage.room.list.get(PLANS.broken.studyInstanceUID))?.state, "SCHEDULED");
    await other.context().close();
    await page.context().close();
  });

  test("C completes: the study goes, the next is selected, and U brings it back as it was", async () => {
    const page = await open();
    await press(page, "t");
    await said(page, "Taken: Haddad, Layla.");
    await press(page, "c");
    await said(page, "Completed: Haddad, Layla.");
    await selected(page).getByText("Okonkwo, Adaeze").waitFor();
    assert.equal(await page.locator("#rows tr").count(), 4);
    await press(page, "2");
    await page.locator("#rows tr").filter({ hasText: "Completed" }).waitFor();
    assert.match((await rowsOf(page)).join(), /Haddad, Layla.*Completed by you/);
    await press(page, "1");
    await page.locator("#rows tr").nth(3).waitFor();
    await press(page, "u");
    await said(page, "Undone: Completed: Haddad, Layla.");
    await page.locator("#rows tr").nth(4).waitFor();
    assert.match((await rowsOf(page))[0] ?? "", /^1 High Haddad, Layla.*Taken by you$/);
    await press(page, "u");
    await said(page, "Undone: Taken: Haddad, Layla.");
    await press(page, "u");
    await said(page, "There is nothing to undo.");
    await page.context().close();
  });

  test("what was done can be reopened where it lies", async () => {
    const page = await open();
    await press(page, "j", "j", "c");
    await said(page, "Completed: ");
    await press(page, "2");
    await page.locator("#rows tr").filter({ hasText: "Completed" }).waitFor();
    await press(page, "c");
    await said(page, "Reopened: ");
    await page.getByText("Nothing has been read yet.").waitFor();
    await page.context().close();
  });

  test("D disagrees at one stroke, a button agrees; either is kept, told to others, and taken back", async () => {
    const page = await open();
    await press(page, "d");
    await said(page, "Noted as no fracture: Haddad, Layla.");
    await page
      .getByRole("complementary")
      .getByText(/You disagreed at \d\d:\d\d: no fracture/)
      .waitFor();
    const { verdict } = (await stage.room.list.get(PLANS.broken.studyInstanceUID)) ?? {};
    assert.deepEqual([verdict?.by, verdict?.verdict, verdict?.outcome], ["token:dr-lee", "no-fracture", "fracture"]);
    await page.locator("#rows tr").first().getByText("Disagreed").waitFor();
    await press(page, "d");
    await said(page, "Disagreement taken back: Haddad, Layla.");
    assert.equal((await stage.room.list.get(PLANS.broken.studyInstanceUID))?.verdict, undefined);
    await page.getByRole("button", { name: "Agree: fracture" }).click();
    await said(page, "Noted as fracture: Haddad, Layla.");
    await page.locator("#rows tr").first().getByText("Agreed").waitFor();
    await page.locator("#detail ol.history").getByText("Agreed: fracture by you").waitFor();
    assert.equal((await stage.room.list.get(PLANS.broken.studyInstanceUID))?.verdict?.verdict, "fracture");
    await page.getByRole("button", { name: "Take back" }).click();
    await said(page, "Agreement taken back: Haddad, Layla.");
    await page.getByRole("button", { name: "Müller, Jürgen" }).focus();
    await press(page, "d");
    await said(page, "Nothing was changed: there is no finding to disagree with.");
    await page.context().close();
  });

  test("M moves up once somebody has said why; Escape thinks better of it", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Smith, Joan" }).focus();
    await press(page, "m");
    const dialog = page.getByRole("dialog", { name: "Move up: Smith, Joan" });
    await dialog.waitFor();
    await press(page, "Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await focused(page), "Smith, Joan");
    await press(page, "m");
    await dialog.waitFor();
    await page.keyboard.type("The ward has called");
    await press(page, "Enter");
    await said(page, "Moved up: Smith, Joan.");
    await page.locator("#rows tr").first().getByText("Moved up").waitFor();
    assert.match((await rowsOf(page))[0] ?? "", /^1 Medium Moved up Smith, Joan/);
    assert.equal(await focused(page), "Smith, Joan");
    await page.getByRole("complementary").getByText("“The ward has called”").waitFor();
    await press(page, "u");
    await said(page, "Undone: Moved up: Smith, Joan.");
    await page.locator("#rows").getByText("Moved up").waitFor({ state: "detached" });
    assert.match((await rowsOf(page))[3] ?? "", /^4 Medium Smith, Joan/);
    await page.context().close();
  });

  test("? shows every key; single letters can be switched off there, which is remembered", async () => {
    const page = await open();
    await press(page, "?");
    const help = page.getByRole("dialog", { name: "Keys and shapes" });
    await help.getByText("disagree with the finding, or take that back").waitFor();
    await help.getByLabel("Single letters work as keys").uncheck();
    await press(page, "Escape");
    await help.waitFor({ state: "hidden" });
    await press(page, "a", "?");
    assert.equal(await page.getByLabel("Activation").isChecked(), false);
    assert.equal(await help.isVisible(), false);
    await page.reload();
    await page.getByRole("button", { name: "Haddad, Layla" }).focus();
    await press(page, "ArrowDown", "t");
    assert.equal(await focused(page), "Okonkwo, Adaeze");
    assert.equal(await page.locator("#undo").innerText(), "");
    await page.context().close();
  });

  test("A, + and - work the activation, and O opens the study in the PACS viewer", async () => {
    const page = await open();
    await press(page, "a", "+");
    assert.equal(await page.getByLabel("Activation").isChecked(), true);
    assert.equal(await page.getByLabel("Opacity").inputValue(), "70");
    const [viewer] = await Promise.all([page.context().waitForEvent("page"), press(page, "o")]);
    assert.match(viewer.url(), /explorer\.html/);
    await page.context().close();
  });

  test("light or dark is remembered, and is there before the page is painted", async () => {
    const page = await open();
    await page.getByLabel("Appearance").selectOption("light");
    const scheme = () => page.evaluate("getComputedStyle(document.documentElement).colorScheme");
    assert.equal(await scheme(), "light");
    await page.reload();
    assert.equal(await scheme(), "light");
    await page.getByLabel("Appearance").selectOption("system");
    assert.equal(await scheme(), "light dark");
    await page.context().close();
  });
});
