import type { ServerResponse } from "node:http";

/** At most so often is a browser told that the list has changed: it then asks for the whole of it. */
const COALESCE_MS = 250;

/** Something is sent at least so often, for proxies and for the browser to notice a dead connection. */
const HEARTBEAT_MS = 15_000;

/** How soon a browser that lost the connection comes back. */
const RETRY_MS = 2_000;

interface Stream {
  response: ServerResponse;
  /** Whether a change is waiting for the connection to drain. */
  owes: boolean;
}

/**
 * Server-sent events (HTML, 9.2) to any number of browsers: `change` says that the list is no longer what it was.
 * Changes that come together are told once, and a slow browser is never told more than it can take.
 */
export class EventStream {
  readonly #streams = new Set<Stream>();
  readonly #heartbeat: NodeJS.Timeout;
  #flush: NodeJS.Timeout | undefined;
  #sequence = 0;

  constructor() {
    this.#heartbeat = setInterval(() => this.#writeToAll(": still here\n\n"), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get connections(): number {
    return this.#streams.size;
  }

  /** Takes a response over and keeps it open. Its first event is a change, since the browser may have missed some. */
  connect(response: ServerResponse, headers: Record<string, string>): void {
    const stream: Stream = { response, owes: false };
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // nginx holds back what it proxies unless told not to.
      "x-accel-buffering": "no",
    });
    response.on("close", () => this.#streams.delete(stream));
    response.on("drain", () => {
      if (!stream.owes) return;
      stream.owes = false;
      response.write(this.#event());
    });
    this.#streams.add(stream);
    response.write(`retry: ${RETRY_MS}\n${this.#event()}`);
  }

  /** Tells all browsers, soon, that the list has changed. */
  changed(): void {
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined;
      this.#sequence += 1;
      const event = this.#event();
      for (const stream of this.#streams) {
        if (stream.response.writableNeedDrain) stream.owes = true;
        else stream.response.write(event);
      }
    }, COALESCE_MS).unref();
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#flush);
    for (const { response } of this.#streams) response.end();
    this.#streams.clear();
  }

  #event(): string {
    return `id: ${this.#sequence}\nevent: change\ndata: {"sequence":${this.#sequence}}\n\n`;
  }

  #writeToAll(text: string): void {
    for (const { response } of this.#streams) if (!response.writableNeedDrain) response.write(text);
  }
}
