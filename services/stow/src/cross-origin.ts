import cors from "@fastify/cors";
import type { FastifyInstance } from "fastify";

/** How long a browser may remember the answer to its question. */
const MAX_AGE_SECONDS = 600;

/**
 * Lets pages of the given origins use the service from a browser (Fetch, CORS protocol). Without any, nothing is said to
 * browsers, and they let no page: an OPTIONS request that is no such question gets the resource's own answer (PS3.18 8.9).
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.register(cors, {
    delegator: (request, done) =>
      done(null, {
        origin: [...origins],
        methods: ["POST", "OPTIONS"],
        allowedHeaders: ["Accept", "Authorization", "Content-Type"],
        exposedHeaders: ["Retry-After"],
        maxAge: MAX_AGE_SECONDS,
        preflight: request.headers["access-control-request-method"] !== undefined,
      }),
  });
}
