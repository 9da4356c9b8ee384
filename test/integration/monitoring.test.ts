/**
 * What operators see of a running Redspot: a real PACS pushes studies, the three services work on them, a real Prometheus
 * scrapes the services.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { dashboards, serviceMetricsOf } from "@redspot/monitoring";
import { makeStudy } from "@redspot/phantom";
import {
  findProgram,
  hasProgram,
  type RunningPrometheus,
  serviceNames,
  startPrometheus,
  waitUntil,
  workFolder,
} from "@redspot/testbed";
import { writeCandidate } from "./candidate-package.ts";
import { type Installation, startInstallation } from "./installation.ts";

const monitoring = join(import.meta.dirname, "..", "..", "monitoring", "prometheus");
const matrix = { rows: 900, columns: 700 };
const studies = [
  makeStudy({ seed: 21, fracture: { severity: 1 }, views: ["lateral"], imageClass: "CR", matrix }),
  makeStudy({ seed: 22, fracture: false, views: ["lateral"], imageClass: "CR", matrix }),
  makeStudy({ seed: 23, exclusion: "ap-view", imageClass: "DX", matrix }),
];

describe("a running Redspot", { skip: hasProgram("prometheus") ? false : "prometheus is not installed" }, () => {
  const folder = workFolder("monitoring");
  let installation: Installation;
  let prometheus: RunningPrometheus;

  before(async () => {
    await writeCandidate(join(folder.path, "candidate"), { higher: 1 });
    installation = await startInstallation({
      pushes: true,
      environment: {
        REDSPOT_SHADOW_PACKAGE: join(folder.path, "candidate"),
        REDSPOT_AUDIT_TO: `file://${join(folder.path, "audit.jsonl")}`,
      },
    });
    prometheus = await startPrometheus({
      targets: Object.fromEntries(
        serviceNames.map((name) => [`redspot-${name}`, new URL(installation.redspot.services[name].adminUrl).host]),
      ),
      token: installation.token,
      // Longer than a service waits for Redis before it tells without it.
      scrapeSeconds: 3,
      ruleFiles: [join(monitoring, "rules.yml"), alertsAtOnce()],
    });
    for (const study of studies) await installation.storeInPacs(study);
    await installation.allReported(studies.length);
  });

  after(async () => {
    await prometheus?.stop();
    await installation?.stop();
    folder.remove();
  });

  /** The alerts, three of them without how long something has to last: nobody waits for that here. */
  function alertsAtOnce(): string {
    const file = join(folder.path, "alerts.yml");
    const alerts = readFileSync(join(monitoring, "alerts.yml"), "utf8");
    writeFileSync(file, alerts.replace(/(alert: Redspot(PacsAway|ServiceDown|RedisAway)\n.*\n) *for: .*\n/g, "$1"));
    return file;
  }

  const metricsOf = async (name: (typeof serviceNames)[number]) => {
    const response = await fetch(`${installation.redspot.services[name].adminUrl}/metrics`, {
      headers: { authorization: `Bearer ${installation.token}` },
    });
    assert.equal(response.status, 200);
    return response.text();
  };
  /** Waits until a query's answer has one value, and that one: Prometheus looks once a second. */
  const becomes = (expression: string, wanted: number) =>
    waitUntil(async () => (await prometheus.query(expression))[0]?.value === wanted, {
      what: `${expression} is ${wanted}`,
      timeoutSeconds: 30,
    });

  for (const name of serviceNames) {
    test(`${name} tells all that docs/metrics.md says, in a form that promtool finds nothing wrong with`, async () => {
      const text = await metricsOf(name);
      for (const { name: metric } of serviceMetricsOf(name)) {
        // Of three studies and no verdict nothing can be said yet, nor of a sweep where there is none.
        if (/^redspot_(model_(score|flagged|calibration)|sweep)_/.test(metric)) continue;
        assert.match(text, new RegExp(`^${metric}(_count)?[{ ]`, "m"), `${metric} has a value`);
      }
      const told = new Set(serviceMetricsOf(name).map((metric) => metric.name));
      for (const [, metric = ""] of text.matchAll(/^# TYPE (redspot_\w+)/gm)) {
        assert.ok(told.has(metric) || metric === "redspot_build_info", `${metric} is in docs/metrics.md`);
      }
      // prom-client's own metrics of the process are not ours to name.
      const ours = text.split(/^(?=# HELP )/m).filter((metric) => metric.startsWith("# HELP redspot_"));
      execFileSync(findProgram("promtool", "prometheus"), ["check", "metrics"], { input: ours.join("") });
    });
  }

  test("Prometheus sees the life of the studies", async () => {
    for (const name of serviceNames) await becomes(`up{job="redspot-${name}"}`, 1);
    await becomes('redspot_store_instances_total{outcome="stored"}', studies.flatMap((one) => one.instances).length);
    await becomes("sum(redspot_findings_total)", studies.length);
    await becomes('redspot_not_analysed_total{reason="NOT_LATERAL"}', 1);
    await becomes('sum(redspot_reports_total{outcome="stored"})', studies.length);
    await becomes("sum(redspot_finding_latency_seconds_count)", studies.length);
    await becomes("redspot_engine_batch_images_sum", 2);
    await becomes("redspot_model_followed", 1);
    await becomes('redspot_shadow_studies_total{outcome="scored"}', 2);
    await becomes("redspot_pacs_up", 1);
    await becomes("sum(redspot_reading_list_studies)", studies.length);
    await becomes('redspot_reading_list_studies{priority="HIGH",state="SCHEDULED"}', 1);
    await becomes('max(redspot_queue_jobs{queue="triage",state="waiting"})', 0);
    for (const stage of ["receive", "settle", "decode", "infer", "report", "pacs"]) {
      const [seen] = await prometheus.query(`sum(redspot_stage_duration_seconds_count{stage="${stage}"})`);
      assert.ok((seen?.value ?? 0) > 0, stage);
    }
  });

  test("every query of the dashboards and every rule can be answered", async () => {
    for (const { rows } of dashboards) {
      for (const { queries } of Object.values(rows).flat()) {
        for (const query of Object.values(queries)) await prometheus.query(query);
      }
    }
    const response = await fetch(`${prometheus.url}/api/v1/rules`);
    const { data } = (await response.json()) as { data: { groups: { rules: { name: string; health: string }[] }[] } };
    const rules = data.groups.flatMap(({ rules }) => rules);
    assert.ok(rules.length > 25);
    assert.deepEqual(
      rules.filter(({ health }) => health === "err"),
      [],
    );
  });

  test("nothing fires while all is well; what goes away is told of", async () => {
    const firing = async () =>
      (await prometheus.alerts()).flatMap(({ name, state }) => (state === "firing" ? [name] : []));
    assert.deepEqual(await firing(), []);
    const fires = (name: string) =>
      waitUntil(async () => (await firing()).includes(name), { what: `${name} fires`, timeoutSeconds: 60 });
    await installation.pacs.stop();
    await fetch(`${installation.redspot.services.worklist.url}/patients?study=${studies[0]!.studyInstanceUID}`, {
      headers: { authorization: `Bearer ${installation.token}` },
    });
    await fires("RedspotPacsAway");
    await installation.redspot.services.inference.program.stop();
    await fires("RedspotServiceDown");
    await installation.redis.stop();
    await fires("RedspotRedisAway");
    for (const program of installation.programs()) program.kill("SIGKILL");
  });
});
