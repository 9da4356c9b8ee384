import { once } from "node:events";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { type Random, randomFor } from "@redspot/phantom";
import { Pipe } from "./pipe.ts";
import { type Direction, sufferanceOf, type Toxic } from "./toxic.ts";

export interface ToxicProxyOptions {
  /** Where connections go. */
  readonly target: { readonly host: string; readonly port: number };
  /** Decides at which byte of which connection something breaks. */
  readonly seed: number;
  readonly name: string;
}

/** A connection between two programs of this machine, on which anything can go wrong that goes wrong on a network. */
export interface ToxicProxy {
  /** Port of the loopback that stands for the target. */
  readonly port: number;
  /** Poisons the connection until the returned function is called; one toxic at a time. */
  poison(toxic: Toxic): () => void;
  close(): Promise<void>;
}

/** Starts a TCP proxy on the loopback. */
export async function startToxicProxy({ target, seed, name }: ToxicProxyOptions): Promise<ToxicProxy> {
  const links = new Set<Link>();
  let toxic: Toxic | undefined;
  let count = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    count += 1;
    const link = new Link(client, target, randomFor(seed, "connection", name, count));
    links.add(link);
    void link.closed.then(() => links.delete(link));
    if (toxic !== undefined) link.suffer(toxic, "new");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    poison(given) {
      toxic = given;
      for (const link of links) link.suffer(given, "old");
      return () => {
        if (toxic === given) toxic = undefined;
        for (const link of links) link.recover(given);
      };
    },
    async close() {
      for (const link of links) link.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has an address and a port");
  return address.port;
}

/** One connection through the proxy: two pipes, one a direction. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #pipes: Record<Direction, Pipe>;
  readonly #random: Random;
  #forgotten = false;
  readonly closed: Promise<unknown>;

  constructor(client: Socket, target: ToxicProxyOptions["target"], random: Random) {
    this.#client = client;
    this.#random = random;
    this.#server = dial({ ...target, allowHalfOpen: true, noDelay: true });
    this.#pipes = {
      request: new Pipe(client, this.#server, () => this.reset()),
      response: new Pipe(this.#server, client, () => this.reset()),
    };
    this.closed = Promise.all(
      [client, this.#server].map((socket) => new Promise((done) => socket.once("close", done))),
    );
  }

  /** @param age whether the connection was there when the toxic came */
  suffer(toxic: Toxic, age: "old" | "new"): void {
    const sufferance = sufferanceOf(toxic, age, this.#random);
    if (sufferance === undefined || this.#forgotten) return;
    this.#forgotten = toxic.kind === "half-open" && toxic.thereafter === "forgotten";
    for (const direction of ["request", "response"] as const) {
      if (sufferance.direction !== "both" && sufferance.direction !== direction) continue;
      this.#pipes[direction].suffer(sufferance.effect);
    }
  }

  recover(toxic: Toxic): void {
    // A connection that a firewall has forgotten stays dead; neither end is ever told.
    if (this.#forgotten) return;
    if (toxic.kind === "half-open" && toxic.thereafter === "reset") this.reset();
    else for (const pipe of Object.values(this.#pipes)) pipe.recover();
  }

  /** Both ends see RST, as from a peer that knows nothing of the connection; FIN where it was on its way already. */
  reset(): void {
    for (const socket of [this.#client, this.#server]) {
      if (socket.destroyed) continue;
      // libuv resets no connection whose shutdown is under way, and Node then never closes it (uv_tcp_close_reset).
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }
}
