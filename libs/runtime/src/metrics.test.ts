import assert from "node:assert/strict";
import { test } from "node:test";
import { counter, describeMetrics, gauge, histogram, Metrics } from "./metrics.ts";

const definitions = {
  redspot_things_total: counter("Things that came", { outcome: ["good", "bad"] }),
  redspot_thing_bytes: histogram("How large they were", [10, 100]),
  redspot_shelf_bytes: gauge("What lies there"),
  redspot_shelves: gauge("Shelves", { state: ["full", "empty"] }),
};
const opened = () => new Metrics("test", definitions);
const lines = async (metrics: Metrics<typeof definitions>) =>
  (await metrics.text()).split("\n").filter((line) => /^redspot_(thing|shel)/.test(line));

test("counters are there from the start, gauges once they are known", async () => {
  const metrics = opened();
  assert.deepEqual(
    (await lines(metrics)).filter((line) => !/_bytes/.test(line)),
    ['redspot_things_total{outcome="good"} 0', 'redspot_things_total{outcome="bad"} 0'],
  );
  metrics.add("redspot_things_total", { outcome: "bad" }, 2);
  metrics.observe("redspot_thing_bytes", {}, 50);
  metrics.set("redspot_shelf_bytes", {}, 7);
  const all = await lines(metrics);
  for (const line of [
    'redspot_things_total{outcome="bad"} 2',
    'redspot_thing_bytes_bucket{le="10"} 0',
    'redspot_thing_bytes_bucket{le="100"} 1',
    "redspot_thing_bytes_sum 50",
    "redspot_shelf_bytes 7",
  ]) {
    assert.ok(all.includes(line), line);
  }
});

test("a label takes no value that its definition does not have", async () => {
  const metrics = opened();
  metrics.add("redspot_things_total", { outcome: "Müller^Änne" });
  metrics.add("redspot_things_total", { outcome: "good", ...{ patient: "Müller^Änne" } });
  const text = await metrics.text();
  assert.match(text, /redspot_things_total\{outcome="other"\} 1/);
  assert.match(text, /redspot_things_total\{outcome="good"\} 1/);
  assert.doesNotMatch(text, /Müller/);
});

test("what is looked up anew is absent while it cannot be, and holds up nothing else", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const metrics = opened();
  let answer: () => Promise<number> = async () => 3;
  metrics.read(["redspot_shelves"], async (set) => set("redspot_shelves", { state: "full" }, await answer()));
  metrics.set("redspot_shelf_bytes", {}, 7);
  assert.ok((await lines(metrics)).includes('redspot_shelves{state="full"} 3'));

  answer = async () => {
    throw new Error("away");
  };
  assert.ok(!(await lines(metrics)).some((line) => line.startsWith("redspot_shelves")));

  const late = Promise.withResolvers<number>();
  answer = () => late.promise;
  const read = lines(metrics);
  await Promise.resolve();
  context.mock.timers.tick(2_000);
  const all = await read;
  assert.ok(!all.some((line) => line.startsWith("redspot_shelves")));
  assert.ok(all.includes("redspot_shelf_bytes 7"));
  // An answer that comes after that is none.
  late.resolve(9);
  await late.promise;
  answer = async () => {
    throw new Error("away");
  };
  assert.ok(!(await lines(metrics)).some((line) => line.startsWith("redspot_shelves")));
});

test("of two who ask at the same time neither makes the other's gauges absent", async () => {
  const metrics = opened();
  const [slow, later] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let answered: Promise<void> = Promise.resolve();
  metrics.read(["redspot_shelves"], async (set) => {
    await answered;
    set("redspot_shelves", { state: "full" }, 3);
  });
  metrics.read(["redspot_shelf_bytes"], () => slow.promise);
  const first = lines(metrics);
  await new Promise((resolve) => setImmediate(resolve));
  answered = later.promise;
  const second = lines(metrics);
  slow.resolve();
  assert.ok((await first).includes('redspot_shelves{state="full"} 3'));
  later.resolve();
  assert.ok((await second).includes('redspot_shelves{state="full"} 3'));
});

test("each service says which version it is, and how its process does", async () => {
  const text = await opened().text();
  assert.match(text, /^redspot_build_info\{service="test",version="[\d.]+",node="24[\d.]+"\} 1$/m);
  assert.match(text, /^process_resident_memory_bytes \d/m);
  assert.match(text, /^nodejs_eventloop_lag_seconds /m);
});

test("they are described with their labels", () => {
  const table = describeMetrics(definitions);
  assert.match(table, /\| `redspot_things_total` \| counter \| Things that came \| `outcome`: good, bad \|/);
  assert.match(table, /\| `redspot_shelf_bytes` \| gauge \| What lies there \| {2}\|/);
});
