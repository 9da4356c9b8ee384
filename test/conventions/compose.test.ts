/**
 * Holds docker-compose.yml and the Dockerfile to what Redspot demands of them, and to the services' own variables.
 * It reads them; that they start is seen where Docker is.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { orthancConfiguration } from "@redspot/testbed";
import { parse } from "yaml";
import { serviceNames, variablesOf } from "./service-variables.ts";

interface Service {
  image?: string;
  build?: { context: string; args: { SERVICE: string } };
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  read_only?: boolean;
  cap_drop?: string[];
}

interface Compose {
  services: Record<string, Service>;
  configs: Record<string, { file?: string; content?: string }>;
  volumes: Record<string, unknown>;
}

const root = join(import.meta.dirname, "..", "..");
const text = (file: string) => readFileSync(join(root, file), "utf8");
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

  test("images are pinned to a release", () => {
    for (const name of ["redis", "orthanc"]) assert.match(service(name).image ?? "", /:\d+\.\d+\.\d+(-alpine)?$/, name);
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

  test("nothing starts before what it needs is healthy", () => {
    for (const name of serviceNames) {
      assert.equal(service(name).depends_on?.redis?.condition, "service_healthy", name);
    }
    assert.equal(service("worklist").depends_on?.orthanc?.condition, "service_healthy");
    for (const name of ["redis", "orthanc"]) assert.ok(service(name).healthcheck, name);
  });

  test("only this machine reaches the ports unless told otherwise, and Redis has none", () => {
    const ports = Object.values(compose.services).flatMap((one) => one.ports ?? []);
    assert.equal(ports.length, 4);
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
      if (/TOKEN/.test(name)) assert.equal(how, ":?", name);
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
      stages.map((stage) => stage.split("\n")[0]),
      [
        "FROM node:24-slim AS packages",
        "FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04 AS gpu",
        "FROM node:24-slim",
      ],
    );
    for (const stage of stages.slice(1)) assert.match(stage, /^USER (node|ubuntu)$(?:.|\n)*^CMD /m);
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
