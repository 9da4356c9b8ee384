/**
 * What an image holds, without Docker: the Dockerfile's own commands, on what .dockerignore lets through and with the packages of npm's
 * cache, and then the services of that installation at work. The image of redspot-admin has all that the others have.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { IMAGES, REMOVED_SCOPE } from "@redspot/deploy";
import { DicomWebClient } from "@redspot/dicomweb";
import { makeStudy } from "@redspot/phantom";
import {
  type RunningRedis,
  type RunningRedspot,
  readReadingList,
  startRedis,
  startRedspot,
  waitUntil,
  workFolder,
} from "@redspot/testbed";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const text = (file: string) => readFileSync(join(repository, file), "utf8");

/** The command with which the stage "packages" installs a service. */
function installing(): string {
  const [, command = ""] = /^RUN --mount=\S+ \\\n((?:.*\\\n)*.*)$/m.exec(text("Dockerfile")) ?? [];
  assert.match(command, /npm ci /);
  return command;
}

/** What `COPY . .` copies. */
function copyContext(to: string): void {
  const lines = text(".dockerignore").split("\n");
  const never = lines.flatMap((line) => (line.startsWith("**/") ? [line.slice(3)] : []));
  for (const name of lines.flatMap((line) => (line.startsWith("!") ? [line.slice(1)] : []))) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    cpSync(join(repository, name), join(to, name), {
      recursive: true,
      filter: (path) => !never.some((one) => path.endsWith(`/${one}`)),
    });
  }
}

const folder = workFolder("images");
const installation = join(folder.path, "redspot");
copyContext(installation);
const installed = spawnSync("sh", ["-c", `export SERVICE=admin npm_config_offline=true\n${installing()}`], {
  cwd: installation,
  encoding: "utf8",
});
const lacking = /ENOTCACHED/.test(installed.stderr) && "npm's cache lacks packages of package-lock.json";

after(() => folder.remove());

describe("an image", { skip: lacking }, () => {
  test("is made by commands that work, of what .dockerignore lets through", () => {
    assert.equal(installed.status, 0, installed.stderr);
    assert.deepEqual(readdirSync(join(installation, "services")).sort(), [...IMAGES.admin].sort());
  });

  test("holds no TensorFlow.js, no library for another platform, no tests and no Node beside its own", () => {
    const inside = (pattern: string) => globSync(pattern, { cwd: installation });
    assert.deepEqual(inside(`node_modules/${REMOVED_SCOPE}`), []);
    assert.deepEqual(
      inside("node_modules/onnxruntime-node/bin/*/*/*").map((path) => path.split("/").slice(-2)),
      [[process.platform, process.arch]],
    );
    assert.deepEqual(inside("{libs,services}/**/*.test.ts"), []);
    assert.deepEqual(inside("node_modules/node-linux-*"), []);
    assert.ok(existsSync(join(installation, "node_modules/nsfwjs")), "the embedded weights");
  });

  describe("and its services", () => {
    let redis: RunningRedis;
    let redspot: RunningRedspot;
    // No PACS: nothing that is looked at here waits for one.
    const pacsUrl = "http://127.0.0.1:9/dicom-web";

    before(async () => {
      redis = await startRedis();
      redspot = await startRedspot({
        installation,
        redisUrl: redis.url,
        pacsUrl,
        // Made anew, by the embedded weights of this installation.
        cacheFolder: join(folder.path, "cache"),
        folder: folder.path,
        environment: { REDSPOT_SR_ACTIVATION: "secondary-capture" },
      });
      for (const name of ["stow", "inference", "worklist"] as const) await redspot.ready(name, 180);
    });
    after(async () => {
      await redspot?.stop();
      await redis?.stop();
    });

    test("start, take studies, and judge them", async () => {
      const studies = [21, 22].map((seed) =>
        makeStudy({ seed, views: ["lateral"], imageClass: "CR", matrix: { rows: 900, columns: 700 } }),
      );
      const { services, token } = redspot;
      const sender = new DicomWebClient({ url: services.stow.url, authorization: `Bearer ${token}` });
      for (const { instances } of studies) await sender.storeInstances(instances.map(({ bytes }) => bytes));
      const list = await waitUntil(
        async () => {
          const lines = await readReadingList(services.worklist.url, token);
          return lines.length === studies.length && lines.every(({ outcome }) => outcome !== null) && lines;
        },
        {
          what: "both studies are judged",
          timeoutSeconds: 120,
          programs: Object.values(services).map(({ program }) => program),
        },
      );
      for (const { outcome, probability } of list) {
        assert.match(`${outcome}`, /^(fracture|no-fracture|inconclusive)$/);
        assert.equal(typeof probability, "number");
      }
    });

    test("are looked after by redspot-admin, whose doctor scores an image with this installation's engine", () => {
      const admin = join(installation, "node_modules", "@redspot", "admin", "src", "main.ts");
      const { stdout } = spawnSync(process.execPath, [admin, "doctor", "--json"], {
        encoding: "utf8",
        env: {
          REDSPOT_REDIS_URL: redis.url,
          REDSPOT_PACS_URL: pacsUrl,
          REDSPOT_SPOOL_DIR: join(redspot.folder, "spool"),
          REDSPOT_CACHE_DIR: join(folder.path, "cache"),
        },
      });
      const lines = stdout.trim().split("\n");
      const [engine] = lines.map((line) => JSON.parse(line)).filter(({ about }) => /engine scores/.test(about));
      assert.equal(engine?.state, "fine", stdout);
      assert.match(engine.found, / on onnxruntime \S+ \(cpu\)$/);
    });
  });
});
