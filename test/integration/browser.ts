import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

/** Why tests in a browser are skipped here; false where they are not. */
export const noBrowser = existsSync(CHROMIUM) ? false : `${CHROMIUM} is not installed`;

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
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
}

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What stands in somebody's way on a page as it is now: axe's rules of WCAG 2.2 AA and its best practices. */
export async function violations(page: Page): Promise<string[]> {
  // By the debugger's way in: the page's own policy lets no script in.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  return page.evaluate(async (values) => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run(what: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations: found } = await checker.run({ runOnly: { type: "tag", values } });
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  }, WCAG);
}
