import { fileURLToPath } from "node:url";
import { default as serveStatic } from "@fastify/static";
import { default as acceptWebSockets } from "@fastify/websocket";
import type { QueueBoard } from "@redspot/queue";
import { AccessError, addHealthRoutes, type Logger, type ReadinessChecks, type Transport } from "@redspot/runtime";
import { type FastifyInstance, type FastifyRequest, fastify } from "fastify";
import { type AccessOptions, addAccess } from "./access.ts";
import { type ActDependencies, addActRoutes } from "./act-routes.ts";
import { auditedLooks } from "./audited-looks.ts";
import { addBoardRoutes } from "./board-routes.ts";
import type { ListPages } from "./list-pages.ts";
import { addReadingListRoutes, type RouteDependencies } from "./routes.ts";
import { refuseOtherOrigins } from "./same-origin.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { addUpsRoutes, type UpsRouteDependencies } from "./ups/ups-routes.ts";
import { WorklistError } from "./worklist-error.ts";

export interface AppDependencies extends Omit<RouteDependencies, "list" | "looks">, AccessOptions {
  list: RouteDependencies["list"] & ActDependencies["list"];
  pages: Pick<ListPages, "get" | "changedHere">;
  ups: Pick<UpsRouteDependencies, "service" | "channel" | "workitems" | "subscriptions">;
  board: Pick<QueueBoard, "queues" | "counted">;
  checks: ReadinessChecks;
  transport: Transport;
  /** The PACS, by host and port, as the audit trail names it. */
  pacsName: string;
  logger: Pick<Logger, "error">;
}

/** Event channels carry reports outwards; who sends something long down one is mistaken. */
const MOST_FRAME_BYTES = 1024;

const PUBLIC = fileURLToPath(new URL("../public", import.meta.url));

/**
 * The service over HTTP: the reading list as JSON, as a page and as a Worklist Service, its events, previews, and names
 * from the PACS. The page's own files hold nothing about anybody and are open; everything about studies needs a token or a session.
 */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const app = fastify({
    ...dependencies.transport.serverOptions,
    logger: false,
    bodyLimit: 16 * 1024,
    return503OnClosing: true,
  });
  app.addHook("onRequest", async (_request, reply) => void reply.headers(SECURITY_HEADERS));
  app.addHook("onSend", async ({ method }) => {
    if (method !== "GET" && method !== "HEAD") dependencies.pages.changedHere();
  });
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof AccessError) return dependencies.access.refuse(request, reply, error);
    const answer = asWorklistError(error);
    if (answer.statusCode >= 500) {
      dependencies.logger.error({ err: error, route: request.routeOptions.url }, "request failed");
    }
    if (answer.statusCode === 503) reply.header("retry-after", "2");
    return reply.code(answer.statusCode).send({ code: answer.code, message: answer.message, ...answer.facts });
  });
  app.setNotFoundHandler(() => {
    throw new WorklistError("NOT_FOUND");
  });

  addHealthRoutes(app, dependencies.checks);
  dependencies.access.addRoutes(app, dependencies.transport);
  const guardFor = addAccess(app, dependencies);
  const nameOf = (request: FastifyRequest) => dependencies.access.identityOf(request).name;
  const looks = auditedLooks({ ...dependencies, nameOf, pacs: dependencies.pacsName });
  await app.register(async (guarded) => {
    guarded.addHook("onRequest", guardFor("read"));
    addReadingListRoutes(guarded, { ...dependencies, looks });
  });
  await app.register(async (guarded) => {
    guarded.addHook("onRequest", refuseOtherOrigins);
    guarded.addHook("onRequest", guardFor("work"));
    addActRoutes(guarded, { ...dependencies, nameOf });
  });
  await app.register(acceptWebSockets, { options: { maxPayload: MOST_FRAME_BYTES } });
  await app.register(async (guarded) => {
    const guards = {
      read: [refuseOtherOrigins, guardFor("read")],
      work: [refuseOtherOrigins, guardFor("work")],
    };
    addUpsRoutes(guarded, guards, { ...dependencies.ups, audit: dependencies.audit, nameOf });
  });
  await app.register(async (guarded) => {
    guarded.addHook("onRequest", guardFor("admin"));
    guarded.addHook("onRequest", async (request, reply) => {
      // bull-board has an error handler of its own, which would not know what this means.
      await refuseOtherOrigins(request).catch(({ statusCode, code, message }: WorklistError) =>
        reply.code(statusCode).send({ code, message }),
      );
    });
    await addBoardRoutes(guarded, { ...dependencies, nameOf });
  });
  await app.register(serveStatic, { root: PUBLIC, cacheControl: false, etag: true });
  app.addHook("preClose", async () => {
    dependencies.events.close();
    await dependencies.ups.channel.close();
  });
  return app;
}

function asWorklistError(error: unknown): WorklistError {
  if (error instanceof WorklistError) return error;
  const { statusCode, message, code } = error as { statusCode?: number; message?: string; code?: string };
  // ioredis answers so to a command that Redis has not answered in time, or cannot be sent to it.
  if (/command timed out|connection is closed|ECONNREFUSED/i.test(`${code} ${message}`))
    return new WorklistError("STORE_AWAY");
  return new WorklistError(statusCode !== undefined && statusCode < 500 ? "BAD_REQUEST" : "FAILED");
}
