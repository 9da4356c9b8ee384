/**
 * Holds the systemd units to what systemd says of them without running it, and to what the services know. That they start is seen
 * where systemd runs.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parseEnv } from "node:util";
import { closeStore, connectStore, readRedisSettings } from "@redspot/queue";
import { ALLOCATOR, findProgram, freePort, hasProgram, startProgram, workFolder } from "@redspot/testbed";
import { serviceNames, variablesOf } from "./service-variables.ts";

const root = join(import.meta.dirname, "..", "..");
const units = join(root, "deploy", "systemd");
const folder = workFolder("systemd");
const installed = join(folder.path, "installed");
const system = join(installed, "etc", "systemd", "system");

/** Values of a directive, in the order in which they stand. */
const valuesOf = (text: string, directive: string): string[] =>
  [...text.matchAll(new RegExp(`^${directive}=(.*)$`, "gm"))].map(([, value = ""]) => value);
const common = readFileSync(join(units, "redspot-.service.d", "10-redspot.conf"), "utf8");
const unitOf = (name: string) => readFileSync(join(units, `redspot-${name}.service`), "utf8");
/** What a unit and the drop-in for all set, by name. */
const environmentOf = (name: string) =>
  Object.fromEntries(
    [...valuesOf(common, "Environment"), ...valuesOf(unitOf(name), "Environment")]
      .flatMap((line) => line.split(" "))
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );

before(() => {
  execFileSync("sh", [join(units, "install.sh")], { env: { PATH: "/usr/bin:/bin", DESTDIR: installed } });
  // As if this checkout were at /opt/redspot: systemd asks whether the programs are there.
  for (const file of readdirSync(system, { recursive: true, encoding: "utf8" })) {
    if (!/\.(service|target|conf)$/.test(file)) continue;
    const path = join(system, file);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("/opt/redspot", root));
  }
});
after(() => folder.remove());

