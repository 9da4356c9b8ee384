import { type RunningOrthanc, type RunningRedis, startOrthanc, startRedis } from "@redspot/testbed";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openBrowser } from "./browser.ts";
import { type Line, openLine } from "./line.ts";
import { openReadingRoom, type Person, type StudyPlan, storeInPacs } from "./reading-room.ts";

type ReadingRoom = Awaited<ReturnType<typeof openReadingRoom>>;

/** Who looks at the list: two readers, and somebody who may only look. */
export const LEE: Person = { name: "dr-lee", token: "a-token-of-dr-lee", scopes: ["read", "work"] };
export const ORTIZ: Person = { name: "dr-ortiz", token: "a-token-of-dr-ortiz", scopes: ["read", "work"] };
export const ONLOOKER: Person = { name: "front-desk", token: "a-token-of-the-front-desk", scopes: ["read"] };

const study = (number: number) => `1.2.826.0.1.3680043.8.498.7.${number}`;
const header = (PatientName: string, PatientID: string) => ({
  PatientName,
  PatientID,
  AccessionNumber: `ACC-${PatientID}`,
});

/** Studies in the order of their arrival. */
export const PLANS = {
  clear: { studyInstanceUID: study(1), probability: 0.06, header: header("Okonkwo^Adaeze", "W1") },
  foreign: { studyInstanceUID: study(2), passedOver: "NOT_A_WRIST", header: header("Müller^Jürgen", "W2") },
  unsure: { studyInstanceUID: study(3), probability: 0.43, header: header("Smith^Joan", "W3") },
  broken: { studyInstanceUID: study(4), probability: 0.93, laterality: "R", header: header("Haddad^Layla", "W4") },
  waiting: { studyInstanceUID: study(5), probability: 0.88, header: header("Kim^Min-jun", "W5") },
} satisfies Record<string, StudyPlan>;

/** A reading room with its PACS and Redis, each at the end of a line that can be cut, and a browser to look at it. */
export interface Stage {
  room: ReadingRoom;
  pacs: RunningOrthanc;
  browser: Browser;
  lines: { pacs: Line; redis: Line };
  /** Another reading room on the same Redis and PACS, with nothing in it. */
  openEmptyRoom(): Promise<ReadingRoom>;
  /** A page of a browser of its own, on which nobody is signed in. */
  openDoor(options?: PageOptions): Promise<Page>;
  /** The same, signed in, with the list on it. */
  openPage(options?: PageOptions & { as?: Person }): Promise<Page>;
  close(): Promise<void>;
}

interface PageOptions extends BrowserContextOptions {
  of?: ReadingRoom;
  /** Whether the test turns the page's clock forward. */
  ownClock?: boolean;
}

export interface StageOptions {
  /** How the room's studies get into it before its service starts. */
  fill?: (room: ReadingRoom, pacs: RunningOrthanc) => Promise<void>;
}

/** Opens a stage: with the studies of PLANS, all but the last of them analysed, unless it is filled otherwise. */
export async function openStage({ fill }: StageOptions = {}): Promise<Stage> {
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (let close = closers.pop(); close; close = closers.pop()) await close();
  };
  try {
    const [redis, pacs]: [RunningRedis, RunningOrthanc] = await Promise.all([startRedis(), startOrthanc()]);
    closers.push(() => redis.stop());
    closers.push(() => pacs.stop());
    const lines = { pacs: await openLine(pacs.dicomWebUrl), redis: await openLine(redis.url) };
    closers.push(() => lines.pacs.close());
    closers.push(() => lines.redis.close());
    const newRoom = async () => {
      const room = await openReadingRoom({
        redisUrl: redis.url,
        serviceRedisUrl: lines.redis.url,
        pacsUrl: lines.pacs.url,
        people: [LEE, ORTIZ, ONLOOKER],
        environment: { REDSPOT_VIEWER_URL: `${pacs.url}/app/explorer.html#study?uuid={OrthancStudy}` },
      });
      closers.push(() => room.close());
      return room;
    };
    const room = await newRoom();
    if (fill) await fill(room, pacs);
    else await arriveAll(room, pacs);
    await room.open();
    if (!fill) for (const name of ["clear", "foreign", "unsure", "broken"] as const) await room.analyse(PLANS[name]);
    const browser = await openBrowser();
    closers.push(() => browser.close());

    const openDoor: Stage["openDoor"] = async ({ of = room, ownClock = false, ...options } = {}) => {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        reducedMotion: "reduce",
        colorScheme: "dark",
        locale: "en-GB",
        ...options,
      });
      const page = await context.newPage();
      if (ownClock) await page.clock.install();
      await page.goto(of.url);
      await page.getByLabel("Access token").waitFor();
      return page;
    };
    return {
      room,
      pacs,
      browser,
      lines,
      async openEmptyRoom() {
        const empty = await newRoom();
        await empty.open();
        return empty;
      },
      openDoor,
      async openPage({ as = LEE, ...options } = {}) {
        const page = await openDoor(options);
        await signIn(page, as);
        await page.locator("body[data-state=list], body[data-state=empty]").waitFor();
        return page;
      },
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function arriveAll(room: ReadingRoom, pacs: RunningOrthanc): Promise<void> {
  for (const plan of Object.values(PLANS)) {
    await storeInPacs(pacs.dicomWebUrl, plan);
    await room.arrive(plan);
  }
}

export async function signIn(page: Page, { token }: Person): Promise<void> {
  await page.getByLabel("Access token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** The rows from top to bottom, each as one line of text. */
export async function rowsOf(page: Page): Promise<string[]> {
  const texts = await page.locator("#rows tr").allInnerTexts();
  return texts.map((text) => text.replace(/\s+/g, " ").trim());
}
