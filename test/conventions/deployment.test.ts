/**
 * Holds every command of docs/deployment.md to what it names: scripts, services, profiles, images, values, objects, units, files. What
 * needs neither Docker nor a cluster nor systemd is run. A command that nothing here knows how to look at fails.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { findProgram, hasProgram, startOrthanc, workFolder } from "@redspot/testbed";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { chart, type Values, valuesWith } from "../helm/redspot-chart.ts";
import { buildRenderer, canRender, type KubernetesObject, objectsIn } from "../helm/render-chart.ts";
import { serviceNames, variablesOf } from "./service-variables.ts";

const root = join(import.meta.dirname, "..", "..");
const text = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
const page = text("docs", "deployment.md");
const folder = workFolder("deployment");
after(() => folder.remove());

/** Lines of blocks without a language, and what stands in backticks and begins as a command does; continued lines are one. */
const blocks = [...page.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].flatMap(([, language, block = ""]) =>
  language === "" || language === "sh first-studies" ? [block.replace(/\\\n\s*/g, "")] : [],
);
const inline = [...page.matchAll(/`((?:docker|npm run|npx|kubectl|helm|systemctl|redis-cli|git) [^`]+)`/g)].map(
  ([, command = ""]) => command,
);
const commands = [...blocks.flatMap((block) => block.split("\n")), ...inline]
  .map((line) => line.trim())
  .filter((line) => line !== "" && !/^(for .* do|done)$/.test(line));
const beginning = (words: string) => commands.filter((command) => command.startsWith(words));
/** `--set a.b=c` of a command, as a mapping. */
function valuesOf(command: string): Values {
  const values: Values = {};
  for (const [, path = "", value = ""] of command.matchAll(/--set (?:'?)([\w.]+)=([^\s']+)/g)) {
    const names = path.split(".");
    const last = names.pop()!;
    let place = values;
    for (const name of names) {
      place[name] ??= {};
      place = place[name] as Values;
    }
    place[last] = value === "true" ? true : value;
  }
  return values;
}

const known: Record<string, RegExp> = {
  npm: /^npm (run [\w:-]+( |$)|ci --omit=dev$)/,
  npx: /^npx --no-install redspot-admin /,
  docker: /^docker (compose|build|push) /,
  helm: /^helm (install|upgrade|test|rollback) redspot( |$)/,
  kubectl: /^kubectl (--namespace radiology |create namespace radiology$)/,
  systemctl: /^systemctl (restart|status|enable --now|edit) /,
  sh: /^sh \/opt\/redspot\/deploy\/systemd\/install\.sh$/,
  cp: /^cp \.env\.example \.env$/,
  echo: /^echo "include \/etc\/redis\/redspot\.conf" >> \/etc\/redis\/redis\.conf$/,
  "apt-get": /^apt-get install --no-install-recommends redis-server$/,
  install: /^install -m 06?[0-7]{2,3} /,
  storescu: /^storescu /,
  "redis-cli": /^redis-cli bgrewriteaof$/,
  git: /^git checkout$/,
};

describe("docs/deployment.md", () => {
  test("has no command that is not looked at here", () => {
    assert.ok(commands.length > 50);
    for (const command of commands) {
      assert.match(command, known[command.split(" ")[0]!] ?? /(?!)/, command);
    }
  });

  test("npm: every script is there, and redspot-admin knows what it is asked", () => {
    const { scripts } = JSON.parse(text("package.json"));
    for (const command of beginning("npm run")) assert.ok(command.split(" ")[2]! in scripts, command);
    const main = join(root, "services", "admin", "src", "main.ts");
    const asked = commands.flatMap((command) => {
      const [, words] = /.*(?:npm run admin -- |redspot-admin |run --rm admin )(?!--help)(.+)$/.exec(command) ?? [];
      return words === undefined ? [] : [words];
    });
    assert.ok(asked.length >= 5);
    for (const words of new Set(asked)) {
      const names = words.split(" ").filter((word) => /^[a-z][\w-]*$/.test(word));
      const help = execFileSync(process.execPath, [main, ...names, "--help"], { encoding: "utf8" });
      for (const [option] of words.matchAll(/--[a-z][a-z-]+/g)) assert.ok(help.includes(option), words);
    }
  });

  test("tokens are made, with scopes that there are", () => {
    const made = beginning("npm run token").map((command) => command.split(" -- ")[1]!.split(" "));
    assert.ok(made.length >= 4);
    for (const options of made) {
      const main = join(root, "libs", "runtime", "src", "make-token.ts");
      assert.match(execFileSync(process.execPath, [main, ...options], { encoding: "utf8" }), /sha256-[0-9a-f]{64}/);
    }
  });

  test("Docker: services, profiles, arguments and files are there", () => {
    const compose = parse(text("docker-compose.yml"), { merge: true });
    const profiles = Object.values(compose.services as Record<string, { profiles?: string[] }>).flatMap(
      ({ profiles = [] }) => profiles,
    );
    for (const command of beginning("docker compose")) {
      const [, how = "", words = ""] = /^docker compose (.*?)\b(?:up|run|build)\b(.*)$/.exec(command) ?? [];
      for (const [, profile = ""] of how.matchAll(/--profile (\S+)/g)) assert.ok(profiles.includes(profile), command);
      for (const [, scaled = ""] of words.matchAll(/--scale (\w+)=/g)) assert.ok(compose.services[scaled], command);
      const named = command.includes(" run ")
        ? ["admin"]
        : words.split(" ").filter((word) => /^[a-z]/.test(word) && !word.includes("="));
      for (const name of named) assert.ok(compose.services[name], `${command}: ${name}`);
      for (const [option] of command.matchAll(/ --[a-z-]+/g)) {
        assert.match(option, /^ --(build|detach|rm|profile|scale|store|help)$/, command);
      }
    }
    const dockerfile = text("Dockerfile");
    for (const command of beginning("docker build")) {
      for (const [, argument] of command.matchAll(/--build-arg (\w+)=/g)) {
        assert.match(dockerfile, new RegExp(`^ARG ${argument}$`, "m"));
      }
    }
    const [, built = ""] = /^for service in (.*); do$/m.exec(page) ?? [];
    for (const name of built.split(" ")) assert.ok(existsSync(join(root, "services", name)), name);
    assert.ok(existsSync(join(root, ".env.example")));
  });

  test("Docker: the override is what Compose's schema allows, for services and variables that there are", () => {
    const [, override = ""] = /^```yaml\n([\s\S]*?)^```/m.exec(page) ?? [];
    const { services } = parse(override, { merge: true }) as { services: Record<string, { environment: object }> };
    assert.deepEqual(Object.keys(services), ["stow", "worklist", "inference"]);
    for (const [name, { environment }] of Object.entries(services)) {
      for (const variable of Object.keys(environment)) assert.ok(variablesOf(name).includes(variable), variable);
    }
  });

  describe("Kubernetes", { skip: canRender() ? false : "rendering the chart needs Go and sprig" }, () => {
    let objects: (KubernetesObject & { spec: { template: { spec: unknown } } })[];
    let render: ReturnType<typeof buildRenderer>;
    const install = beginning("helm install")[0]!;
    before(() => {
      render = buildRenderer(folder.path);
      const file = join(folder.path, "values.json");
      writeFileSync(file, JSON.stringify(valuesOf(install)));
      objects = objectsIn(render(chart, { values: [file] })) as typeof objects;
    });

    test("every value that is set is one", () => {
      const isValid = new Ajv({ allowUnionTypes: true }).compile(
        JSON.parse(readFileSync(join(chart, "values.schema.json"), "utf8")),
      );
      for (const command of beginning("helm ")) {
        assert.ok(isValid(valuesWith(valuesOf(command))), `${command}: ${JSON.stringify(isValid.errors)}`);
        if (/ (install|upgrade) /.test(command)) assert.ok(command.includes(" redspot helm/redspot "), command);
      }
      const named = ["serviceMonitor.enabled", "prometheusRule.enabled", "dashboards.enabled"];
      for (const value of named) assert.ok(isValid(valuesWith(valuesOf(`--set ${value}=true`))), value);
    });

    test("every object that is named is made, and the Secret has what pods ask of it", () => {
      const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`.toLowerCase());
      for (const command of beginning("kubectl")) {
        for (const [, name] of command.matchAll(/deploy\/(\S+)/g))
          assert.ok(names.includes(`deployment/${name}`), command);
      }
      assert.ok(
        objects.some(({ kind, metadata }) => kind === "Pod" && metadata.annotations?.["helm.sh/hook"] === "test"),
      );
      const secret = beginning("kubectl").find((command) => command.includes("create secret generic redspot"))!;
      const keys = [...secret.matchAll(/--from-literal=(\w+)=/g)].map(([, key]) => key);
      const asked = [...JSON.stringify(objects).matchAll(/"secretKeyRef":\{"name":"redspot","key":"(\w+)"\}/g)].map(
        ([, key]) => key,
      );
      assert.ok(asked.length > 0);
      for (const key of new Set(asked)) assert.ok(keys.includes(key), `${key} is in the Secret`);
    });
  });

  test("systemd: units and files are those that install.sh puts there, or the page itself does", () => {
    const installed = join(folder.path, "installed");
    execFileSync("sh", [join(root, "deploy", "systemd", "install.sh")], {
      env: { PATH: "/usr/bin:/bin", DESTDIR: installed },
    });
    const written = [...page.matchAll(/ >>? (\/etc\/\S+)/g)].map(([, path]) => path!);
    const units = [
      ...readdirSync(join(installed, "etc", "systemd", "system")),
      ...written.map((path) => basename(path)),
    ];
    for (const command of beginning("systemctl")) {
      for (const name of command.split(" ").filter((word) => word.startsWith("redspot"))) {
        assert.ok(units.includes(name) || units.includes(`${name}.service`), command);
      }
    }
    for (const [path] of page.matchAll(/\/etc\/(?:redspot|redis)\/[\w.-]+\.(?:env|conf)/g)) {
      if (path !== "/etc/redis/redis.conf" && !written.includes(path))
        assert.ok(existsSync(join(installed, path)), path);
    }
    for (const [, name] of page.matchAll(/`(\w+)\.env`/g)) {
      assert.ok(name === "redspot" || name === "units" || (serviceNames as readonly string[]).includes(name!), name);
    }
  });

  test("every variable is one of a service or of Compose", () => {
    const names = new Set(serviceNames.flatMap(variablesOf));
    const ofCompose = [...text(".env.example").matchAll(/^#?(REDSPOT_\w+)=/gm)].map(([, name]) => name!);
    for (const [name] of page.matchAll(/REDSPOT_[A-Z_]+/g))
      assert.ok(names.has(name) || ofCompose.includes(name), name);
  });

  test("the first studies are made, and a real PACS takes them as they are sent", {
    skip: hasProgram("storescu") && hasProgram("Orthanc") ? false : "storescu or Orthanc is not installed",
  }, async () => {
    const [phantom = ""] = beginning("npm run phantom");
    const [send = ""] = beginning("storescu");
    mkdirSync(join(folder.path, "here"));
    const here = { cwd: join(folder.path, "here"), encoding: "utf8", stdio: "pipe" } as const;
    const options = phantom.split(" -- ")[1]!.split(" ");
    execFileSync(process.execPath, [join(root, "libs", "phantom", "src", "main.ts"), ...options], here);
    const truth = JSON.parse(readFileSync(join(here.cwd, options[options.indexOf("--truth") + 1]!), "utf8"));
    assert.ok(JSON.stringify(truth).includes("fracture"));
    const pacs = await startOrthanc({ aeTitle: "ORTHANC" });
    try {
      const words = send
        .split(" ")
        .slice(1)
        .map((word) => (word === "4242" ? String(pacs.dimse.port) : word.replace("localhost", "127.0.0.1")));
      execFileSync(findProgram("storescu", "dcmtk"), words, here);
      const found = (await (await fetch(`${pacs.dicomWebUrl}/studies`)).json()) as unknown[];
      assert.equal(found.length, Number(options[options.indexOf("--studies") + 1]));
    } finally {
      await pacs.stop();
    }
  });
});