describe("the systemd units", () => {
  test("are installed with what they need, and a configuration that is there is left as it is", () => {
    const mine = join(installed, "etc", "redspot", "redspot.env");
    writeFileSync(mine, "REDSPOT_MODE=clinical\n");
    execFileSync("sh", [join(units, "install.sh")], {
      env: { PATH: "/usr/bin:/bin", DESTDIR: join(folder.path, "again") },
    });
    cpSync(mine, join(folder.path, "again", "etc", "redspot", "redspot.env"));
    execFileSync("sh", [join(units, "install.sh")], {
      env: { PATH: "/usr/bin:/bin", DESTDIR: join(folder.path, "again") },
    });
    assert.equal(
      readFileSync(join(folder.path, "again", "etc", "redspot", "redspot.env"), "utf8"),
      "REDSPOT_MODE=clinical\n",
    );
    for (const file of [
      "sysusers.d/redspot.conf",
      "tmpfiles.d/redspot.conf",
      "sysctl.d/90-redspot.conf",
      "redis/redspot.conf",
    ]) {
      assert.ok(existsSync(join(installed, "etc", file)), file);
    }
  });

  test("the check of the configuration is told what the units set, and finds all that is wrong at once", () => {
    const credentials = join(folder.path, "tokens");
    writeFileSync(credentials, `pacs:store:sha256-${"0".repeat(64)}\n`);
    const set = parseEnv(readFileSync(join(installed, "etc", "redspot", "units.env"), "utf8"));
    assert.equal(set.REDSPOT_SPOOL_DIR, environmentOf("stow").REDSPOT_SPOOL_DIR);
    assert.ok(common.includes(`LoadCredential=tokens:${set.REDSPOT_TOKENS_FILE}`));
    const unitsEnv = join(folder.path, "units.env");
    writeFileSync(unitsEnv, `REDSPOT_SPOOL_DIR=${set.REDSPOT_SPOOL_DIR}\nREDSPOT_TOKENS_FILE=${credentials}\n`);
    const main = join(root, "services", "admin", "src", "main.ts");
    const check = (...files: string[]) =>
      spawnSync(process.execPath, [main, "config", "check", "--env-file", ...files], { encoding: "utf8" });
    const example = join(units, "redspot.env.example");
    const good = check(unitsEnv, example);
    assert.equal(good.status, 0, `${good.stdout}${good.stderr}`);
    const planted = join(folder.path, "planted.env");
    const mistakes = [
      "REDSPOT_TLS_KEY=",
      "REDSPOT_OIDC_ISSUER=http://login.example.org",
      "REDSPOT_SETTLE_SECONDS=soon",
      "REDSPOT_BATCH_SIZE=0",
      "REDSPOT_PACS_URL=pacs.example.org",
      "REDSPOT_PACS_TOKEN_FILE=/none/such",
      "REDSPOT_SETTLE_SECOND=3",
    ];
    writeFileSync(planted, `${mistakes.join("\n")}\n`);
    const { status, stdout } = check(unitsEnv, example, planted);
    assert.equal(status, 1);
    for (const found of [
      /^stow: .*4 mistake/m,
      /REDSPOT_TLS_CERTIFICATE: is set, and REDSPOT_TLS_KEY is not/,
      /REDSPOT_OIDC_ISSUER: is set, and REDSPOT_OIDC_AUDIENCE is not/,
      /REDSPOT_OIDC_ISSUER: it must be https/,
      /REDSPOT_SETTLE_SECONDS: /,
      /REDSPOT_BATCH_SIZE: /,
      /REDSPOT_PACS_URL: /,
      /REDSPOT_PACS_TOKEN_FILE: \/none\/such cannot be read/,
      /REDSPOT_SETTLE_SECOND: nothing reads it\. Is REDSPOT_SETTLE_SECONDS meant/,
    ]) {
      assert.match(stdout, found);
    }
    assert.match(check(example).stdout, /REDSPOT_HOST: is 0\.0\.0\.0, which other machines reach/);
  });

  for (const name of serviceNames) {
    test(`${name} is told only what it knows, runs what is there, and has time to end`, () => {
      const known = variablesOf(name);
      const { MALLOC_MMAP_THRESHOLD_, MALLOC_TRIM_THRESHOLD_, NODE_ENV, ...own } = environmentOf(name);
      assert.deepEqual({ MALLOC_MMAP_THRESHOLD_, MALLOC_TRIM_THRESHOLD_ }, ALLOCATOR);
      assert.equal(NODE_ENV, "production");
      for (const variable of Object.keys(own)) assert.ok(known.includes(variable.replace(/_FILE$/, "")), variable);
      const example = parseEnv(readFileSync(join(units, "redspot.env.example"), "utf8"));
      for (const variable of Object.keys(example)) {
        assert.ok(
          serviceNames.some((one) => variablesOf(one).includes(variable)),
          variable,
        );
      }
      const [program = "", main = ""] = (valuesOf(unitOf(name), "ExecStart")[0] ?? "").split(" ");
      for (const path of [program, main]) assert.ok(existsSync(path.replace("/opt/redspot", root)), path);
      // A service drains for up to 30 s (libs/runtime).
      assert.ok(Number(valuesOf(common, "TimeoutStopSec")[0]) > 30);
      // Each secret by a file of its own, which only the service sees.
      for (const line of valuesOf(common, "#?LoadCredential")) {
        const [id = "", path = ""] = line.split(":");
        assert.equal(path, `/etc/redspot/credentials/${id}`);
        assert.match(
          common,
          new RegExp(`^#?Environment=REDSPOT_${id.toUpperCase().replace("-", "_")}_FILE=%d/${id}$`, "m"),
        );
      }
      assert.equal(own.REDSPOT_SPOOL_DIR, `/var/lib/${valuesOf(common, "StateDirectory")[0]}`);
    });
  }

  describe("say nothing wrong to systemd", {
    skip: hasProgram("systemd-analyze") ? false : "systemd-analyze is not installed (systemd)",
  }, () => {
    const analyze = () => findProgram("systemd-analyze", "systemd");
    const verify = (unit: string) =>
      spawnSync(analyze(), ["verify", "--man=no", join(system, unit)], { encoding: "utf8" });

    for (const unit of ["redspot.target", ...serviceNames.map((name) => `redspot-${name}.service`)]) {
      test(`${unit}: every directive is known, and so is every unit that it names`, () => {
        const { status, stderr } = verify(unit);
        assert.equal(
          stderr
            .split("\n")
            .filter((line) => line.includes("redspot"))
            .join("\n"),
          "",
        );
        assert.equal(status, 0, stderr);
      });
    }

    test("a second process of stow, as docs/deployment.md makes one, is a unit like the first with a port of its own", () => {
      const page = readFileSync(join(root, "docs", "deployment.md"), "utf8");
      const [, block = ""] = /```sh second-stow\n([\s\S]*?)```/.exec(page) ?? [];
      const lines = block.replaceAll("/etc/", `${join(installed, "etc")}/`).split("\n");
      execFileSync("sh", ["-e"], { input: lines.filter((line) => !line.startsWith("systemctl ")).join("\n") });
      assert.equal(readFileSync(join(installed, "etc", "redspot", "stow.env"), "utf8"), "REDSPOT_SHARE_PORT=true\n");
      const { status, stderr } = verify("redspot-stow-2.service");
      assert.equal(status, 0, stderr);
      const [first, second] = ["redspot-stow.service", "redspot-stow-2.service"].map(
        (unit) => valuesOf(readFileSync(join(system, unit), "utf8"), "Environment")[0],
      );
      assert.equal(first, "REDSPOT_PORT=8081 REDSPOT_ADMIN_PORT=8181");
      assert.equal(second, "REDSPOT_PORT=8081 REDSPOT_ADMIN_PORT=8183");
      const taken = serviceNames.map((name) => environmentOf(name).REDSPOT_ADMIN_PORT);
      assert.ok(!taken.includes("8183"), "no other unit has it");
    });

    test("a directive that there is not is found, also in what they have in common, and a program that is not there", () => {
      const path = join(system, "redspot-stow.service");
      const text = readFileSync(path, "utf8");
      const dropIn = join(system, "redspot-.service.d", "20-planted.conf");
      try {
        writeFileSync(dropIn, "[Service]\nProtectSytem=strict\n");
        assert.match(verify("redspot-stow.service").stderr, /Unknown key (name )?'ProtectSytem'/);
        writeFileSync(dropIn, "");
        writeFileSync(path, text.replace(".bin/node ", ".bin/nodes "));
        assert.notEqual(verify("redspot-stow.service").status, 0);
      } finally {
        writeFileSync(dropIn, "");
        writeFileSync(path, text);
      }
    });

    for (const name of serviceNames) {
      test(`${name} is as locked up as a service that compiles and talks to the network can be`, () => {
        const exposure = (threshold: string) =>
          spawnSync(
            analyze(),
            ["security", "--offline=yes", `--threshold=${threshold}`, join(system, `redspot-${name}.service`)],
            {
              encoding: "utf8",
            },
          );
        // Of 100, less is better: Debian's own Redis has some 15, an unlocked service 96. Beyond the threshold it fails.
        const { status, stdout } = exposure("20");
        assert.equal(status, 0, stdout);
        assert.notEqual(exposure("5").status, 0, "the threshold is looked at");
      });
    }
  });

  test("Redis, set up as they want it, keeps what it is told", {
    skip: hasProgram("redis-server") ? false : "redis-server is not installed",
  }, async () => {
    const port = await freePort();
    const server = await startProgram({
      name: "Redis",
      command: findProgram("redis-server", "redis-server"),
      args: [join(installed, "etc", "redis", "redspot.conf"), "--port", String(port), "--dir", folder.path],
      logFile: join(folder.path, "redis.log"),
    });
    const store = connectStore(`redis://127.0.0.1:${port}`, { answerWithinMs: 5_000 });
    try {
      const { appendsToFile, syncs, evictionPolicy } = await readRedisSettings(store);
      assert.deepEqual(
        { appendsToFile, syncs, evictionPolicy },
        { appendsToFile: true, syncs: "always", evictionPolicy: "noeviction" },
      );
    } finally {
      await closeStore(store);
      await server.stop();
    }
  });
});
