import type { ServerResponse } from "node:http";

/** At most so often is a browser told that the list has changed. */
const COALESCE_MS = 250;

/** Changes of more studies at a time are told as one: whoever listens asks for the whole list then. */
const MOST_NAMED = 20;

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
 * Server-sent events (HTML, 9.2) to any number of browsers: `change` names the studies whose lines are no longer what they
 * were, `refresh` says that the whole list may be another. Changes that come together are told once, and a slow browser
 * is never told more than it can take.
 */
export class EventStream {
  readonly #streams = new Set<Stream>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #changed = new Set<string>();
  #all = false;
  #flush: NodeJS.Timeout | undefined;
  #sequence = 0;

  constructor() {
    this.#heartbeat = setInterval(() => this.#writeToAll(": still here\n\n"), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get connections(): number {
    return this.#streams.size;
  }

  /** Takes a response over and keeps it open. Its first event is a refresh, since the browser may have missed some. */
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
      response.write(this.#refreshEvent());
    });
    this.#streams.add(stream);
    response.write(`retry: ${RETRY_MS}\n${this.#refreshEvent()}`);
  }

  /** Tells all browsers, soon, that a study's line has changed. */
  changed(studyInstanceUID: string): void {
    if (this.#changed.size <= MOST_NAMED) this.#changed.add(studyInstanceUID);
    this.#tellSoon();
  }

  /** Tells all browsers, soon, that the list may be another. */
  refresh(): void {
    this.#all = true;
    this.#tellSoon();
  }

  #tellSoon(): void {
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined;
      this.#sequence += 1;
      const named = !this.#all && this.#changed.size <= MOST_NAMED;
      const event = named ? this.#event("change", { studies: [...this.#changed] }) : this.#refreshEvent();
      this.#changed.clear();
      this.#all = false;
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

  #refreshEvent(): string {
    return this.#event("refresh", {});
  }

  #event(name: "change" | "refresh", data: object): string {
    return `id: ${this.#sequence}\nevent: ${name}\ndata: ${JSON.stringify({ sequence: this.#sequence, ...data })}\n\n`;
  }

  #writeToAll(text: string): void {
    for (const { response } of this.#streams) if (!response.writableNeedDrain) response.write(text);
  }
}
