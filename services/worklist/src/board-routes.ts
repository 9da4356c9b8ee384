import { createBullBoard } from "@bull-board/api";
import { FastifyAdapter } from "@bull-board/fastify";
import type { QueueBoard } from "@redspot/queue";
import type { FastifyInstance } from "fastify";
import { SECURITY_HEADERS } from "./security-headers.ts";

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
export async function addBoardRoutes(app: FastifyInstance, { queues }: Pick<QueueBoard, "queues">): Promise<void> {
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(BOARD_PATH);
  createBullBoard({
    queues: [...queues],
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
  await app.register(serverAdapter.registerPlugin(), { prefix: BOARD_PATH });
}
