import { connect } from "node:net";
import { join } from "node:path";
import { type ChildProgram, startProgram } from "./child-program.ts";
import { type StartBy, startByWhatIsThere } from "./docker.ts";
import { findProgram } from "./find-program.ts";
import { freePort } from "./free-port.ts";
import { retryOnTakenPort } from "./retry-on-taken-port.ts";
import { waitUntil } from "./wait-until.ts";
import { workFolder } from "./work-folder.ts";

export interface RedisOptions {
  readonly by?: StartBy;
  /** Where the append-only file lives; a temporary folder, removed at `stop`, where left out. */
  readonly folder?: string;
  /** A free one where left out. */
  readonly port?: number;
  /** When what was written is on disk; with every command ("always"), as the queue needs it, where left out. */
  readonly appendFsync?: "always" | "everysec";
}

export interface RunningRedis {
  /** redis://host:port */
  readonly url: string;
  /** The local program; undefined in a container. */
  readonly program?: ChildProgram;
  stop(): Promise<void>;
}

/** What the queue needs of Redis: every change on disk, and nothing thrown away when memory is short. */
function durableSettings({ appendFsync = "always" }: RedisOptions): string[] {
  return ["--appendonly", "yes", "--appendfsync", appendFsync, "--maxmemory-policy", "noeviction"];
}

/** Starts a real Redis, durable as the queue needs it, reachable from this machine only. */
export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis> {
  return startByWhatIsThere(options.by ?? "auto", "redis-server", {
    // Loaded where it is used: a third of a second that others need not wait.
    container: async () => (await import("./redis-container.ts")).startRedisContainer(durableSettings(options)),
    program: () => retryOnTakenPort(options.port === undefined, () => startRedisProgram(options)),
  });
}

async function startRedisProgram(options: RedisOptions): Promise<RunningRedis> {
  const command = findProgram("redis-server", "redis-server");
  const folder = workFolder("redis", options.folder);
  const port = options.port ?? (await freePort());
  const program = await startProgram({
    name: "redis-server",
    command,
    args: ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder.path, "--save", "", ...durableSettings(options)],
    cwd: folder.path,
    logFile: join(folder.path, "redis.log"),
  });
  const running: RunningRedis = {
    url: `redis://127.0.0.1:${port}`,
    program,
    async stop() {
      await program.stop();
      folder.remove();
    },
  };
  try {
    await waitUntil(() => ping(port), { what: "Redis answers PING", timeoutSeconds: 20, programs: [program] });
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

/** PING in the Redis protocol; false while the append-only file is still being loaded. */
function ping(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.setTimeout(1000, () => socket.destroy(new Error("no answer to PING")));
    socket.once("error", reject);
    socket.once("data", (data) => {
      socket.destroy();
      resolve(data.toString().startsWith("+PONG"));
    });
  });
}
