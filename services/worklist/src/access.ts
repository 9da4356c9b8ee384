import { bearerAuth, tokenCheck } from "@redspot/runtime";
import type { FastifyInstance, onRequestHookHandler } from "fastify";
import { z } from "zod";
import { Sessions } from "./session.ts";
import { WorklistError } from "./worklist-error.ts";

export interface AccessOptions {
  tokens: readonly string[];
  secureCookie: boolean;
  now: () => Date;
}

const LOOPBACK_NAME = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Adds `POST /session` (a token in, a cookie out), `GET /session` and `DELETE /session`, and answers with the hook that guards all that
 * concerns studies: it lets through a bearer token or an open session. Without tokens the service is for this machine
 * only, and then a request must also have been addressed to it by a name of this machine: a page from elsewhere whose
 * name was made to lead here (DNS rebinding) has another.
 */
export function addAccess(app: FastifyInstance, { tokens, secureCookie, now }: AccessOptions): onRequestHookHandler {
  const sessions = new Sessions({ tokens, secure: secureCookie, now });
  const isKnown = tokenCheck(tokens);
  const byBearer = bearerAuth(tokens);
  const credentials = z.object({ token: z.string().min(1).max(4096) });

  app.post("/session", { bodyLimit: 8192 }, async (request, reply) => {
    const { data } = credentials.safeParse(request.body);
    if (tokens.length > 0 && (data === undefined || !isKnown(data.token))) throw new WorklistError("TOKEN_UNKNOWN");
    if (data !== undefined && tokens.length > 0) reply.header("set-cookie", sessions.open(data.token));
    return reply.code(204).send();
  });

  app.get("/session", async (request, reply) =>
    reply.header("cache-control", "no-store").send({ open: sessions.isOpen(request.headers.cookie) }),
  );

  app.delete("/session", async (_request, reply) => reply.header("set-cookie", sessions.close()).code(204).send());

  return async function guard(request, reply) {
    if (tokens.length === 0 && !LOOPBACK_NAME.test(request.headers.host ?? "")) throw new WorklistError("WRONG_HOST");
    if (sessions.isOpen(request.headers.cookie)) return undefined;
    return byBearer.call(this, request, reply, () => undefined);
  };
}
