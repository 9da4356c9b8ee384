/** Holds docs/metrics.md to what the services count, and that to Prometheus' conventions. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { metricsPage, serviceMetricsOf, serviceNames } from "@redspot/monitoring";

describe("metrics", () => {
  test("docs/metrics.md is what npm run monitoring writes", () => {
    const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "metrics.md"), "utf8");
    assert.equal(page, metricsPage(), "npm run monitoring writes it anew");
  });

  for (const service of serviceNames) {
    test(`${service}: names, units and labels are as Prometheus wants them`, () => {
      const metrics = serviceMetricsOf(service);
      assert.ok(metrics.length > 10);
      for (const { name, type, labels, row } of metrics) {
        assert.match(name, /^redspot_[a-z]+(_[a-z]+)*$/, name);
        assert.equal(/_total$/.test(name), type === "counter", `${name}: counters, and only they, end in _total`);
        assert.doesNotMatch(name, /_(ms|milliseconds|minutes|hours|kb|mib|percent|count|sum|bucket)(_|$)/, name);
        for (const label of labels) {
          assert.match(label, /^[a-z]+(_[a-z]+)*$/, `${name}: ${label}`);
          assert.doesNotMatch(label, /^(le|quantile|job|instance)$/, `${name}: ${label} is Prometheus' own`);
          assert.doesNotMatch(label, /patient|study|uid|name|accession/, `${name}: ${label}`);
        }
        assert.ok(row.length < 1200, `${name}: as many values as nobody can look through`);
      }
    });
  }
});
