import { Worker } from "node:worker_threads";
import type { Block } from "./blocks.ts";

/** What the thread is asked, of the hash of that number; it answers in order, with a digest or nothing. */
type HashRequest = { id: number } & ({ offset: number; length: number } | { digest: true } | { drop: true });

/**
 * SHA-256 in a thread of its own, on memory that both threads see: hashing takes as long as everything else together
 * that is done to a body, and would keep the others waiting. The thread starts when it is first needed. If it dies,
 * the hashes that it had begun fail, and the next one begins in a new thread.
 */
export class Hashing {
  readonly #memory: SharedArrayBuffer;
  #thread: HashThread | undefined;

  constructor(memory: SharedArrayBuffer) {
    this.#memory = memory;
  }

  begin(): StreamHash {
    if (this.#thread === undefined || this.#thread.dead) this.#thread = new HashThread(this.#memory);
    return this.#thread.begin();
  }
}

/** One thread. It keeps the process alive only while it has something to do. */
class HashThread {
  readonly #worker: Worker;
  readonly #waiting: { resolve(answer: string): void; reject(error: Error): void }[] = [];
  #death: Error | undefined;
  #count = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#worker = new Worker(new URL("./hash-thread.js", import.meta.url), { workerData: memory });
    this.#worker.unref();
    this.#worker.on("message", (answer: string) => {
      this.#waiting.shift()?.resolve(answer);
      if (this.#waiting.length === 0) this.#worker.unref();
    });
    this.#worker.on("error", (error) => this.#die(error));
    this.#worker.on("exit", (code) => this.#die(new Error(`the hashing thread ended with ${code}`)));
  }

  get dead(): boolean {
    return this.#death !== undefined;
  }

  begin(): StreamHash {
    this.#count += 1;
    return new StreamHash(this, this.#count);
  }

  ask(request: HashRequest): Promise<string> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#worker.ref();
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  tell(request: HashRequest): void {
    this.#worker.postMessage(request);
  }

  #die(error: Error): void {
    this.#death ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#death);
  }
}

/** The hash of one instance, whose blocks come in their order. */
class StreamHash {
  readonly #thread: HashThread;
  readonly #id: number;

  constructor(thread: HashThread, id: number) {
    this.#thread = thread;
    this.#id = id;
  }

  /** Resolves when the block is no longer needed. */
  async update({ offset }: Block, length: number): Promise<void> {
    await this.#thread.ask({ id: this.#id, offset, length });
  }

  /** In hexadecimal. */
  digest(): Promise<string> {
    return this.#thread.ask({ id: this.#id, digest: true });
  }

  drop(): void {
    this.#thread.tell({ id: this.#id, drop: true });
  }
}

export type { StreamHash };
