import type { FastifyInstance } from "fastify";
import { ConfigError } from "./config.ts";

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

interface Address {
  host: string;
  port: number;
  tokens: readonly string[];
}

/**
 * Starts to listen, and answers with the address. Refuses to serve other machines without tokens: whoever forgets to
 * configure them gets an error, not an open door.
 */
export async function listen(app: FastifyInstance, { host, port, tokens }: Address): Promise<string> {
  if (tokens.length === 0 && !LOOPBACK.has(host)) {
    throw new ConfigError(
      `REDSPOT_HOST is ${host}, which other machines reach, but REDSPOT_TOKENS is empty. ` +
        "Set REDSPOT_TOKENS, or REDSPOT_HOST=127.0.0.1 to serve this machine only.",
    );
  }
  try {
    return await app.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
      throw new ConfigError(`port ${port} of ${host} is in use. Set REDSPOT_PORT to a free one, or 0 for any.`);
    }
    throw error;
  }
}
