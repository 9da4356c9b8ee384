import type { IncomingMessage } from "node:http";
import { finished } from "node:stream";
import { ByteSource } from "@redspot/dicomweb";
import { RequestFailure } from "./failures.ts";
import type { Pace } from "./pace.ts";

/**
 * A request's body, up to a limit, beyond which it throws PAYLOAD_TOO_LARGE, and at a pace, below which it throws
 * TOO_SLOW. Chunks are handed on as they come, and the sender is held up as soon as one comes that nobody waits for.
 */
export class RequestBody extends ByteSource {
  readonly #request: IncomingMessage;
  readonly #mostBytes: number;
  readonly #pace: Pace;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #waiting: { resolve: () => void; reject: (failure: Error) => void } | undefined;
  #allCame = false;
  #failure: Error | undefined;
  readonly #stopListening: () => void;

  constructor(request: IncomingMessage, mostBytes: number, pace: Pace) {
    super();
    this.#request = request;
    this.#mostBytes = mostBytes;
    this.#pace = pace;
    const onData = (chunk: Uint8Array) => this.#receive(chunk);
    const cleanUp = finished(request, { writable: false }, (error) => this.#end(error ?? undefined));
    this.#stopListening = () => {
      cleanUp();
      request.off("data", onData);
    };
    request.on("data", onData);
  }

  #receive(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    if (this.#waiting === undefined) this.#request.pause();
    this.#wake();
  }

  #end(failure: Error | undefined): void {
    this.#allCame = true;
    this.#failure = failure;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (this.#failure === undefined) waiting?.resolve();
    else waiting?.reject(this.#failure);
  }

  get ended(): boolean {
    return this.#allCame && this.#failure === undefined && this.#chunks.length === 0;
  }

  take(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    this.#pace.take(chunk.byteLength);
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#mostBytes)
      throw new RequestFailure("PAYLOAD_TOO_LARGE", `more than ${this.#mostBytes} bytes`);
    return chunk;
  }

  more(): Promise<void> {
    if (this.#chunks.length > 0) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#allCame) return Promise.resolve();
    this.#pace.wait();
    if (this.#request.isPaused()) this.#request.resume();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Lets go of the request, which is not destroyed: it can still be answered. */
  close(): void {
    this.#stopListening();
    this.#chunks.length = 0;
  }
}
