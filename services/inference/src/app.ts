import { type Access, addHealthRoutes, type ReadinessChecks, type Transport } from "@redspot/runtime";
import { type FastifyInstance, fastify } from "fastify";

interface AppOptions {
  checks: ReadinessChecks;
  access: Access;
  transport: Transport;
}

/** The little that the service says over HTTP: whether it lives, whether it can work, and how it is protected. */
export function buildApp({ checks, access, transport }: AppOptions): FastifyInstance {
  const app = fastify({ ...transport.serverOptions, logger: false });
  addHealthRoutes(app, checks);
  access.addRoutes(app, transport);
  return app;
}
