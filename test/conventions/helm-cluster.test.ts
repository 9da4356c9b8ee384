/**
 * What the Helm chart makes beside the three services, and what all of it is to a strict cluster: its Redis, scaling, network
 * policies, ways in, monitoring. Where something can be tried without a cluster (the Redis, the query, KEDA's list), it is.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { serviceMetricsOf } from "@redspot/monitoring";
import { closeStore, connectStore, readRedisSettings, StudyQueue } from "@redspot/queue";
import { findProgram, freePort, hasProgram, startProgram, startRedis, workFolder } from "@redspot/testbed";
import { parse } from "yaml";
import { allows, type End } from "../helm/network-policies.ts";
import { chart, type Values, valueFiles } from "../helm/redspot-chart.ts";
import { buildRenderer, canRender, type KubernetesObject, objectsIn } from "../helm/render-chart.ts";
import { serviceNames } from "./service-variables.ts";

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, whose shape Kubernetes' schemas have been asked about
type Found = KubernetesObject & { spec: any; data: any };

const root = join(import.meta.dirname, "..", "..");
const text = (...path: string[]) => readFileSync(join(...path), "utf8");

describe("the Helm chart in a cluster", {
  skip: canRender() ? false : "rendering it needs Go and sprig (golang-go, golang-github-masterminds-sprig-dev)",
}, () => {
  const folder = workFolder("helm-cluster");
  let render: ReturnType<typeof buildRenderer>;
  let sets: Record<string, Found[]>;
  before(() => {
    render = buildRenderer(folder.path);
    sets = Object.fromEntries(
      Object.entries(valueFiles).map(([name, file]) => [name, objectsIn(render(chart, { values: [file] })) as Found[]]),
    );
  });
  after(() => folder.remove());

  const objectsWith = (values: Values): Found[] => {
    const file = join(folder.path, "values.json");
    writeFileSync(file, JSON.stringify(values));
    return objectsIn(render(chart, { values: [valueFiles.cpu!, file] })) as Found[];
  };
  const one = (objects: readonly Found[], kind: string, name: string): Found => {
    const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
    assert.equal(found.length, 1, `one ${kind} ${name}`);
    return found[0]!;
  };
  const podsOf = (objects: readonly Found[]) =>
    objects.flatMap(({ kind, metadata, spec }) => {
      if (kind === "Pod") return [{ labels: metadata.labels ?? {}, spec }];
      return /^(Deployment|StatefulSet)$/.test(kind)
        ? [{ labels: spec.template.metadata.labels, spec: spec.template.spec }]
        : [];
    });

  test("every pod is one of Kubernetes' Pod Security Standard restricted", () => {
    for (const [name, objects] of Object.entries(sets)) {
      const pods = podsOf(objects);
      assert.ok(pods.length >= 3, name);
      for (const { spec } of pods) {
        assert.equal(spec.securityContext.runAsNonRoot, true);
        assert.ok(spec.securityContext.runAsUser > 0);
        assert.deepEqual(spec.securityContext.seccompProfile, { type: "RuntimeDefault" });
        for (const field of ["hostNetwork", "hostPID", "hostIPC"]) assert.equal(spec[field], undefined, field);
        for (const volume of spec.volumes) {
          const [, type] = Object.keys(volume);
          assert.match(type ?? "", /^(configMap|emptyDir|persistentVolumeClaim|secret)$/, volume.name);
        }
        for (const { securityContext, resources } of spec.containers) {
          assert.deepEqual(securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          });
          assert.ok(resources.requests.memory && resources.limits.memory);
        }
      }
    }
  });

  test("pods take their place, their labels and their Secrets' files from the values", () => {
    const hardened = sets.hardened!;
    const stow = one(hardened, "Deployment", "redspot-stow").spec.template;
    assert.equal(stow.spec.priorityClassName, "clinical");
    assert.equal(stow.metadata.annotations["example.org/backup"], "no");
    assert.equal(
      one(hardened, "Deployment", "redspot-inference").spec.template.metadata.labels["example.org/tier"],
      "batch",
    );
    const [spread] = stow.spec.topologySpreadConstraints;
    assert.equal(spread.whenUnsatisfiable, "DoNotSchedule");
    assert.deepEqual(
      spread.labelSelector.matchLabels,
      one(hardened, "Deployment", "redspot-stow").spec.selector.matchLabels,
    );
    const worklist = one(hardened, "Deployment", "redspot-worklist").spec.template.spec;
    const mount = worklist.containers[0].volumeMounts.find((each: { mountPath: string }) =>
      /audit/.test(each.mountPath),
    );
    const volume = worklist.volumes.find((each: { name: string }) => each.name === mount.name);
    assert.equal(volume.secret.secretName, "audit-repository");
    const secretEnv = { REDSPOT_EXAMPLE_TOKEN: { name: "other", key: "token" } };
    const given = one(objectsWith({ worklist: { secretEnv } }), "Deployment", "redspot-worklist").spec.template.spec;
    const variable = given.containers[0].env.find((each: { name: string }) => each.name === "REDSPOT_EXAMPLE_TOKEN");
    assert.deepEqual(variable.valueFrom.secretKeyRef, secretEnv.REDSPOT_EXAMPLE_TOKEN);
  });

  test("an image that has a digest is taken by it", () => {
    const imageOf = (set: string, kind: string, name: string) =>
      one(sets[set]!, kind, name).spec.template.spec.containers[0].image as string;
    assert.equal(
      imageOf("hardened", "Deployment", "redspot-stow"),
      `registry.example.org/redspot/stow:0.1.0@sha256:${"1".repeat(64)}`,
    );
    assert.equal(
      imageOf("hardened", "Deployment", "redspot-admin"),
      `registry.example.org/redspot/admin:0.1.0@sha256:${"4".repeat(64)}`,
    );
    // The image for GPUs is another one.
    assert.equal(
      imageOf("keda", "Deployment", "redspot-inference"),
      `registry.example.org/redspot/inference:0.1.0-gpu@sha256:${"5".repeat(64)}`,
    );
    // From a mirror it is the same bytes; another tag is another image.
    assert.match(
      imageOf("own-redis", "StatefulSet", "redspot-redis"),
      /^registry\.example\.org\/mirror\/redis:7\.4\.\d+-alpine@sha256:[0-9a-f]{64}$/,
    );
    const other = objectsWith({ redis: { enabled: true, image: { tag: "7.4.9-alpine" } } });
    assert.equal(
      one(other, "StatefulSet", "redspot-redis").spec.template.spec.containers[0].image,
      "docker.io/library/redis:7.4.9-alpine",
    );
    assert.doesNotMatch(imageOf("cpu", "Deployment", "redspot-stow"), /@/);
  });

  test("what a node's emptying may take away is counted for each service, and its own pods only", () => {
    for (const service of serviceNames) {
      const budget = one(sets.hardened!, "PodDisruptionBudget", `redspot-${service}`);
      assert.deepEqual(budget.spec.selector, one(sets.hardened!, "Deployment", `redspot-${service}`).spec.selector);
      assert.equal(budget.spec.maxUnavailable, service === "inference" ? "50%" : 1);
    }
  });

  test("what takes requests goes on taking them for a moment after it was told to end", () => {
    for (const service of serviceNames) {
      const { spec } = one(sets.cpu!, "Deployment", `redspot-${service}`).spec.template;
      const sleep = Number(spec.containers[0].lifecycle?.preStop.exec.command[1] ?? 0);
      assert.equal(sleep > 0, service !== "inference", service);
      // A service drains for up to 30 s (libs/runtime).
      assert.ok(spec.terminationGracePeriodSeconds > sleep + 30, service);
    }
  });

  describe("scaling", () => {
    test("by CPU a HorizontalPodAutoscaler says how many there are, and the Deployment does not", () => {
      for (const service of ["stow", "worklist"]) {
        const autoscaler = one(sets.hardened!, "HorizontalPodAutoscaler", `redspot-${service}`);
        assert.equal(autoscaler.spec.scaleTargetRef.name, `redspot-${service}`);
        assert.equal(one(sets.hardened!, "Deployment", `redspot-${service}`).spec.replicas, undefined);
      }
      assert.equal(one(sets.hardened!, "Deployment", "redspot-inference").spec.replicas, 2);
      assert.equal(sets.cpu!.filter(({ kind }) => kind === "HorizontalPodAutoscaler").length, 0);
    });

    test("by the queue, Prometheus tells how many studies there are, once, though every process tells of them", {
      skip: hasProgram("promtool") ? false : "promtool is not installed (prometheus)",
    }, () => {
      const { spec } = one(sets.keda!, "ScaledObject", "redspot-inference");
      assert.equal(one(sets.keda!, "Deployment", "redspot-inference").spec.replicas, undefined);
      assert.deepEqual([spec.minReplicaCount, spec.maxReplicaCount], [0, 8]);
      const { query, threshold } = spec.triggers[0].metadata;
      assert.equal(threshold, "200");
      const name = "redspot_queue_jobs";
      const [{ labels = [] } = {}] = serviceMetricsOf("worklist").filter((metric) => metric.name === name);
      assert.deepEqual(labels, ["queue", "state"]);
      const series = (instance: string, namespace: string, queue: string, state: string, count: number) => ({
        series: `${name}{instance="${instance}",namespace="${namespace}",queue="${queue}",state="${state}"}`,
        values: `${count}x5`,
      });
      const tests = {
        rule_files: [],
        tests: [
          {
            interval: "1m",
            input_series: [
              series("a", "radiology", "triage", "waiting", 30),
              series("b", "radiology", "triage", "waiting", 30),
              series("a", "radiology", "triage", "active", 12),
              series("a", "radiology", "triage", "failed", 1000),
              series("a", "radiology", "backlog", "waiting", 200_000),
              series("a", "other", "triage", "waiting", 7),
            ],
            promql_expr_test: [{ expr: query, eval_time: "3m", exp_samples: [{ labels: "{}", value: 42 }] }],
          },
        ],
      };
      writeFileSync(join(folder.path, "query.test.yml"), JSON.stringify(tests));
      const said = execFileSync(
        findProgram("promtool", "prometheus"),
        ["test", "rules", join(folder.path, "query.test.yml")],
        {
          encoding: "utf8",
        },
      );
      assert.match(said, /SUCCESS/);
    });

    test("by the queue, Redis tells how many studies wait, in the list that KEDA looks at", async () => {
      const { metadata } = one(sets["own-redis"]!, "ScaledObject", "redspot-inference").spec.triggers[0];
      assert.equal(metadata.address, "redspot-redis.radiology.svc:6379");
      const redis = await startRedis();
      const store = connectStore(redis.url, { prefix: "wrists" });
      const queue = new StudyQueue(store, "triage");
      try {
        const studies = ["1.2.3", "1.2.4", "1.2.5"];
        await queue.addAll(studies.map((studyInstanceUID) => ({ studyInstanceUID, revision: 1 })));
        assert.equal(await store.redis.llen(metadata.listName), 3);
      } finally {
        await queue.close();
        await closeStore(store);
        await redis.stop();
      }
    });

    test("a Redis that stands in a Secret has to be named to KEDA, one by its address is", () => {
      const autoscaling = { by: "queue", queue: { source: "redis" } };
      assert.throws(() => objectsWith({ inference: { autoscaling } }), /TriggerAuthentication/);
      const objects = objectsWith({ inference: { autoscaling }, redis: { url: "rediss://redis.example.org:6390/4" } });
      const { metadata } = one(objects, "ScaledObject", "redspot-inference").spec.triggers[0];
      assert.deepEqual(metadata, {
        address: "redis.example.org:6390",
        enableTLS: "true",
        databaseIndex: "4",
        listName: "redspot:queue:triage:wait",
        listLength: "20",
      });
    });
  });

  describe("the chart's own Redis", {
    skip: hasProgram("redis-server") ? false : "redis-server is not installed",
  }, () => {
    const password = "0123456789abcdef";
    /** What runs in the container, with the container's folders and port as they can be here. */
    const here = (command: string, port: number) =>
      command
        .replaceAll("/tmp/", `${folder.path}/own-`)
        .replaceAll("/etc/redis/", `${folder.path}/`)
        .replace(/(exec redis-server .*)/, `$1 --port ${port} --dir ${folder.path}`)
        .replace("redis-cli", `redis-cli -p ${port}`);
    const container = () => one(sets["own-redis"]!, "StatefulSet", "redspot-redis").spec.template.spec.containers[0];

    test("keeps what it is told, throws nothing away, asks for the password, and is ready when it answers", async () => {
      const port = await freePort();
      writeFileSync(
        join(folder.path, "redis.conf"),
        one(sets["own-redis"]!, "ConfigMap", "redspot-redis").data["redis.conf"].replace("/data", folder.path),
      );
      const [program = "", ...words] = container().command as string[];
      const script = here(words.pop()!, port);
      const env = { PATH: "/usr/local/bin:/usr/bin:/bin", REDIS_PASSWORD: password };
      const logFile = join(folder.path, "own-redis.log");
      const command = findProgram(program, "dash");
      const server = await startProgram({ name: "the chart's Redis", command, args: [...words, script], env, logFile });
      const store = connectStore(`redis://:${password}@127.0.0.1:${port}`, { answerWithinMs: 5_000 });
      try {
        await store.redis.ping();
        const { appendsToFile, syncs, evictionPolicy, maxBytes } = await readRedisSettings(store);
        assert.deepEqual(
          { appendsToFile, syncs, evictionPolicy, maxBytes },
          { appendsToFile: true, syncs: "always", evictionPolicy: "noeviction", maxBytes: 1500 * 1024 * 1024 },
        );
        const stranger = execFileSync(findProgram("redis-cli", "redis-tools"), ["-p", String(port), "get", "a"], {
          encoding: "utf8",
        });
        assert.match(stranger, /NOAUTH/);
        const [shell = "", flag = "", probe = ""] = container().readinessProbe.exec.command as string[];
        const isReady = (given: Record<string, string>) =>
          execFileSync(findProgram(shell, "dash"), [flag, here(probe, port)], {
            env: { ...env, ...given },
            stdio: "pipe",
          });
        isReady({});
        assert.throws(() => isReady({ REDIS_PASSWORD: "other" }));
      } finally {
        await closeStore(store);
        await server.stop();
      }
    });

    test("is where the services look, with its password from the Secret", () => {
      const service = one(sets["own-redis"]!, "Service", "redspot-redis");
      const { env } = one(sets["own-redis"]!, "Deployment", "redspot-stow").spec.template.spec.containers[0];
      const at = (name: string) => env.findIndex((variable: { name: string }) => variable.name === name);
      // Kubernetes puts in what stands before.
      assert.ok(at("REDIS_PASSWORD") < at("REDSPOT_REDIS_URL"));
      const url = new URL(env[at("REDSPOT_REDIS_URL")].value.replace("$(REDIS_PASSWORD)", password));
      assert.equal(url.hostname, service.metadata.name);
      assert.equal(url.port, String(service.spec.ports[0].port));
      assert.equal(url.password, password);
      assert.equal(env[at("REDIS_PASSWORD")].valueFrom.secretKeyRef.key, "REDIS_PASSWORD");
    });

    test("is one or the other", () => {
      assert.throws(
        () => objectsWith({ redis: { enabled: true, url: "redis://redis.example.org" } }),
        /choose a Redis/,
      );
    });
  });

  describe("the network policies", () => {
    const pod = (service: string) => ({
      labels: {
        "app.kubernetes.io/name": "redspot",
        "app.kubernetes.io/instance": "redspot",
        "app.kubernetes.io/component": service,
      },
    });
    const of = (namespace: string): End => ({ labels: { app: "other" }, namespace });
    const [stow, inference, worklist, redis] = [pod("stow"), pod("inference"), pod("worklist"), pod("redis")] as const;
    const cases: [string, "Ingress" | "Egress", End, End, string | number, boolean][] = [
      ["hardened", "Ingress", stow, { address: "192.0.2.7" }, "http", true],
      ["hardened", "Ingress", stow, { address: "198.51.100.7" }, "http", false],
      ["hardened", "Ingress", stow, of("default"), "http", false],
      ["hardened", "Ingress", worklist, of("ingress-nginx"), "http", true],
      ["hardened", "Ingress", worklist, { address: "192.0.2.7" }, "http", false],
      ["hardened", "Ingress", worklist, of("ingress-nginx"), "metrics", false],
      ...[stow, inference, worklist].flatMap((end): (typeof cases)[number][] => [
        ["hardened", "Ingress", end, of("monitoring"), "metrics", true],
        ["hardened", "Ingress", end, of("default"), "metrics", false],
        ["hardened", "Egress", end, of("kube-system"), 53, true],
        ["hardened", "Egress", end, { address: "203.0.113.1" }, 80, false],
        ["hardened", "Egress", end, { address: "192.0.2.20" }, 6380, true],
        ["hardened", "Egress", end, { address: "192.0.2.21" }, 6380, false],
        // The issuer's keys.
        ["hardened", "Egress", end, { address: "203.0.113.1" }, 443, true],
        ["hardened", "Egress", end, { address: "192.0.2.30" }, 6514, true],
      ]),
      ["hardened", "Ingress", inference, of("default"), "http", false],
      // Reports go to the PACS, and the backlog comes from it; stow does not ask it.
      ["hardened", "Egress", worklist, { address: "192.0.2.10" }, 8443, true],
      ["hardened", "Egress", inference, { address: "192.0.2.10" }, 8443, true],
      ["hardened", "Egress", stow, { address: "192.0.2.10" }, 8443, false],
      ["hardened", "Egress", worklist, { address: "192.0.2.11" }, 8443, false],
      ["own-redis", "Egress", stow, redis, 6379, true],
      ["own-redis", "Egress", stow, of("default"), 6379, false],
      ["own-redis", "Ingress", redis, stow, "redis", true],
      ["own-redis", "Ingress", redis, of("default"), "redis", false],
      ["own-redis", "Ingress", redis, of("keda"), "redis", true],
      ["own-redis", "Egress", redis, { address: "203.0.113.1" }, 443, false],
      // Without named peers: anybody, at the port.
      ["own-redis", "Ingress", stow, { address: "198.51.100.7" }, "http", true],
      ["own-redis", "Egress", worklist, { address: "198.51.100.7" }, 443, true],
      ["own-redis", "Egress", worklist, { address: "198.51.100.7" }, 80, false],
      // Without policies: all.
      ["cpu", "Ingress", stow, of("default"), "metrics", true],
    ];
    for (const [set, direction, end, other, port, expected] of cases) {
      const name = (one: End) =>
        "address" in one ? one.address : (one.namespace ?? one.labels["app.kubernetes.io/component"]);
      const words = `${name(end)} ${direction === "Ingress" ? "from" : "to"} ${name(other)}, port ${port}`;
      test(`${set}: ${words} is ${expected ? "allowed" : "refused"}`, () => {
        assert.equal(allows(sets[set]!, direction, end as { labels: Record<string, string> }, other, port), expected);
      });
    }
  });

  describe("the ways in", () => {
    test("Ingress and routes lead to Services that there are, at ports that they have", () => {
      const backends = [
        ...sets
          .hardened!.filter(({ kind }) => kind === "Ingress")
          .flatMap(({ spec }) => spec.rules.flatMap((rule: Found["spec"]) => rule.http.paths))
          .map((path: Found["spec"]) => ["hardened", path.backend.service.name, path.backend.service.port.name]),
        ...sets
          .keda!.filter(({ kind }) => kind === "HTTPRoute")
          .flatMap(({ spec }) => spec.rules[0].backendRefs)
          .map((backend: Found["spec"]) => ["keda", backend.name, backend.port]),
      ] as [string, string, string | number][];
      assert.deepEqual(
        backends.map(([, name]) => name),
        ["redspot-worklist", "redspot-stow", "redspot-worklist"],
      );
      for (const [set, name, port] of backends) {
        const { ports } = one(sets[set]!, "Service", name).spec;
        assert.ok([ports[0].name, ports[0].port].includes(port), name);
      }
    });

    for (const [why, values] of [
      [/neither ingress\.stow\.host/, { ingress: { enabled: true } }],
      [/neither gateway\.stow\.host/, { gateway: { enabled: true, parentRefs: [{ name: "web" }] } }],
      [/gateway\.parentRefs is empty/, { gateway: { enabled: true, stow: { host: "stow.example.org" } } }],
      [/serviceMonitor\.serverName/, { serviceMonitor: { enabled: true }, tls: { existingSecret: "redspot-tls" } }],
      [/minReplicas is more than/, { stow: { autoscaling: { by: "cpu", minReplicas: 9 } } }],
      [/minReplicas is 0/, { worklist: { autoscaling: { by: "cpu", minReplicas: 0 } } }],
      [/on GPUs/, { inference: { device: "cuda", autoscaling: { by: "cpu" } } }],
    ] as [RegExp, Values][]) {
      test(`what does not fit together is not installed: ${why.source.replaceAll("\\", "")}`, () => {
        assert.throws(() => objectsWith(values), why);
      });
    }
  });

  describe("monitoring", () => {
    test("Prometheus finds each service by a Service of its metrics, under the name that the rules look for", () => {
      const { spec } = one(sets.hardened!, "ServiceMonitor", "redspot");
      const [endpoint] = spec.endpoints;
      const found = sets.hardened!.filter(
        (object) =>
          object.kind === "Service" && object.spec.ports.some((port: { name: string }) => port.name === endpoint.port),
      );
      const rename = endpoint.relabelings.find((rule: { targetLabel: string }) => rule.targetLabel === "job");
      assert.deepEqual(rename.sourceLabels, ["__meta_kubernetes_service_label_app_kubernetes_io_component"]);
      const jobs = found.map(({ metadata }) =>
        rename.replacement.replace("$1", metadata.labels?.["app.kubernetes.io/component"]),
      );
      const configured = parse(text(root, "monitoring", "prometheus", "prometheus.yml")).scrape_configs;
      assert.deepEqual(
        jobs.sort(),
        configured
          .map((one: { job_name: string }) => one.job_name)
          .filter((name: string) => /^redspot/.test(name))
          .sort(),
      );
      for (const { metadata, spec: service } of found) {
        assert.equal(service.publishNotReadyAddresses, true, metadata.name);
        for (const [label, value] of Object.entries(spec.selector.matchLabels)) {
          assert.equal(metadata.labels?.[label], value);
        }
        const name = metadata.name.replace("-metrics", "");
        const { template, selector } = one(sets.hardened!, "Deployment", name).spec;
        assert.deepEqual(service.selector, selector.matchLabels);
        const port = template.spec.containers[0].ports.find(
          (one: { name: string }) => one.name === service.ports[0].targetPort,
        );
        assert.equal(port.containerPort, service.ports[0].port);
      }
      assert.deepEqual(endpoint.authorization.credentials, { name: "redspot-secrets", key: "REDSPOT_METRICS_TOKEN" });
      assert.equal(endpoint.scheme, "https");
      assert.equal(endpoint.tlsConfig.serverName, "wrists.example.org");
    });

    test("rules, alerts and dashboards are those of monitoring/, to the letter", () => {
      for (const file of ["rules", "alerts"]) {
        const source = text(root, "monitoring", "prometheus", `${file}.yml`);
        assert.equal(text(chart, "files", "prometheus", `${file}.yml`), source, "npm run monitoring writes it anew");
        const { spec } = one(sets.hardened!, "PrometheusRule", `redspot-${file}`);
        const wanted = source.replaceAll("docs/runbooks/", "https://wiki.example.org/redspot/docs/runbooks/");
        assert.deepEqual(spec, parse(wanted));
      }
      const files = readdirSync(join(root, "monitoring", "grafana"));
      assert.deepEqual(readdirSync(join(chart, "files", "grafana")), files, "npm run monitoring writes them anew");
      const maps = sets.hardened!.filter(
        ({ kind, metadata }) => kind === "ConfigMap" && metadata.labels?.grafana_dashboard,
      );
      assert.deepEqual(maps.flatMap(({ data }) => Object.keys(data)).sort(), files.sort());
      for (const { data, metadata } of maps) {
        assert.equal(metadata.annotations?.grafana_folder, "Redspot");
        for (const [file, dashboard] of Object.entries(data)) {
          assert.equal(dashboard, text(root, "monitoring", "grafana", file), "npm run monitoring writes it anew");
        }
      }
    });
  });

  test("redspot-admin is told what the services are told, from the same Secrets, each once", () => {
    const told: Values = {
      admin: { enabled: true },
      stow: { env: { REDSPOT_AUDIT_TO: "syslog-tls://arr.example.org" } },
      inference: { env: { REDSPOT_AUDIT_TO: "syslog-tls://arr.example.org", REDSPOT_BATCH_SIZE: "4" } },
      worklist: {
        env: { REDSPOT_HL7_URL: "mllps://ris.example.org:2576" },
        secretEnv: { REDSPOT_EXAMPLE_TOKEN: { name: "other", key: "token" } },
        secretFiles: [{ name: "ris", mountPath: "/var/run/redspot/ris" }],
      },
    };
    for (const [kind, name] of [
      ["Deployment", "redspot-admin"],
      ["Pod", "redspot-admin-doctor"],
    ] as const) {
      const { spec } = one(objectsWith(told), kind, name);
      const { containers, volumes } = spec.template?.spec ?? spec;
      const [{ env, volumeMounts, command }] = containers;
      const names = env.map((variable: { name: string }) => variable.name);
      assert.equal(new Set(names).size, names.length);
      const value = (wanted: string) => env.find((variable: { name: string }) => variable.name === wanted);
      assert.equal(value("REDSPOT_AUDIT_TO").value, "syslog-tls://arr.example.org");
      assert.equal(value("REDSPOT_BATCH_SIZE").value, "4");
      assert.equal(value("REDSPOT_HL7_URL").value, "mllps://ris.example.org:2576");
      assert.deepEqual(value("REDSPOT_EXAMPLE_TOKEN").valueFrom.secretKeyRef, { name: "other", key: "token" });
      const mount = volumeMounts.find((each: { mountPath: string }) => each.mountPath === "/var/run/redspot/ris");
      const volume = volumes.find((each: { name: string }) => each.name === mount.name);
      assert.equal(volume.secret.secretName, "ris");
      // The first process of a container ends at SIGTERM only if it says so.
      if (kind === "Deployment") assert.match(command.join(" "), /trap 'exit 0' TERM/);
    }
  });

  test("redspot-admin and its doctor run where their own values say, or anywhere", () => {
    for (const [kind, name] of [
      ["Deployment", "redspot-admin"],
      ["Pod", "redspot-admin-doctor"],
    ] as const) {
      const podOf = (objects: readonly Found[]) => {
        const { spec } = one(objects, kind, name);
        return spec.template?.spec ?? spec;
      };
      const { nodeSelector, tolerations } = podOf(sets.hardened!);
      assert.deepEqual(nodeSelector, { "example.org/operations": "true" });
      assert.deepEqual(tolerations, [{ key: "example.org/operations", operator: "Exists" }]);
      const anywhere = podOf(objectsWith({ admin: { enabled: true } }));
      for (const absent of ["nodeSelector", "tolerations"]) assert.ok(!(absent in anywhere), absent);
    }
  });

  test("where a service's own variables send it, its network policy lets it go, and no other service", () => {
    const objects = objectsWith({
      networkPolicy: { enabled: true },
      admin: { enabled: true },
      stow: { env: { REDSPOT_AUDIT_TO: "syslog-tls://arr.example.org" } },
      inference: {
        env: { REDSPOT_AUDIT_TO: "file:///var/log/audit", REDSPOT_TRACES_URL: "http://traces:4318/v1/traces" },
      },
      worklist: { env: { REDSPOT_HL7_URL: "mllps://ris.example.org:2576" } },
    });
    const ports = { stow: [6514], inference: [4318], worklist: [2576], admin: [2576, 4318] };
    for (const [service, open] of Object.entries(ports)) {
      const labels = {
        "app.kubernetes.io/name": "redspot",
        "app.kubernetes.io/instance": "redspot",
        "app.kubernetes.io/component": service,
      };
      for (const port of [6514, 4318, 2576]) {
        assert.equal(
          allows(objects, "Egress", { labels }, { address: "203.0.113.1" }, port),
          open.includes(port),
          `${service}: ${port}`,
        );
      }
    }
  });

  test("helm test runs the doctor, on what the services run on", () => {
    const pod = one(sets.hardened!, "Pod", "redspot-admin-doctor");
    assert.equal(pod.metadata.annotations?.["helm.sh/hook"], "test");
    assert.deepEqual(pod.spec.containers[0].command, ["redspot-admin", "doctor"]);
    const names = pod.spec.containers[0].env.map((variable: { name: string }) => variable.name);
    for (const name of [
      "REDSPOT_REDIS_URL",
      "REDSPOT_PACS_URL",
      "REDSPOT_PACS_TOKEN",
      "REDSPOT_SPOOL_DIR",
      "REDSPOT_TLS_CERTIFICATE",
    ]) {
      assert.ok(names.includes(name), name);
    }
    assert.equal(pod.spec.restartPolicy, "Never");
  });
});
