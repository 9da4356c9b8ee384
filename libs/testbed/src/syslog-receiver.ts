import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type TLSSocket, type TlsOptions } from "node:tls";

/** A receiver of syslog over TLS for the tests, which can be made to fail. */
export interface SyslogReceiver {
  port: number;
  /** The messages that came in whole, in their order. */
  readonly messages: string[];
  /** How many connections there were. */
  readonly connections: number;
  /** How many of them it has left in the middle. */
  readonly departures: number;
  /** From now on leaves each connection after so many bytes, by a reset or by an end; never where left out. */
  leaveAfter(bytes?: number, how?: "reset" | "end"): void;
  /** Goes away, and breaks off who is connected. */
  close(): Promise<void>;
}

/** Listens on a port, or on a free one. */
export async function startSyslogReceiver(options: TlsOptions, port = 0): Promise<SyslogReceiver> {
  const messages: string[] = [];
  const sockets = new Set<TLSSocket>();
  let connections = 0;
  let departures = 0;
  let most: number | undefined;
  let leaves: "reset" | "end" = "reset";
  const raw = new Map<number | undefined, Socket>();
  const server = createServer({ requestCert: true, rejectUnauthorized: true, ...options }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let kept: Buffer = Buffer.alloc(0);
    let seen = 0;
    socket.on("data", (chunk: Buffer) => {
      seen += chunk.byteLength;
      kept = takeFrames(Buffer.concat([kept, chunk]), messages);
      if (most === undefined || seen <= most) return;
      departures += 1;
      if (leaves === "reset") raw.get(socket.remotePort)?.resetAndDestroy();
      else socket.destroy();
    });
  });
  server.on("connection", (socket: Socket) => raw.set(socket.remotePort, socket));
  server.on("tlsClientError", () => {});
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    get connections() {
      return connections;
    },
    get departures() {
      return departures;
    },
    leaveAfter(bytes, how = "reset") {
      most = bytes;
      leaves = how;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Takes whole frames (RFC 5425 4.3: length, space, message) out of what has come in, and answers with the rest. */
function takeFrames(bytes: Buffer, messages: string[]): Buffer {
  for (let rest = bytes; ; ) {
    const space = rest.indexOf(" ");
    if (space < 0) return rest;
    const length = Number(rest.subarray(0, space).toString("latin1"));
    if (!Number.isInteger(length)) throw new Error("no frame of RFC 5425");
    const end = space + 1 + length;
    if (rest.byteLength < end) return rest;
    messages.push(rest.subarray(space + 1, end).toString("utf8"));
    rest = rest.subarray(end);
  }
}
