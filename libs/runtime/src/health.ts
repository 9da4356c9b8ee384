import type { FastifyInstance } from "fastify";

/** A dependency that a service cannot work without: its name, and a check that rejects while it is away. */
export type ReadinessChecks = Record<string, () => Promise<unknown>>;

const CHECK_TIMEOUT_MS = 1_500;

/**
 * Adds `GET /health/live` (the process answers) and `GET /health/ready` (it can do its job: 200, or 503 with the names
 * of what is away). Both are open to all and tell nothing else.
 */
export function addHealthRoutes(app: FastifyInstance, checks: ReadinessChecks): void {
  app.get("/health/live", async () => ({ status: "live" }));
  app.get("/health/ready", async (_request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => ((await passes(check)) ? [] : [name])),
    );
    const away = results.flat();
    return away.length === 0 ? { status: "ready" } : reply.code(503).send({ status: "not ready", away });
  });
}

/** Whether a check passes in time. */
export async function passes(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([check(), timeout]);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
