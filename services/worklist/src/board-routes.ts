import { createBullBoard } from "@bull-board/api";
import { FastifyAdapter } from "@bull-board/fastify";
import type { AuditTrail, QueueBoard, RetryTally } from "@redspot/queue";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { WorklistError } from "./worklist-error.ts";

export interface BoardDependencies {
  board: Pick<QueueBoard, "queues" | "counted">;
  /** The name of who sent a request that the guard has let pass. */
  nameOf: (request: FastifyRequest) => string;
  /** Where it is recorded what was tried again, before the request is answered. */
  audit: Pick<AuditTrail, "record">;
}

/** Where operators see the queues. */
const BOARD_PATH = "/admin/queues";

/** Of what bull-board can do beside showing: only to try again what was given up. Nothing is lost by it. */
const ALLOWED = new Set(["/api/queues/:queueName/:jobId/retry", "/api/queues/:queueName/retry/:queueStatus"]);

/** The policy of the page's own files, with the base address that bull-board's page sets itself. */
const HEADERS = {
  ...SECURITY_HEADERS,
  "content-security-policy": SECURITY_HEADERS["content-security-policy"]!.replace("base-uri 'none'", "base-uri 'self'"),
  "cache-control": "no-store",
};

/**
 * Adds bull-board, which shows each queue, its jobs and what they failed for, and tries dead letters again. Whoever adds it
 * guards it.
 */
export async function addBoardRoutes(app: FastifyInstance, { board, nameOf, audit }: BoardDependencies): Promise<void> {
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(BOARD_PATH);
  createBullBoard({
    queues: [...board.queues],
    serverAdapter,
    options: {
      uiConfig: { boardTitle: "Redspot: queues", hideDocsLink: true, showWorkers: false },
      handlerHooks: {
        before: ({ method, route }) =>
          method === "get" || ALLOWED.has(route)
            ? undefined
            : { allow: false, status: 403, message: "only to look, and to retry: redspot-admin does the rest" },
      },
    },
  });
  app.addHook("onRequest", async (_request, reply) => void reply.headers(HEADERS));
  const tallies = new WeakMap<FastifyRequest, RetryTally>();
  app.addHook("preHandler", (request, _reply, done) => {
    const tally = { retried: 0 };
    tallies.set(request, tally);
    board.counted(tally, done);
  });
  // Whatever is answered: of many, some may have been tried again before one failed.
  app.addHook("onSend", async (request) => {
    const count = tallies.get(request)?.retried ?? 0;
    if (count === 0) return;
    tallies.delete(request);
    const act = { command: "dead-letters retry", by: nameOf(request), address: request.ip };
    await audit.record({ kind: "administration", ...act, count }).catch(() => {
      throw new WorklistError("STORE_AWAY");
    });
  });
  await app.register(serverAdapter.registerPlugin(), { prefix: BOARD_PATH });
}
