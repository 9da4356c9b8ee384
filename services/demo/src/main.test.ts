import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { waitUntil, workFolder } from "@redspot/testbed";

const folder = workFolder("demo-test");
after(() => folder.remove());

/** The demo as a process of its own, that keeps what it writes in this test's folder. */
function demo(...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { TMPDIR: folder.path, HOME: folder.path },
  });
}

async function endOf(child: ChildProcess): Promise<{ status: number | null; output: string; errors: string }> {
  const [[status], output, errors] = await Promise.all([
    once(child, "exit") as Promise<[number | null]>,
    text(child.stdout!),
    text(child.stderr!),
  ]);
  return { status, output, errors };
}

/** The command lines of processes that work in this test's folder. */
function processesInFolder(): string[] {
  const running = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return running.flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8") + readFileSync(`/proc/${pid}/environ`, "utf8");
      return Number(pid) !== process.pid && command.includes(folder.path) ? [command.replaceAll("\0", " ")] : [];
    } catch {
      // It has just ended.
      return [];
    }
  });
}

test("--help tells every option", async () => {
  const { status, output } = await endOf(demo("--help"));
  assert.equal(status, 0);
  for (const option of ["--studies", "--seed", "--exit", "--port", "--pacs-port"]) assert.match(output, RegExp(option));
});

test("a number that is none is told before anything starts", async () => {
  const { status, errors } = await endOf(demo("--studies", "many"));
  assert.equal(status, 1);
  assert.match(errors, /--studies.*whole number from 1/);
});

test("a port in use is told, with the way out", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const { status, errors } = await endOf(demo("--port", `${port}`, "--pacs-port", "0"));
  server.close();
  assert.equal(status, 1);
  assert.match(errors, new RegExp(`Port ${port} \\(the reading list: --port\\) is in use: choose another one`));
});

test("Ctrl-C while it starts ends everything and leaves nothing", { skip: process.platform !== "linux" }, async () => {
  const child = demo("--studies", "1", "--port", "0", "--pacs-port", "0");
  const ended = endOf(child);
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  await waitUntil(() => /PACS: .* ready/.test(output), { what: "the PACS runs" });
  assert.ok(processesInFolder().some((command) => /Orthanc/.test(command)));
  child.kill("SIGINT");
  assert.equal((await ended).status, 130);
  assert.deepEqual(processesInFolder(), []);
  assert.deepEqual(
    readdirSync(folder.path).filter((name) => name.startsWith("redspot-demo")),
    [],
  );
});
