import type { FastifyInstance } from "fastify";
import type { Access } from "./access.ts";
import { openAdmin } from "./admin.ts";
import type { ReadinessChecks } from "./health.ts";
import { listen } from "./listen.ts";
import type { Logger } from "./logger.ts";
import type { Closers } from "./run-service.ts";
import type { ServiceMetrics, WatchedQueue } from "./service-metrics.ts";
import type { Transport } from "./transport.ts";

interface Ports {
  access: Access;
  transport: Transport;
  metrics: ServiceMetrics;
  checks: ReadinessChecks;
  queues: readonly WatchedQueue[];
  /** Whether other processes of the service on this machine may listen on its port, too; that of its operators is its own. */
  sharePort?: boolean;
}

interface Service {
  config: { REDSPOT_HOST: string; REDSPOT_PORT: number; REDSPOT_ADMIN_PORT: number };
  logger: Logger;
  closers: Closers;
}

/** Opens a service's two ports, that of its app and that of its operators, until it ends; gives their addresses. */
export async function openPorts(
  app: FastifyInstance,
  { config, logger, closers }: Service,
  { access, transport, sharePort = false, ...operators }: Ports,
): Promise<{ address: string; admin: string }> {
  closers.push(() => app.close());
  const { REDSPOT_HOST: host, REDSPOT_PORT: port } = config;
  const address = await listen(app, { host, port, access, transport, logger, sharePort });
  const admin = await openAdmin({ ...operators, config, access, transport }, closers);
  return { address, admin };
}
