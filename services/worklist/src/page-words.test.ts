import assert from "node:assert/strict";
import { test } from "node:test";

/** The page's own module, as browsers load it. */
const { clockTime, personName } = (await import(new URL("../public/words.js", import.meta.url).href)) as {
  clockTime: (moment: string, now: Date) => string;
  personName: (by: string, me: string) => string;
};

test("people are named as others know them, without how Redspot knows them", () => {
  assert.equal(personName("token:dr-lee", "token:dr-ortiz"), "dr-lee");
  assert.equal(personName("oidc:a.mueller/8f3a", ""), "a.mueller");
  assert.equal(personName("oidc:auth0|8f3a", ""), "auth0|8f3a", "a subject alone is all that tells people apart");
  assert.equal(personName("certificate:reading/room", ""), "reading/room");
  assert.equal(personName("oidc:a.mueller/8f3a", "oidc:a.mueller/8f3a"), "you");
});

test("a moment of another day says which one, in a word where that is enough", () => {
  const now = new Date(2090, 5, 10, 0, 30);
  const at = (...[month, day, hour]: [number, number, number]) =>
    clockTime(new Date(2090, month, day, hour, 5).toISOString(), now);
  assert.equal(at(5, 10, 0), "00:05");
  assert.equal(at(5, 9, 22), "Fri 22:05");
  assert.equal(at(5, 4, 22), "Sun 22:05");
  assert.equal(at(5, 3, 22), "3 Jun, 22:05", "that was a Saturday, too");
  assert.equal(at(5, 10, 23), "23:05");
  assert.equal(at(5, 11, 1), "11 Jun, 01:05", "a clock that is wrong");
});
