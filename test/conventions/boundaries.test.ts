import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Each boundary of the house: a file that oversteps it, and the rule that has to say so; or one that may do so. */
const PLANTED: Array<{ path: string; source: string; rule?: string }> = [
  {
    path: "libs/dicom/src/a.ts",
    source: 'import { Queue } from "bullmq";\nexport const it = Queue;\n',
    rule: "lint/style/noRestrictedImports",
  },
  {
    path: "services/stow/src/b.ts",
    source: 'import { Redis } from "ioredis";\nexport const it = Redis;\n',
    rule: "lint/style/noRestrictedImports",
  },
  {
    path: "libs/queue/src/c.ts",
    source: 'import { Queue } from "bullmq";\nexport const it = Queue;\n',
  },
  {
    path: "libs/queue/src/d.ts",
    source: 'import { fastify } from "fastify";\nexport const it = fastify;\n',
    rule: "lint/style/noRestrictedImports",
  },
  {
    path: "services/stow/src/e.ts",
    source: 'import { fastify } from "fastify";\nexport const it = fastify;\n',
  },
  {
    path: "libs/triage/src/f.ts",
    source: 'import { it } from "../../../services/stow/src/b.ts";\nexport const its = it;\n',
    rule: "lint/style/noRestrictedImports",
  },
  {
    path: "services/stow/src/g.ts",
    source: 'import { it } from "../../worklist/src/x.ts";\nexport const its = it;\n',
    rule: "lint/style/noRestrictedImports",
  },
  {
    path: "libs/dicom/src/h.ts",
    source: 'import { readingOrder } from "@redspot/triage";\nexport const it = readingOrder;\n',
    rule: "lint/correctness/noUndeclaredDependencies",
  },
  {
    path: "services/stow/src/i.ts",
    source: "export const home = process.env.HOME;\n",
    rule: "lint/style/noProcessEnv",
  },
  { path: "services/stow/src/main.ts", source: "export const home = process.env.HOME;\n" },
  {
    path: "libs/dicom/src/j.ts",
    source: 'import { k } from "./k.ts";\nexport const j = () => k;\n',
    rule: "lint/suspicious/noImportCycles",
  },
  {
    path: "libs/dicom/src/k.ts",
    source: 'import { j } from "./j.ts";\nexport const k = () => j;\n',
    rule: "lint/suspicious/noImportCycles",
  },
  {
    path: "libs/dicom/src/l.ts",
    source: "async function work(): Promise<void> {}\nexport function start(): void {\n  work();\n}\n",
    rule: "lint/nursery/noFloatingPromises",
  },
  {
    path: "libs/dicom/src/m.ts",
    source: 'import { home } from "./n";\nexport const it = home;\n',
    rule: "lint/correctness/useImportExtensions",
  },
  { path: "libs/dicom/src/n.ts", source: "export const home = 1;\n" },
];

test("every boundary of the house is guarded: overstepping it is an error, keeping to it is not", async () => {
  const copy = await mkdtemp(join(tmpdir(), "redspot-boundaries-"));
  try {
    for (const file of ["biome.json", ".gitignore", "package.json", "tsconfig.json"]) {
      await copyFile(join(root, file), join(copy, file));
    }
    for (const folder of ["libs", "services"]) {
      await cp(join(root, folder), join(copy, folder), {
        recursive: true,
        filter: (source) => !/\/(src|public|models|node_modules)$/.test(source),
      });
    }
    for (const { path, source } of PLANTED) {
      await mkdir(dirname(join(copy, path)), { recursive: true });
      await writeFile(join(copy, path), source);
    }
    const errors = await lint(copy);
    for (const { path, rule } of PLANTED) {
      const found = errors.filter((error) => error.path === path).map((error) => error.rule);
      if (rule === undefined) assert.deepEqual(found, [], `${path} keeps to its boundaries`);
      else assert.ok(found.includes(rule), `${path}: expected ${rule}, found ${found.join(", ") || "nothing"}`);
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});

async function lint(folder: string): Promise<Array<{ path: string; rule: string }>> {
  const output = await new Promise<string>((resolve) => {
    execFile(
      join(root, "node_modules/.bin/biome"),
      ["lint", "--reporter=json", "--max-diagnostics=none", "."],
      { cwd: folder, maxBuffer: 1 << 26 },
      (_error, stdout) => resolve(stdout),
    );
  });
  const { diagnostics } = JSON.parse(output) as {
    diagnostics: Array<{ category: string; severity: string; location: { path: string } }>;
  };
  return diagnostics
    .filter((diagnostic) => diagnostic.severity === "error")
    .map(({ category, location }) => ({ path: location.path, rule: category }));
}
