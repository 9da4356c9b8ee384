import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { noBrowser } from "../integration/browser.ts";
import { PAGE_STATES, type PageState, picturesOf } from "../integration/page-states.ts";
import { openStage } from "../integration/stage.ts";
import { fillWithPhantoms } from "./phantom-day.ts";

const images = fileURLToPath(new URL("../../docs/images", import.meta.url));

const { out, only } = new Command("screenshots")
  .description(
    "Pictures of the reading list's page in each of its states, for docs/reading-list.md and the README: synthetic " +
      "radiographs, scored by the demonstration package, shown by a real Chromium. The same states are what the tests check.",
  )
  .option("--out <folder>", "where the pictures go", images)
  .option("--only <states...>", `some of ${PAGE_STATES.map(({ name }) => name).join(", ")}`)
  .parse()
  .opts<{ out: string; only?: string[] }>();

/** States that look other in another light or on another monitor, and how they are shown beside. */
const BESIDE: Record<string, { suffix: string; colorScheme?: "light"; width: number; height: number }[]> = {
  list: [
    { suffix: "-light", colorScheme: "light", width: 1280, height: 800 },
    { suffix: "-wide", width: 1920, height: 1080 },
  ],
};

const unknown = only?.filter((name) => !PAGE_STATES.some((state) => state.name === name)) ?? [];
if (noBrowser || unknown.length > 0) {
  process.stderr.write(`screenshots: ${noBrowser || `there is no state ${unknown.join(", ")}`}\n`);
  process.exit(2);
}

await mkdir(out, { recursive: true });
process.stdout.write("Making phantoms, and scoring them ...\n");
const stage = await openStage({
  fill: (room, pacs) =>
    fillWithPhantoms(room, pacs, (done, all) => process.stdout.write(`  ${done} of ${all} studies\n`)),
});
try {
  for (const state of PAGE_STATES) if (!only || only.includes(state.name)) await take(state);
} finally {
  await stage.close();
}

async function take({ name, reach, leave }: PageState): Promise<void> {
  const page = await reach(stage);
  const picture = async (suffix: string) => {
    await page.evaluate("document.fonts.ready");
    await picturesOf(page);
    const file = `reading-list${name === "list" ? "" : `-${name}`}${suffix}.png`;
    await page.screenshot({ path: join(out, file) });
    process.stdout.write(`  ${file}\n`);
  };
  await picture("");
  for (const { suffix, colorScheme = "dark", width, height } of BESIDE[name] ?? []) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await picture(suffix);
  }
  await leave?.(stage, page);
  await page.context().close();
}
