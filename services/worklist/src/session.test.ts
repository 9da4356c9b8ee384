import assert from "node:assert/strict";
import { test } from "node:test";
import { Sessions } from "./session.ts";

const TOKEN = "a-token-of-some-length";
const start = Date.parse("2026-03-01T08:00:00Z");
const hours = (count: number) => () => new Date(start + count * 3_600_000);
const key = (fill: number) => async () => new Uint8Array(32).fill(fill);
const sessions = (options: Partial<ConstructorParameters<typeof Sessions>[0]> = {}) =>
  new Sessions({ key: key(1), now: hours(0), ...options });
const opened = async (secure = false) => String(await sessions().open(TOKEN, { secure }));
const cookieOf = (setCookie: string) => setCookie.split(";")[0] ?? "";

test("a session is open to the cookie that opened it, among others", async () => {
  const cookie = cookieOf(await opened());
  assert.equal(await sessions().tokenIn(`theme=dark; ${cookie}; more=1`), TOKEN);
  for (const other of [undefined, "theme=dark", "redspot-session=", "redspot-session=nonsense"]) {
    assert.equal(await sessions().tokenIn(other), undefined);
  }
});

test("the cookie is out of reach of scripts and other sites, and does not show the token", async () => {
  const setCookie = await opened(true);
  for (const attribute of ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"]) assert.ok(setCookie.includes(attribute));
  const parts = cookieOf(setCookie).split(".");
  assert.doesNotMatch(parts.map((part) => Buffer.from(part, "base64url").toString("latin1")).join(), /a-token-of/);
  assert.ok(!(await opened()).includes("Secure"));
  assert.match(sessions().close({ secure: true }), /^redspot-session=; .*Max-Age=0.*Secure$/);
});

test("a session ends after twelve hours, whatever the browser does", async () => {
  const cookie = cookieOf(await opened());
  assert.equal(await sessions({ now: hours(11.9) }).tokenIn(cookie), TOKEN);
  assert.equal(await sessions({ now: hours(12) }).tokenIn(cookie), undefined);
});

test("a session cannot be changed, nor made without the key", async () => {
  const cookie = cookieOf(await opened());
  const parts = cookie.split(".");
  for (const index of [3, 4]) {
    const part = Buffer.from(parts[index] ?? "", "base64url");
    part[0]! ^= 1;
    assert.equal(await sessions().tokenIn(parts.with(index, part.toString("base64url")).join(".")), undefined);
  }
  assert.equal(await sessions({ key: key(2) }).tokenIn(cookie), undefined);
});

test("a token that no cookie holds opens none", async () => {
  assert.equal(await sessions().open("x".repeat(4000), { secure: false }), undefined);
});
