/**
 * Every command that the documentation gives is one that there is, with options that there are, and runs: here, or in the
 * test that is named for it. What no test runs stands in a list of its own, with why.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { sourcePages } from "@redspot/site";
import { pageBlocks } from "../integration/page-blocks.ts";
import { commandsOf, helpOf, isTree, optionsInTree } from "./commands.ts";

const root = join(import.meta.dirname, "..", "..");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
const commands = sourcePages(root).flatMap(commandsOf);

/** Which test runs a command, by how it begins, and what in that test shows that it does. */
const RUN_IN: readonly (readonly [command: string, test: string, by: string])[] = [
  ["admin -- config check", "test/conventions/commands.test.ts", '"config", "check"'],
  ["admin -- dead-letters", "services/admin/src/admin.test.ts", '["dead-letters", "retry"'],
  ["admin -- doctor", "services/admin/src/doctor.test.ts", '"--store"'],
  ["admin -- forget", "services/admin/src/admin.test.ts", '"--completed-before"'],
  ["admin -- model", "services/admin/src/model.test.ts", '"promote"'],
  ["admin -- reconcile", "services/admin/src/admin.test.ts", '"--dry-run"'],
  ["admin -- sweep", "test/integration/sweep.test.ts", '"--from"'],
  ["audit", "test/conventions/audited-packages.test.ts", "auditPackages(root"],
  ["chaos", "test/chaos/chaos.test.ts", "runChaos"],
  ["check-report", "libs/sr/src/template-checker/main.test.ts", '"main.ts"'],
  ["configuration", "test/conventions/configuration.test.ts", "config"],
  ["demo-package", "services/training/src/committed-package.test.ts", "npm run demo-package"],
  ["demo", "services/demo/src/main.test.ts", '"main.ts"'],
  ["fuzz", "test/fuzz/fuzz.test.ts", '"main.ts"'],
  ["monitoring", "test/conventions/metrics.test.ts", "metricsPage()"],
  ["pin-images", "test/conventions/pin-images.test.ts", "stateOf("],
  ["phantom", "test/conventions/commands.test.ts", '"phantom"'],
  ["sbom", "test/conventions/bill-of-materials.test.ts", "billOfMaterials(root"],
  ["screenshots", "test/integration/page-states.test.ts", "page-states"],
  ["simulate", "services/simulation/src/simulate.test.ts", '"main.ts"'],
  ["site", "site/src/build-site.test.ts", "buildSite(repository"],
  ["soak", "test/soak/growth.test.ts", "growth"],
  ["token", "test/conventions/commands.test.ts", '"token"'],
  ["train", "services/training/src/reproduce/reproduce.test.ts", "reproduce"],
  ["weights", "libs/model/src/parity.test.ts", "Keras"],
];

/** What no test runs, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  check: "is what comes before the tests in npm test",
  format: "changes the sources",
  setup: "installs programs; continuous integration begins with it",
  "test:unit": "is this",
  "bench:audit": "measures, alone on a machine, for minutes",
  "bench:inference": "measures, alone on a machine, for minutes",
  "bench:reconcile": "measures, alone on a machine, for minutes",
  "bench:stow": "measures, alone on a machine, for minutes",
  "bench:stow-memory": "measures; test/integration/stow-process.test.ts holds the same memory",
  "bench:sweep": "measures, alone on a machine, for minutes",
  "bench:training": "measures, alone on a machine, for minutes",
  "bench:worklist": "measures, alone on a machine, for minutes",
};

/** Programs, beside npm, with which a line of a block begins. */
const OTHER_PROGRAMS =
  /^(?:sudo )?(curl|docker|helm|kubectl|node|npx|openssl|redis-cli|redis-server|storescu|systemctl)\b/m;

/** Those of them that have nothing to run on where the tests run, and who looks at what they are given. */
const CANNOT_RUN: Readonly<Record<string, string>> = {
  docker: "no engine; test/conventions/compose.test.ts reads the files",
  helm: "no cluster; test/conventions/helm.test.ts renders the chart",
  kubectl: "no cluster; test/conventions/helm-cluster.test.ts looks at the objects",
  systemctl: "no systemd that runs; test/conventions/systemd.test.ts looks at the units",
};

