import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const DEMO = fileURLToPath(new URL("../../inference/models/demo", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "redspot-simulate-"));
after(() => rmSync(folder, { recursive: true }));

const QUICK = ["--replications", "3", "--weeks", "2"];
const simulate = (...options: string[]) =>
  execFileSync(process.execPath, [MAIN, ...QUICK, ...options], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
const lastLine = (text: string) => JSON.parse(text.trimEnd().split("\n").at(-1)!);

test("the same seed prints the same, and charts and page need nothing else", () => {
  const room = ["--profile", "week", "--readers", "2", "--on-call", "1", "--model", DEMO, "--not-analysed", "0.2"];
  const report = join(folder, "report.html");
  const printed = simulate(...room, "--charts", folder, "--report", report);
  const { studies, orders } = lastLine(printed);
  assert.ok(studies > 1000);
  assert.equal(orders.length, 6);
  const withoutPaths = (text: string) => text.replaceAll(/^wrote .*\n/gm, "");
  assert.equal(withoutPaths(simulate(...room)), withoutPaths(printed));
  const pictures = readdirSync(folder).filter((file) => file.endsWith(".svg"));
  assert.equal(pictures.length, 5);
  for (const text of [
    ...pictures.map((file) => readFileSync(join(folder, file), "utf8")),
    readFileSync(report, "utf8"),
  ]) {
    assert.match(text, /aria-label="[^"]+"/);
    assert.doesNotMatch(text, /(href|src)="http|NaN|undefined/);
  }
});

test("a department gives its own profile", () => {
  const profile = join(folder, "profile.txt");
  writeFileSync(profile, Array.from({ length: 24 }, (_, hour) => (hour < 8 ? 0 : 1)).join("\n"));
  assert.ok(lastLine(simulate("--profile", profile)).studies > 0);
});

test("what cannot be simulated is refused with its code and the way out", () => {
  const refused = (...options: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...options], { encoding: "utf8" });
    assert.equal(status, 1, stderr);
    return stderr;
  };
  assert.match(refused("--load", "1"), /'1' is invalid. give a number between 0 and 1/);
  assert.match(refused("--readers", "0"), /OVERLOADED: .*give --readers or --on-call/);
  assert.match(refused("--auc", "0.7"), /NO_SUCH_CURVE: .*leave --auc out/);
  assert.match(refused("--profile", join(folder, "none")), /PROFILE_UNREADABLE: .*no such file/);
  assert.match(refused("--model", folder), /PACKAGE_UNREADABLE: /);
});

test("--check prints how far from the closed forms it is at most", () => {
  const { closed_form_error_max, promises_broken, comparisons } = lastLine(simulate("--check", "--studies", "20000"));
  assert.ok(closed_form_error_max > 0);
  assert.equal(promises_broken, 0);
  assert.equal(comparisons, 21);
});
