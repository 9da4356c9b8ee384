import assert from "node:assert/strict";
import { test } from "node:test";
import { Door, type Load } from "./door.ts";

/** A door before a load that one can set; it tells what it said of itself. */
function doorBefore() {
  let load: Load | Error = { waiting: 0, longestWaitMs: 0, room: 1000 };
  const changes: boolean[] = [];
  let errors = 0;
  const door = new Door({
    look: async () => {
      if (load instanceof Error) throw load;
      return load;
    },
    mostWaiting: 100,
    longestWaitMs: 1000,
    roomToOpen: 200,
    everyMs: 1_000_000,
    onChange: (isOpen) => changes.push(isOpen),
    onError: () => {
      errors += 1;
    },
  });
  let now = 0;
  const at = async (next: Partial<Load> | Error, seconds = 1) => {
    load = next instanceof Error ? next : { waiting: 0, longestWaitMs: 0, room: 1000, ...next };
    now += seconds * 1000;
    await door.look(now);
    return door.isOpen;
  };
  return { door, at, changes, errors: () => errors };
}

test("it closes above a limit and opens well below it, so that it does not flutter", async () => {
  for (const [over, between, under] of [
    [{ waiting: 101 }, { waiting: 81 }, { waiting: 80 }],
    [{ longestWaitMs: 1001 }, { longestWaitMs: 900 }, { longestWaitMs: 800 }],
    [{ room: 0 }, { room: 199 }, { room: 200 }],
  ]) {
    const { door, at, changes } = doorBefore();
    assert.equal(await at(between!), true, "open until it is too much");
    assert.equal(await at(over!), false);
    assert.equal(await at(between!), false, "closed until it is little enough");
    assert.equal(await at(under!), true);
    assert.deepEqual(changes, [false, true]);
    door.close();
  }
});

test("it says when to come again by the rate at which work is done, within bounds", async () => {
  const { door, at } = doorBefore();
  await at({ waiting: 400 });
  await at({ waiting: 380 }, 10);
  assert.equal(door.retryAfterSeconds, 150, "300 too many, at 2 a second");
  await at({ waiting: 90 });
  assert.equal(door.retryAfterSeconds, 10, "never sooner");
  await at({ waiting: 400 });
  assert.equal(door.retryAfterSeconds, 600, "nothing is done at all");
  door.close();
});

test("where the load cannot be known it stays as it is", async () => {
  const { door, at, errors } = doorBefore();
  assert.equal(await at(new Error("Redis is away")), true);
  await at({ waiting: 101 });
  assert.equal(await at(new Error("Redis is away")), false);
  assert.equal(errors(), 2);
  door.close();
});