describe("the commands of the documentation", () => {
  test("are there, with every option that they are given", () => {
    assert.ok(commands.length > 80);
    for (const { page, line, script, args } of commands) {
      assert.ok(script in scripts, `${page}: ${line} is no script of package.json`);
      const options = args.filter((word) => /^--[a-z]/.test(word)).map((word) => word.split("=")[0] as string);
      const words = args.filter((word) => /^[a-z][a-z-]+$/.test(word));
      if (isTree(script)) {
        if (words.length === 0) continue;
        const known = optionsInTree(script, words);
        assert.ok(known, `${page}: ${line}: there is no such command`);
        for (const option of options) assert.ok(known.includes(option), `${page}: ${line}: no option ${option}`);
      } else if (options.some((option) => option !== "--help")) {
        const help = helpOf(script, scripts);
        for (const option of options) assert.ok(help.includes(option), `${page}: ${line}: no option ${option}`);
      }
    }
  });

  test("run in a test that is named, or stand among those that do not, with why", () => {
    const used = new Set<string>();
    for (const { page, line, script, args } of commands) {
      const whole = [script, ...(args.length > 0 ? ["--", ...args] : [])].join(" ");
      const [begins] = RUN_IN.find(([command]) => whole === command || whole.startsWith(`${command} `)) ?? [];
      const known = begins ?? (script in NOT_RUN ? script : undefined);
      // A command that is only named, such as `npm run train`, stands for all of it.
      const above =
        RUN_IN.some(([command]) => command.startsWith(`${script} `)) && args.every((word) => word === "--help");
      assert.ok(
        known !== undefined || above,
        `${page}: ${line} is run by no test: name one in RUN_IN, or why not in NOT_RUN`,
      );
      if (known !== undefined) used.add(known);
    }
    for (const [command, file, by] of RUN_IN) {
      assert.ok(readFileSync(join(root, file), "utf8").includes(by), `${command}: ${file} does not have ${by}`);
      assert.ok(used.has(command), `${command} stands in no page`);
    }
    for (const script of Object.keys(NOT_RUN)) assert.ok(used.has(script), `${script} stands in no page`);
  });

  test("of other programs run in a block that a test reads, or are of programs that cannot run here", () => {
    const tests = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => readFileSync(join(root, "test", file), "utf8"));
    for (const { path, markdown } of sourcePages(root)) {
      for (const block of markdown.tokens) {
        if (block.type !== "code") continue;
        const [, program = ""] = OTHER_PROGRAMS.exec(block.text) ?? [];
        if (program === "" || program in CANNOT_RUN) continue;
        const isRead = tests.some((source) => source.includes(block.lang ? `"${block.lang}"` : `\\n(${program} `));
        assert.ok(isRead, `${path}: no test reads the block with ${program}: name it (\`\`\`sh NAME) and run it`);
      }
    }
  });

  test("tokens are made, phantoms are made, and the settings of docs/start.md are sound", () => {
    const folder = mkdtempSync(join(tmpdir(), "redspot-commands-"));
    const run = (script: string, args: readonly string[]) => {
      const [, file = ""] = /node ([\w./-]+\.ts)/.exec(scripts[script] ?? "") ?? [];
      return execFileSync(process.execPath, [join(root, file), ...args], { cwd: folder, encoding: "utf8", env: {} });
    };
    try {
      const tokens = commands.filter(({ script, args }) => script === "token" && args.length > 0);
      assert.ok(tokens.length >= 4);
      const entries = new Map(
        tokens.map(({ args }) => {
          const [entry = ""] = /\S+:\S+:sha256-[0-9a-f]{64}/.exec(run("token", args)) ?? [];
          return [entry.split(":").slice(0, 2).join(":"), entry];
        }),
      );
      const phantoms = commands.filter(({ script, args }) => script === "phantom" && args.includes("4"));
      for (const { args } of phantoms) run("phantom", args);
      assert.equal(readdirSync(join(folder, "phantoms")).length, 4);
      const page = pageBlocks("docs/start.md");
      const settings = page("sh redspot.env", [
        ["pacs:store:sha256-HEX", entries.get("pacs:store") ?? "none"],
        ["reading-room:read+work:sha256-HEX", entries.get("reading-room:read+work") ?? "none"],
      ]);
      writeFileSync(join(folder, "redspot.env"), settings);
      run("admin", ["config", "check", "--env-file", "redspot.env"]);
      const names = settings.match(/^REDSPOT_\w+/gm) ?? [];
      assert.throws(() => run("admin", ["config", "check", "--env-file", "no.env"]), "a check that finds nothing");
      assert.equal(names.length, 6);
      for (const [file] of page("sh services").matchAll(/services\/\S+\.ts/g)) {
        execFileSync(process.execPath, ["--env-file=redspot.env", join(root, file), "--check"], {
          cwd: folder,
          env: {},
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
