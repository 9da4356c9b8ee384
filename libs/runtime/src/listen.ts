import type { ListenOptions } from "node:net";
import type { FastifyInstance, FastifyListenOptions } from "fastify";
import type { Access } from "./access.ts";
import { ConfigError } from "./config.ts";
import { isLoopback } from "./is-confidential.ts";
import type { Logger } from "./logger.ts";
import type { Transport } from "./transport.ts";

interface Address {
  host: string;
  port: number;
  access: Pick<Access, "isConfigured">;
  transport: Pick<Transport, "isProtected" | "follow">;
  logger: Pick<Logger, "warn">;
  /** Whether other processes that share it, too, may listen on the same port; the kernel shares connections out (SO_REUSEPORT). */
  sharePort?: boolean;
  /** The variable that the port comes from. */
  variable?: "REDSPOT_PORT" | "REDSPOT_ADMIN_PORT";
}

/**
 * Starts to listen, and answers with the address. Refuses to serve other machines where it cannot tell callers apart:
 * whoever forgets to configure credentials gets an error, not an open door.
 */
export async function listen(
  app: FastifyInstance,
  { host, port, access, transport, logger, sharePort = false, variable = "REDSPOT_PORT" }: Address,
): Promise<string> {
  if (!access.isConfigured) {
    if (!isLoopback(host)) {
      throw new ConfigError(
        `REDSPOT_HOST is ${host}, which other machines reach, but no credentials are configured. ` +
          "Set REDSPOT_TOKENS, REDSPOT_OIDC_ISSUER or REDSPOT_TLS_CLIENTS (docs/security.md tells how), or " +
          "REDSPOT_HOST=127.0.0.1 to serve this machine only.",
      );
    }
    logger.warn("no credentials are configured: serving this machine only, and whoever is on it");
  } else if (!isLoopback(host) && !transport.isProtected) {
    logger.warn(
      "serving other machines without TLS: tokens and images can be read on the way. Set REDSPOT_TLS_CERTIFICATE, or " +
        "REDSPOT_TRUSTED_PROXIES behind a proxy that does TLS",
    );
  }
  try {
    // Fastify hands on to Node's server.listen what it does not know itself.
    const options: ListenOptions = { host, port, ...(sharePort ? { reusePort: true } : {}) };
    const address = await app.listen(options as FastifyListenOptions);
    transport.follow(app.server);
    return address;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
      const by = sharePort ? " by a process that does not share it" : "";
      throw new ConfigError(`port ${port} of ${host} is in use${by}. Set ${variable} to a free one, or 0 for any.`);
    }
    throw error;
  }
}
