import type { ServerResponse } from "node:http";

/** At most so often is a browser told that the list has changed, and it is told no later than that. */
const COALESCE_MS = 250;

/** Browsers are told in turns: all at once would keep whoever asks for the list waiting until the last is told. */
const TURNS = 25;

/** Changes of more studies at a time are told as one: whoever listens asks for the whole list then. */
const MOST_NAMED = 20;

/** Something is sent at least so often, for proxies and for the browser to notice a dead connection. */
const HEARTBEAT_MS = 15_000;

/** How soon a browser that lost the connection comes back. */
const RETRY_MS = 2_000;

/**
 * Server-sent events (HTML, 9.2) to any number of browsers: `change` names the studies whose lines are no longer what they
 * were, `refresh` says that the whole list may be another. Changes that come together are told once, and a slow browser
 * is never told more than it can take.
 */
export class EventStream {
  readonly #turns = Array.from({ length: TURNS }, () => new Turn());
  readonly #heartbeat: NodeJS.Timeout;
  #beats = 0;
  #taken = 0;
  #telling: NodeJS.Timeout | undefined;

  constructor() {
    this.#heartbeat = setInterval(() => this.#turns[this.#beats++ % TURNS]!.beat(), HEARTBEAT_MS / TURNS);
    this.#heartbeat.unref();
  }

  get connections(): number {
    return this.#turns.reduce((sum, { size }) => sum + size, 0);
  }

  /** Takes a response over and keeps it open. Its first event is a refresh, since the browser may have missed some. */
  connect(response: ServerResponse, headers: Record<string, string>): void {
    // It left while it was asked who it is: nobody would tell of that again.
    if (response.destroyed) return;
    // It ends with its connection and needs no chunks (RFC 9112, 6.3): of what is told each browser is sent the same bytes.
    response.removeHeader("transfer-encoding");
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      connection: "close",
      // nginx holds back what it proxies unless told not to.
      "x-accel-buffering": "no",
    });
    this.#turns.reduce((fewest, turn) => (turn.size < fewest.size ? turn : fewest)).connect(response);
  }

  /** Tells all browsers, soon, that a study's line has changed. */
  changed(studyInstanceUID: string): void {
    for (const turn of this.#turns) turn.changed(studyInstanceUID);
    this.#tellSoon();
  }

  /** Tells all browsers, soon, that the list may be another. */
  refresh(): void {
    for (const turn of this.#turns) turn.refresh();
    this.#tellSoon();
  }

  #tellSoon(): void {
    this.#telling ??= setInterval(() => {
      this.#turns[this.#taken++ % TURNS]!.tell();
      if (this.#turns.some(({ owes }) => owes)) return;
      clearInterval(this.#telling);
      this.#telling = undefined;
    }, COALESCE_MS / TURNS).unref();
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#heartbeat);
    clearInterval(this.#telling);
    for (const turn of this.#turns) turn.close();
  }
}

/** Browsers that are told at the same moment, and what they have not been told yet. */
class Turn {
  /** Of each browser whether a change waits for its connection to drain. */
  readonly #streams = new Map<ServerResponse, { isBehind: boolean }>();
  readonly #changed = new Set<string>();
  #all = false;
  #sequence = 0;

  get size(): number {
    return this.#streams.size;
  }

  get owes(): boolean {
    return this.#all || this.#changed.size > 0;
  }

  connect(response: ServerResponse): void {
    const stream = { isBehind: false };
    response.on("close", () => this.#streams.delete(response));
    response.on("drain", () => {
      if (!stream.isBehind) return;
      stream.isBehind = false;
      response.write(this.#refreshEvent());
    });
    this.#streams.set(response, stream);
    response.write(`retry: ${RETRY_MS}\n${this.#refreshEvent()}`);
  }

  changed(studyInstanceUID: string): void {
    if (this.#streams.size > 0 && this.#changed.size <= MOST_NAMED) this.#changed.add(studyInstanceUID);
  }

  refresh(): void {
    this.#all = this.#streams.size > 0;
  }

  tell(): void {
    if (!this.owes) return;
    this.#sequence += 1;
    const isNamed = !this.#all && this.#changed.size <= MOST_NAMED;
    const text = isNamed ? this.#event("change", { studies: [...this.#changed] }) : this.#refreshEvent();
    this.#changed.clear();
    this.#all = false;
    const event = Buffer.from(text);
    for (const [response, stream] of this.#streams) {
      if (response.writableNeedDrain) stream.isBehind = true;
      else response.write(event);
    }
  }

  beat(): void {
    for (const response of this.#streams.keys()) if (!response.writableNeedDrain) response.write(": still here\n\n");
  }

  close(): void {
    for (const response of this.#streams.keys()) response.end();
    this.#streams.clear();
  }

  #refreshEvent(): string {
    return this.#event("refresh", {});
  }

  #event(name: "change" | "refresh", data: object): string {
    return `id: ${this.#sequence}\nevent: ${name}\ndata: ${JSON.stringify({ sequence: this.#sequence, ...data })}\n\n`;
  }
}
