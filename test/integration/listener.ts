import { join } from "node:path";
import { closeStore, connectStore, type Store } from "@redspot/queue";
import { staticTokenEntry } from "@redspot/runtime";
import { type ChildProgram, freePort, type RunningRedis, startRedis, startService, workFolder } from "@redspot/testbed";

/** The Store service alone, as a process, on a real Redis: nothing that it takes is worked on. */
export class Listener {
  readonly folder = workFolder("listener");
  /** The token of a sender that may store. */
  readonly token = "a-token-of-this-test";
  readonly #redis: RunningRedis;
  readonly #settleSeconds: number;
  readonly store: Store;
  /** The same after `start`, so that a PACS can be told of it. */
  readonly url: string;
  #program: ChildProgram | undefined;

  private constructor(redis: RunningRedis, port: number, settleSeconds: number) {
    this.#redis = redis;
    this.#settleSeconds = settleSeconds;
    this.store = connectStore(redis.url);
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts Redis, too; the service itself is started by `start`. */
  static async open({ settleSeconds }: { settleSeconds: number }): Promise<Listener> {
    return new Listener(await startRedis(), await freePort(), settleSeconds);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get spoolDir(): string {
    return join(this.folder.path, "spool");
  }

  /** The process as it is now. */
  get program(): ChildProgram {
    if (!this.#program) throw new Error("the listener has not been started");
    return this.#program;
  }

  /** Starts the service, or its successor, and waits until it can work. */
  async start(): Promise<void> {
    const stow = await startService("stow", {
      folder: this.folder.path,
      port: this.port,
      environment: {
        REDSPOT_REDIS_URL: this.#redis.url,
        REDSPOT_SPOOL_DIR: this.spoolDir,
        REDSPOT_TOKENS: staticTokenEntry({ name: "pacs", scopes: ["store"] }, this.token),
        REDSPOT_SETTLE_SECONDS: `${this.#settleSeconds}`,
      },
    });
    this.#program = stow.program;
    await stow.ready();
  }

  async stop(): Promise<void> {
    await this.#program?.stop();
    await closeStore(this.store);
    await this.#redis.stop();
    this.folder.remove();
  }
}
