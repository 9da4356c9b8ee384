import type { Page } from "playwright-core";
import { LEE, ONLOOKER, ORTIZ, type Stage, signIn } from "./stage.ts";

/** A state of the page: how it comes about, and what it says then. */
export interface PageState {
  name: string;
  says: RegExp;
  /** Brings a page into the state, by what really happens. */
  reach(stage: Stage): Promise<Page>;
  /** Puts the stage back as it was. */
  leave?(stage: Stage, page: Page): Promise<void>;
}

const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const row = (page: Page, words: string | RegExp) => page.locator("#rows tr").filter({ hasText: words });
const choose = async (page: Page, words: string) => {
  await row(page, words).first().locator("button").click();
  // The pointer goes where it disturbs nothing.
  await page.mouse.move(640, 2);
};
const undoLine = (page: Page) => page.locator("#undo");

/** Studies that arrive while somebody looks. */
const NEWCOMERS = [1, 2, 3].map((number) => `1.2.826.0.1.3680043.8.498.11.${number}`);

/** The pictures in view are there, or will not come. */
export async function picturesOf(page: Page): Promise<void> {
  await page
    .locator("#detail img")
    .evaluateAll((images) =>
      Promise.all(
        images.map((image) => (image as unknown as { decode(): Promise<void> }).decode().catch(() => undefined)),
      ),
    );
}

/** Whole: names, findings and what the first study's finding rests on have come. */
const settled = async (page: Page) => {
  await page.locator("#detail .facts").waitFor({ state: "attached" });
  await page.locator("#detail ol.history li").first().waitFor();
  await page.locator("#connection[data-state=live]").waitFor();
  await page.mouse.move(640, 2);
  await picturesOf(page);
};

async function open(stage: Stage, { as = LEE, ownClock = false } = {}): Promise<Page> {
  const page = await stage.openPage({ as, ownClock });
  await settled(page);
  return page;
}

