import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Effect } from "./toxic.ts";

/** So much is on its way at most before the sender is held up. */
const MOST_UNDER_WAY = 256 * 1024;

/** One direction of a connection: what comes in goes out, later, slower, not at all, or broken. */
export class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #reset: () => void;
  #effect: Effect | undefined;
  #carried = 0;
  #healed: () => void = () => {};
  #health = Promise.resolve();
  #queue: { chunk: Buffer; due: number }[] = [];
  #queued = 0;
  #wake: () => void = () => {};
  #fromEnded = false;

  constructor(from: Socket, to: Socket, reset: () => void) {
    this.#from = from;
    this.#to = to;
    this.#reset = reset;
    from.on("data", (chunk: Buffer) => this.#take(chunk));
    from.on("end", () => {
      this.#fromEnded = true;
      this.#wake();
    });
    // An end that breaks off breaks the other off, as soon as what is held up may pass.
    from.on("error", () => void this.#health.then(() => reset()));
    from.on("close", () => this.#wake());
    void this.#carry();
  }

  suffer(effect: Effect): void {
    this.#effect = effect;
    this.#carried = 0;
    if (effect.kind !== "hold") return;
    this.#health = new Promise((resolve) => {
      this.#healed = resolve;
    });
  }

  recover(): void {
    this.#effect = undefined;
    this.#healed();
  }

  #take(chunk: Buffer): void {
    const slow = this.#effect?.kind === "slow" ? this.#effect : undefined;
    const delay = slow === undefined ? 0 : slow.ms + slow.jitterMs * Math.random();
    // Nothing overtakes: TCP keeps the order.
    const due = Math.max(performance.now() + delay, this.#queue.at(-1)?.due ?? 0);
    this.#queue.push({ chunk, due });
    this.#queued += chunk.byteLength;
    if (this.#queued > MOST_UNDER_WAY) this.#from.pause();
    this.#wake();
  }

  async #carry(): Promise<void> {
    for (;;) {
      const next = this.#queue.shift();
      if (next === undefined) {
        if (this.#fromEnded || this.#from.destroyed) break;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      this.#queued -= next.chunk.byteLength;
      if (this.#from.isPaused() && this.#queued < MOST_UNDER_WAY / 2) this.#from.resume();
      const wait = next.due - performance.now();
      if (wait > 0) await pause(wait, undefined, { ref: false });
      await this.#health;
      if (this.#to.destroyed) return;
      if (await this.#passOn(next.chunk)) return;
    }
    await this.#health;
    if (!this.#to.destroyed) this.#to.end();
  }

  /** True where the connection ended over it. */
  async #passOn(chunk: Buffer): Promise<boolean> {
    const effect = this.#effect;
    if (effect?.kind !== "break") {
      await this.#write(chunk);
      if (effect?.kind === "slow" && Number.isFinite(effect.bytesPerSecond)) {
        await pause((1000 * chunk.byteLength) / effect.bytesPerSecond, undefined, { ref: false });
      }
      return false;
    }
    const left = effect.afterBytes - this.#carried;
    this.#carried += chunk.byteLength;
    if (chunk.byteLength <= left) {
      await this.#write(chunk);
      return false;
    }
    await this.#write(chunk.subarray(0, left));
    if (effect.how === "reset") this.#reset();
    else {
      if (effect.how === "noise") {
        await this.#write(Buffer.from(Array.from(chunk.subarray(left), () => effect.random.integer(0, 255))));
      }
      this.#to.end();
      this.#from.destroy();
    }
    return true;
  }

  async #write(bytes: Buffer): Promise<void> {
    if (bytes.byteLength === 0 || this.#to.destroyed || this.#to.write(bytes)) return;
    await Promise.race([once(this.#to, "drain"), once(this.#to, "close")]).catch(() => {});
  }
}
