import { createInflateRaw, type InflateRaw } from "node:zlib";
import { InstanceFailure } from "./failures.ts";

/** Inflates a data set that is deflated as a whole (PS3.5 A.5), piece by piece, and hands on what comes out. */
export class Inflation {
  readonly #inflate: InflateRaw = createInflateRaw();
  #failure: InstanceFailure | undefined;
  #bytes = 0;

  /** @param mostBytes that may come out of it, before it is taken for a bomb */
  constructor(handOn: (bytes: Uint8Array) => void, mostBytes: number) {
    this.#inflate.on("data", (bytes: Buffer) => {
      this.#bytes += bytes.byteLength;
      if (this.#bytes <= mostBytes) return handOn(bytes);
      this.#fail(new InstanceFailure("INSTANCE_TOO_LARGE", `more than ${mostBytes} bytes when inflated`));
    });
    this.#inflate.on("error", () => {
      this.#fail(new InstanceFailure("MALFORMED", "the deflated data set cannot be inflated (PS3.5 A.5)"));
    });
  }

  /** Resolves when all that comes out of the chunk is handed on. Throws InstanceFailure. */
  async push(chunk: Uint8Array): Promise<void> {
    if (this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#inflate.once("close", resolve);
        this.#inflate.write(chunk, () => {
          this.#inflate.off("close", resolve);
          resolve();
        });
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Frees its memory; to be called however it ends. */
  close(): void {
    this.#inflate.destroy();
  }

  #fail(failure: InstanceFailure): void {
    this.#failure ??= failure;
    this.close();
  }
}
