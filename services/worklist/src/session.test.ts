import assert from "node:assert/strict";
import { test } from "node:test";
import { Sessions } from "./session.ts";

const TOKEN = "a-token-of-some-length";
const start = Date.parse("2026-03-01T08:00:00Z");
const hours = (count: number) => () => new Date(start + count * 3_600_000);
const sessions = (options: Partial<ConstructorParameters<typeof Sessions>[0]> = {}) =>
  new Sessions({ tokens: [TOKEN], secure: false, now: hours(0), ...options });
const cookieOf = (setCookie: string) => setCookie.split(";")[0] ?? "";

test("a session is open to the cookie that opened it, among others", () => {
  const cookie = cookieOf(sessions().open(TOKEN));
  assert.equal(sessions().isOpen(`theme=dark; ${cookie}; more=1`), true);
  assert.equal(sessions().isOpen(undefined), false);
  assert.equal(sessions().isOpen("theme=dark"), false);
});

test("the cookie is out of reach of scripts and other sites, and does not hold the token", () => {
  const setCookie = sessions({ secure: true }).open(TOKEN);
  for (const attribute of ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"]) assert.ok(setCookie.includes(attribute));
  assert.ok(!setCookie.includes(TOKEN));
  assert.ok(!sessions().open(TOKEN).includes("Secure"));
});

test("a session ends after twelve hours, whatever the browser does", () => {
  const cookie = cookieOf(sessions().open(TOKEN));
  assert.equal(sessions({ now: hours(11.9) }).isOpen(cookie), true);
  assert.equal(sessions({ now: hours(12) }).isOpen(cookie), false);
});

test("a session cannot be prolonged, nor opened by a token that is withdrawn", () => {
  const cookie = cookieOf(sessions().open(TOKEN));
  const prolonged = cookie.replace(/=\d+/, `=${Math.floor(start / 1000) + 10 * 86_400}`);
  assert.notEqual(prolonged, cookie);
  assert.equal(sessions().isOpen(prolonged), false);
  assert.equal(sessions({ tokens: ["another-token-of-length"] }).isOpen(cookie), false);
  assert.equal(sessions({ tokens: [] }).isOpen(cookie), false);
});
