import { once } from "node:events";
import { createServer } from "node:net";
import { TestbedError } from "./testbed-error.ts";

/** A TCP port of the loopback that nobody listens on now, chosen by the operating system. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has an address and a port");
  return address.port;
}

/**
 * Throws PORT_IN_USE where somebody listens on `port` already, so that the message can name the port and its
 * purpose before anything is started.
 */
export async function requireFreePort(port: number, purpose: string): Promise<void> {
  const server = createServer();
  const failed = new Promise<Error>((resolve) => server.once("error", resolve));
  server.listen(port, "0.0.0.0");
  const error = await Promise.race([failed, once(server, "listening").then(() => undefined)]);
  if (error === undefined) {
    server.close();
    await once(server, "close");
    return;
  }
  const why = "code" in error && error.code === "EACCES" ? "needs root" : "is in use";
  throw new TestbedError("PORT_IN_USE", `Port ${port} (${purpose}) ${why}: choose another one, or end what uses it.`);
}
