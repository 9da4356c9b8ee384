import assert from "node:assert/strict";
import { test } from "node:test";
import { deriveUid, isUid } from "./uid.ts";

test("a UID is digits in components without leading zeros, 64 characters at most", () => {
  for (const uid of ["1.2", "0.0.1", "1.2.840.10008.1.2", `1.${"2".repeat(62)}`]) assert.ok(isUid(uid), uid);
  for (const text of [
    "",
    "1",
    "1.",
    ".1",
    "1..2",
    "1.02",
    "1.2a",
    "../../etc/passwd",
    "1.2\n",
    `1.${"2".repeat(63)}`,
  ]) {
    assert.ok(!isUid(text), JSON.stringify(text));
  }
});

test("a derived UID depends on its names, their order and their borders, and on nothing else", () => {
  assert.equal(deriveUid("a", "b"), "2.25.5918877242710586312362419184752348829");
  assert.ok(isUid(deriveUid("a", "b")));
  assert.equal(new Set([deriveUid("a", "b"), deriveUid("b", "a"), deriveUid("ab"), deriveUid("a", "b", "")]).size, 4);
});

test("a derived UID is a UUID of version 8 (RFC 9562 5.8)", () => {
  const hex = BigInt(deriveUid("study", "1").slice("2.25.".length)).toString(16).padStart(32, "0");
  assert.equal(hex[12], "8");
  assert.match(hex[16] ?? "", /[89ab]/);
});
