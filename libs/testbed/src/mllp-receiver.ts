import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";

/**
 * What a receiver does with a message: it answers with HL7 text (framed), with bytes as they are, resets the connection,
 * closes it after the answer, or says nothing.
 */
export type MllpAnswer = string | Uint8Array | "reset" | "silence" | { thenClose: string };

interface MllpReceiverOptions {
  answer: (message: string) => MllpAnswer | Promise<MllpAnswer>;
  port?: number;
  /** UTF-8 where left out. */
  encoding?: "utf8" | "latin1";
  /** By TLS, and only with clients whose certificates `ca` has issued. */
  tls?: { cert: string; key: string; ca: string };
}

export interface MllpReceiver {
  port: number;
  /** Everything that came, in order. */
  messages: string[];
  /** How many connections were made. */
  connections: number;
  /** How many of them are open. */
  readonly open: number;
  /** Sends on all open connections, whether anything was asked or not. */
  say(bytes: Uint8Array): void;
  close(): Promise<void>;
}

const [START, END] = ["\v", "\x1c\r"];

/** A receiver of HL7 messages by MLLP on loopback that behaves as a test wants it to. */
export async function startMllpReceiver({
  answer,
  port = 0,
  encoding = "utf8",
  tls,
}: MllpReceiverOptions): Promise<MllpReceiver> {
  const sockets = new Set<Socket>();
  const receiver: MllpReceiver = {
    port,
    messages: [],
    connections: 0,
    get open() {
      return sockets.size;
    },
    say: (bytes) => {
      for (const socket of sockets) socket.write(bytes);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  const onSocket = (socket: Socket) => {
    receiver.connections += 1;
    sockets.add(socket);
    let received = "";
    socket.setEncoding(encoding);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", async (chunk: string) => {
      received += chunk;
      for (let end = received.indexOf(END); end >= 0; end = received.indexOf(END)) {
        const message = received.slice(START.length, end);
        received = received.slice(end + END.length);
        receiver.messages.push(message);
        give(socket, await answer(message));
      }
    });
  };
  const server: Server = tls
    ? createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true }, onSocket)
    : createServer(onSocket);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  receiver.port = (server.address() as AddressInfo).port;
  return receiver;
}

function give(socket: Socket, answer: MllpAnswer): void {
  if (answer === "silence") return;
  // Node can reset a connection by RST only below TLS.
  if (answer === "reset" && socket instanceof TLSSocket) socket.destroy();
  else if (answer === "reset") socket.resetAndDestroy();
  else if (typeof answer === "string") socket.write(`${START}${answer}${END}`);
  else if (answer instanceof Uint8Array) socket.write(answer);
  else socket.end(`${START}${answer.thenClose}${END}`);
}

/** An acknowledgement of a message, with an ERR segment or without (HL7 2.5.1, 2.15.5). */
export function acknowledge(
  message: string,
  code = "AA",
  { error, text = "" }: { error?: string; text?: string } = {},
): string {
  const [, , , , , , , , , controlId = ""] = message.split("\r", 1)[0]!.split("|");
  return [
    `MSH|^~\\&|RIS|HOSPITAL|REDSPOT||20260329023015||ACK^R01^ACK|ACK1|P|2.5.1`,
    `MSA|${code}|${controlId}|${text}`,
    ...(error === undefined ? [] : [`ERR||PID^1^5|${error}^Error^HL70357|E||||${text}`]),
    "",
  ].join("\r");
}
