import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger } from "./logger.ts";

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ service: "test", level: "info" }, { write: (line: string) => void lines.push(line) }));
  return lines.join("");
}

test("a line is JSON with its service, level and time", () => {
  const line = JSON.parse(logged((logger) => logger.info({ studyInstanceUID: "1.2" }, "settled")));
  assert.equal(line.service, "test");
  assert.equal(line.level, "info");
  assert.equal(line.studyInstanceUID, "1.2");
  assert.match(line.time, /^\d{4}-.*Z$/);
});

test("an error is logged by name, code and message, without what a library attached to it", () => {
  const error = Object.assign(new Error("refused"), { code: "X", dataSet: { PatientName: "Doe^Jane" } });
  const lines = logged((logger) => logger.error({ err: error }, "failed"));
  assert.deepEqual(JSON.parse(lines).err, { name: "Error", code: "X", message: "refused" });
  assert.doesNotMatch(lines, /Doe/);
});

test("headers, bodies and credentials are left out", () => {
  const lines = logged((logger) =>
    logger.info({ request: { headers: { authorization: "Bearer s3cret" }, body: "Doe^Jane" }, body: "Doe^Jane" }, "x"),
  );
  assert.doesNotMatch(lines, /s3cret|Doe/);
});
