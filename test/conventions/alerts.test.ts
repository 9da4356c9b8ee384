/** Holds rules, alerts, runbooks and dashboards to each other and to the metrics that there are. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { dashboards, grafanaJson, serviceMetricsOf, serviceNames } from "@redspot/monitoring";
import { findProgram, hasProgram } from "@redspot/testbed";
import { parse } from "yaml";

interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: { severity: string };
  annotations?: { summary: string; runbook_url: string };
}

const root = join(import.meta.dirname, "..", "..");
const folder = join(root, "monitoring", "prometheus");
const text = (...path: string[]) => readFileSync(join(...path), "utf8");
const rulesIn = (file: string) =>
  (parse(text(folder, file)) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
const alerts = rulesIn("alerts.yml");
const recorded = rulesIn("rules.yml");
const withPromtool = { skip: hasProgram("promtool") ? false : "promtool is not installed" };
const promtool = (...args: string[]) =>
  execFileSync(findProgram("promtool", "prometheus"), args, { cwd: folder, encoding: "utf8", stdio: "pipe" });

/** Of Prometheus itself, and of prom-client. */
const OF_OTHERS = [
  "up",
  "process_start_time_seconds",
  "process_cpu_seconds_total",
  "process_resident_memory_bytes",
].concat(["process_open_fds", "nodejs_eventloop_lag_p99_seconds", "nodejs_gc_duration_seconds", "redspot_build_info"]);

/** Several services can have a metric of one name, each with its own values of a label. */
const known = Map.groupBy(serviceNames.flatMap(serviceMetricsOf), ({ name }) => name);

/** What an expression names that nobody counts: metrics, and values of labels that are never taken. */
function unknownIn(expression: string): string[] {
  const names = [...expression.matchAll(/\b(redspot_\w+|up|process_\w+|nodejs_\w+)\b/g)].map(([name]) => name);
  const levels = [...expression.matchAll(/\bredspot:[\w:]+/g)].map(([name]) => name);
  const base = (name: string) => (known.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ""));
  return [
    ...names.filter((name) => !known.has(base(name)) && !OF_OTHERS.includes(base(name))),
    ...levels.filter((level) => !recorded.some(({ record }) => record === level)),
    ...[...expression.matchAll(/(redspot_\w+)\{([^}]*)\}/g)].flatMap(([, name = "", matchers = ""]) =>
      [...matchers.matchAll(/(\w+)(?:=|!=)"([^"]*)"/g)].flatMap(([, label = "", value = ""]) => {
        const values = (known.get(base(name)) ?? []).flatMap(
          ({ row }) => new RegExp(`\`${label}\`: ([^;|]*)`).exec(row)?.[1]?.split(",") ?? [],
        );
        return values.some((one) => one.trim() === value) ? [] : [`${name}{${label}="${value}"}`];
      }),
    ),
  ];
}

