import { type FastifyInstance, fastify } from "fastify";
import type { Access } from "./access.ts";
import { AccessError } from "./access-error.ts";
import type { ReadinessChecks } from "./health.ts";
import { listen } from "./listen.ts";
import type { Metrics } from "./metrics.ts";
import type { Closers } from "./run-service.ts";
import { type ServiceMetrics, type WatchedQueue, watchDependencies, watchQueues } from "./service-metrics.ts";
import type { Transport } from "./transport.ts";

interface AdminOptions {
  metrics: Pick<Metrics, "text" | "contentType">;
  access: Access;
  transport: Transport;
}

/**
 * What a service shows to operators, on a port of its own that need not be reached by senders and readers: `GET
 * /metrics`, for whoever has the scope `metrics`. It is protected as the service itself is, by the same credentials and
 * the same certificate.
 */
export function buildAdminApp({ metrics, access, transport }: AdminOptions): FastifyInstance {
  const app = fastify({ ...transport.serverOptions, logger: false, bodyLimit: 1024 });
  app.setErrorHandler((error, request, reply) =>
    error instanceof AccessError
      ? access.refuse(request, reply, error)
      : reply.code((error as { statusCode?: number }).statusCode ?? 500).send({ code: "FAILED" }),
  );
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: "NOT_FOUND" }));
  app.get("/metrics", { onRequest: access.guard("metrics") }, async (_request, reply) =>
    reply
      .header("cache-control", "no-store")
      .type(metrics.contentType)
      .send(await metrics.text()),
  );
  return app;
}

interface OpenAdmin extends Omit<AdminOptions, "metrics"> {
  metrics: ServiceMetrics;
  checks: ReadinessChecks;
  queues: readonly WatchedQueue[];
  config: { REDSPOT_HOST: string; REDSPOT_ADMIN_PORT: number };
}

/** Opens the admin port, and answers with its address: what every service tells of itself is looked up there. */
export async function openAdmin(
  { metrics, checks, queues, config, ...how }: OpenAdmin,
  closers: Closers,
): Promise<string> {
  watchDependencies(metrics, checks);
  watchQueues(metrics, queues);
  const app = buildAdminApp({ metrics, ...how });
  closers.push(() => app.close());
  return listen(app, {
    host: config.REDSPOT_HOST,
    port: config.REDSPOT_ADMIN_PORT,
    variable: "REDSPOT_ADMIN_PORT",
    ...how,
    // What there is to warn of, the service's own port has warned of.
    logger: { warn: () => undefined },
  });
}
