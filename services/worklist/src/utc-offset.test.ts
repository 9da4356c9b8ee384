import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

test("the offset from UTC is that of the zone at the moment, half hours and the west included", () => {
  const module = new URL("utc-offset.ts", import.meta.url).href;
  const offsets = (zone: string) =>
    execFileSync(
      process.execPath,
      [
        "--input-type=module",
        "--eval",
        `import { localUtcOffset } from ${JSON.stringify(module)};
         console.log(["2026-01-01T12:00Z", "2026-07-01T12:00Z"].map((at) => localUtcOffset(new Date(at))).join(" "))`,
      ],
      { env: { TZ: zone }, encoding: "utf8" },
    ).trim();
  assert.equal(offsets("Europe/London"), "+0000 +0100");
  assert.equal(offsets("America/St_Johns"), "-0330 -0230");
  assert.equal(offsets("Asia/Kolkata"), "+0530 +0530");
});