describe("Prometheus' rules", () => {
  test("promtool finds nothing wrong with them", withPromtool, () => {
    assert.match(promtool("check", "rules", "rules.yml", "alerts.yml"), /SUCCESS/);
  });

  test("each alert is seen not to fire and seen to fire", withPromtool, () => {
    assert.match(promtool("test", "rules", "alerts.test.yml"), /SUCCESS/);
    const { tests } = parse(text(folder, "alerts.test.yml")) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const seen = tests.flatMap((one) => one.alert_rule_test);
    for (const { alert } of alerts) {
      const own = seen.filter(({ alertname }) => alertname === alert).map(({ exp_alerts }) => exp_alerts.length > 0);
      assert.ok(own.includes(true), `${alert} is seen to fire`);
      assert.ok(own.includes(false), `${alert} is seen not to fire`);
    }
  });

  test("what they ask for is counted, with these labels", () => {
    for (const { alert, record, expr } of [...alerts, ...recorded])
      assert.deepEqual(unknownIn(expr), [], alert ?? record);
  });

  test("what nobody counts is found", () => {
    assert.deepEqual(unknownIn("rate(redspot_stored_total[5m])"), ["redspot_stored_total"]);
    assert.deepEqual(unknownIn('redspot_queue_jobs{queue="triage",state="dead"}'), [
      'redspot_queue_jobs{state="dead"}',
    ]);
    assert.deepEqual(unknownIn("redspot:nothing:max > 1"), ["redspot:nothing:max"]);
    assert.deepEqual(unknownIn('sum(redspot_stage_duration_seconds_bucket{stage="decode"})'), []);
  });

  test("each alert says how bad it is and has a runbook, and each runbook an alert", () => {
    const pages = new Set(readdirSync(join(root, "docs", "runbooks")).filter((page) => page !== "README.md"));
    const index = text(root, "docs", "runbooks", "README.md");
    for (const { alert, labels, annotations } of alerts) {
      assert.match(labels?.severity ?? "", /^(critical|warning)$/, alert);
      assert.ok(annotations?.summary, alert);
      const page = /^docs\/runbooks\/([\w-]+\.md)$/.exec(annotations.runbook_url)?.[1] ?? "";
      const runbook = text(root, "docs", "runbooks", page);
      assert.match(runbook, new RegExp(`^# .+\n\n(.*\`${alert}\`.*)\n`), `${page} is about ${alert}`);
      for (const heading of ["What it means", "How to see it", "What to do"]) {
        assert.match(runbook, new RegExp(`^## ${heading}\n\n\\S`, "m"), `${page}: ${heading}`);
      }
      assert.match(index, new RegExp(`\`${alert}\` \\| ${labels?.severity} \\| .*\\(${page}\\)`), alert);
      pages.delete(page);
    }
    assert.deepEqual([...pages], [], "runbooks without an alert");
  });

  test("the runbooks name metrics that there are", () => {
    for (const page of readdirSync(join(root, "docs", "runbooks"))) {
      for (const [, code = ""] of text(root, "docs", "runbooks", page).matchAll(/`([^`\n]*redspot_[^`\n]*)`/g)) {
        assert.deepEqual(unknownIn(code), [], `${page}: ${code}`);
      }
    }
  });

  test("prometheus.yml is one", withPromtool, () => {
    const made = mkdtempSync(join(tmpdir(), "redspot-prometheus-"));
    try {
      for (const file of ["rules.yml", "alerts.yml"]) writeFileSync(join(made, file), text(folder, file));
      writeFileSync(join(made, "token"), "a-token");
      const configuration = text(folder, "prometheus.yml").replaceAll(
        "/etc/prometheus/redspot-token",
        join(made, "token"),
      );
      writeFileSync(join(made, "prometheus.yml"), configuration);
      assert.match(promtool("check", "config", join(made, "prometheus.yml")), /SUCCESS/);
      for (const name of serviceNames) assert.match(configuration, new RegExp(`job_name: redspot-${name}\n`));
    } finally {
      rmSync(made, { recursive: true });
    }
  });
});

describe("Grafana's dashboards", () => {
  const panelsOf = (content: (typeof dashboards)[number]) => Object.values(content.rows).flat();

  test("monitoring/grafana has what npm run monitoring writes, and nothing else", () => {
    for (const dashboard of dashboards) {
      const file = text(root, "monitoring", "grafana", `${dashboard.uid}.json`);
      assert.equal(file, grafanaJson(dashboard), "npm run monitoring writes it anew");
    }
    assert.equal(readdirSync(join(root, "monitoring", "grafana")).length, dashboards.length);
  });

  for (const dashboard of dashboards) {
    test(`${dashboard.title}: every query is PromQL and asks for what is counted`, () => {
      const queries = panelsOf(dashboard).flatMap(({ queries }) => Object.values(queries));
      assert.ok(queries.length > 8);
      for (const query of queries) assert.deepEqual(unknownIn(query), [], query);
      if (!hasProgram("promtool")) return;
      const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
      const made = mkdtempSync(join(tmpdir(), "redspot-queries-"));
      try {
        writeFileSync(join(made, "rules.yml"), JSON.stringify({ groups: [{ name: "queries", rules }] }));
        assert.match(promtool("check", "rules", join(made, "rules.yml")), /SUCCESS/);
      } finally {
        rmSync(made, { recursive: true });
      }
    });

    test(`${dashboard.title}: panels have a title of their own, and what is in a legend is there`, () => {
      const titles = panelsOf(dashboard).map(({ title }) => title);
      assert.equal(new Set(titles).size, titles.length);
      for (const { title, description, queries } of panelsOf(dashboard)) {
        assert.ok(description.endsWith("."), title);
        for (const [legend, query] of Object.entries(queries)) {
          for (const [, label = ""] of legend.matchAll(/\{\{(\w+)\}\}/g)) {
            const grouped = /\bby \(([^)]*)\)/.exec(query)?.[1]?.split(/,\s*/);
            assert.ok(grouped?.includes(label) ?? ["job", "instance"].includes(label), `${title}: ${label}`);
          }
        }
      }
    });
  }
});