export const PAGE_STATES: readonly PageState[] = [
  { name: "list", says: /Suspected fracture.*No fracture suspected.*Not analysed/s, reach: (stage) => open(stage) },
  {
    name: "activation",
    says: /An explanation, not a mark of the fracture/,
    async reach(stage) {
      const page = await open(stage);
      await press(page, "a");
      await page.locator("#detail canvas").first().waitFor();
      return page;
    },
  },
  {
    name: "not-analysed",
    says: /Not analysed\s+Not a .*History\s+.*Finding: not analysed/s,
    async reach(stage) {
      const page = await open(stage);
      await choose(page, "Not analysed");
      await page.locator("#detail ol.history").getByText("Finding: not analysed").waitFor();
      return page;
    },
  },
  {
    name: "help",
    says: /Keys and shapes.*disagree with the finding/s,
    async reach(stage) {
      const page = await open(stage);
      await press(page, "?");
      return page;
    },
  },
  {
    name: "move-up",
    says: /Move up: .*No patient data, please/s,
    async reach(stage) {
      const page = await open(stage);
      await choose(page, "No fracture suspected");
      await press(page, "m");
      return page;
    },
  },
  {
    name: "at-work",
    says: /Moved up.*Taken\s+by you.*Taken\s+by dr-ortiz.*Noted as .*Undo/s,
    async reach(stage) {
      const other = await open(stage, { as: ORTIZ });
      await choose(other, "Inconclusive");
      await press(other, "t");
      await undoLine(other).getByText("Taken: ").waitFor();
      await other.context().close();
      const page = await open(stage);
      await press(page, "t");
      await undoLine(page).getByText("Taken: ").waitFor();
      await choose(page, "No fracture suspected");
      await press(page, "m");
      await page.getByRole("button", { name: "Strong clinical suspicion" }).click();
      await undoLine(page).getByText("Moved up: ").waitFor();
      await press(page, "d");
      await undoLine(page).getByText("Noted as ").waitFor();
      await page.locator("#detail ol.history").getByText("Disagreed").waitFor();
      return page;
    },
    async leave(stage, page) {
      for (const said of ["Noted as ", "Moved up: ", "Taken: "]) {
        await press(page, "u");
        await undoLine(page).getByText(`Undone: ${said}`).waitFor();
      }
      const other = await open(stage, { as: ORTIZ });
      await choose(other, "Taken by you");
      await press(other, "t");
      await undoLine(other).getByText("Put back: ").waitFor();
      await other.context().close();
    },
  },
  {
    name: "done",
    says: /Completed.*by you/s,
    async reach(stage) {
      const page = await open(stage);
      await choose(page, "No fracture suspected");
      await press(page, "c");
      await undoLine(page).getByText("Completed: ").waitFor();
      await press(page, "2");
      await row(page, "Completed").waitFor();
      await settled(page);
      return page;
    },
    async leave(_stage, page) {
      await press(page, "u");
      await undoLine(page).getByText("Undone: Completed").waitFor();
    },
  },
  {
    name: "changes-waiting",
    says: /3 changes waiting · Show/,
    async reach(stage) {
      const page = await open(stage);
      // Somebody is about to choose a study.
      await page.locator("#rows tr").nth(2).hover();
      for (const study of NEWCOMERS) await stage.room.note(study);
      await page.getByText("3 changes waiting").waitFor();
      return page;
    },
    async leave(stage, page) {
      const act = { by: "test", at: Date.now() };
      for (const study of NEWCOMERS) await stage.room.list.withdraw(study, act);
      await page.mouse.move(640, 2);
      await page.locator("#waiting").waitFor({ state: "hidden" });
    },
  },
  {
    name: "effect",
    says: /1 suspected fracture opened 40 min sooner.*Since \d\d:\d\d: when studies were opened.*Suspected fractures\s+1/s,
    async reach(stage) {
      // Somebody has opened the first fracture a while ago, and nothing since.
      const first = (await stage.room.list.lines(0, 1)).workitems[0]?.studyInstanceUID ?? "";
      await stage.room.list.take(first, { by: `token:${LEE.name}`, at: Date.now() - 40 * 60_000 });
      const page = await open(stage);
      await page.locator("#effect summary").click();
      return page;
    },
    async leave(_stage, page) {
      await choose(page, "Taken by you");
      await press(page, "t");
      await undoLine(page).getByText("Put back: ").waitFor();
    },
  },
  {
    name: "read-only",
    says: /You may look at the list, but not work on it/,
    reach: (stage) => open(stage, { as: ONLOOKER }),
  },
  {
    name: "loading",
    says: /Loading the reading list/,
    async reach(stage) {
      const page = await stage.openDoor();
      // The service's answer is held back on its way.
      await page.route("**/reading-list?*", () => undefined);
      await page.getByLabel("Access token").fill(LEE.token);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("Loading the reading list").waitFor();
      return page;
    },
  },
  {
    name: "empty",
    says: /Nothing to read/,
    async reach(stage) {
      const room = await stage.openEmptyRoom();
      const page = await stage.openPage({ of: room });
      await page.locator("#connection[data-state=live]").waitFor();
      return page;
    },
  },
  {
    name: "pacs-away",
    says: /The PACS does not answer: names are missing\. The order is not affected/,
    async reach(stage) {
      stage.lines.pacs.cut();
      // The service forgets the names that it had.
      await stage.room.interrupt(async () => undefined);
      const page = await open(stage, { ownClock: true });
      await page.getByText("The PACS does not answer").waitFor();
      return page;
    },
    async leave(stage, page) {
      stage.lines.pacs.mend();
      await page.clock.runFor(10_200);
      await page.getByText("The PACS does not answer").waitFor({ state: "detached" });
    },
  },
  {
    name: "redis-away",
    says: /Redis does not answer\. What is shown is as of \d\d:\d\d\. Trying again.*/,
    async reach(stage) {
      const page = await open(stage);
      stage.lines.redis.cut();
      await page.getByText("Redis does not answer").waitFor();
      return page;
    },
    async leave(stage, page) {
      stage.lines.redis.mend();
      await page.locator("body[data-state=list]").waitFor();
      await page.getByText("Redis does not answer").waitFor({ state: "detached" });
    },
  },
  {
    name: "signed-out",
    says: /The reading list needs an access token/,
    reach: (stage) => stage.openDoor(),
  },
  {
    name: "session-ended",
    says: /Your session has ended.*Sign in to go on where you were/s,
    async reach(stage) {
      const page = await open(stage);
      await page.context().clearCookies();
      await press(page, "r");
      await page.getByText("Your session has ended").waitFor();
      return page;
    },
    async leave(_stage, page) {
      await signIn(page, LEE);
      await page.locator("body[data-state=list]").waitFor();
    },
  },
];
