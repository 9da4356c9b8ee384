import { addHealthRoutes, type ReadinessChecks } from "@redspot/runtime";
import { type FastifyInstance, fastify } from "fastify";

/** The little that the service says over HTTP: whether it lives and whether it can work. */
export function buildApp({ checks }: { checks: ReadinessChecks }): FastifyInstance {
  const app = fastify({ logger: false });
  addHealthRoutes(app, checks);
  return app;
}
