import type { AuditTrail } from "@redspot/queue";
import { type Access, AccessError, type Identity, type Scope } from "@redspot/runtime";
import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from "fastify";
import { z } from "zod";
import { Sessions } from "./session.ts";
import { WorklistError } from "./worklist-error.ts";

export interface AccessOptions {
  access: Access;
  /** The key of browser sessions, which all worklist services of an installation share. */
  sessionKey: () => Promise<Uint8Array>;
  /** Whether browsers reach the service by https even where it cannot know. */
  secureCookie: boolean;
  /** Where sign-ins are recorded, before they are answered. */
  audit: Pick<AuditTrail, "record" | "isOn">;
  now: () => Date;
}

const credentials = z.object({ token: z.string().min(1).max(8000) });

/**
 * Adds `POST /session` (a token in, a cookie out), `GET /session` and `DELETE /session`, and answers with what makes the
 * hooks that guard all that concerns studies: each lets through who has a scope, by client certificate, bearer token or
 * open session.
 */
export function addAccess(
  app: FastifyInstance,
  { access, sessionKey, secureCookie, audit, now }: AccessOptions,
): (scope: Scope) => onRequestHookHandler {
  const sessions = new Sessions({ key: sessionKey, now });
  const secure = ({ protocol }: FastifyRequest) => ({ secure: secureCookie || protocol === "https" });

  app.post("/session", { bodyLimit: 8192 }, async (request, reply) => {
    const token = credentials.safeParse(request.body).data?.token;
    const { name, scopes } = await access.authenticate(request, token).catch((error: unknown) => {
      if (error instanceof AccessError && error.code === "UNAUTHORIZED") throw new WorklistError("TOKEN_UNKNOWN");
      throw error;
    });
    const caller = { by: name, address: request.ip };
    if (!scopes.has("read")) {
      await audit.record({ kind: "sign-in", ...caller, outcome: 4, code: "TOKEN_MAY_NOT_READ", count: 1 });
      throw new WorklistError("TOKEN_MAY_NOT_READ");
    }
    if (access.isConfigured && token !== undefined) {
      const cookie = await sessions.open(token, secure(request));
      if (cookie === undefined) throw new WorklistError("TOKEN_TOO_LONG");
      reply.header("set-cookie", cookie);
    }
    await audit.record({ kind: "sign-in", ...caller, outcome: 0, count: 1 });
    return reply.code(204).send();
  });

  app.get("/session", async (request, reply) => {
    const { open, identity } = await sessionOf(request);
    const { name = null, scopes = [] } = identity ?? {};
    return reply.header("cache-control", "no-store").send({ open, name, scopes: [...scopes] });
  });

  app.delete("/session", async (request, reply) => {
    const { open, identity } = await sessionOf(request);
    if (open && identity) await audit.record({ kind: "sign-out", by: identity.name, address: request.ip });
    return reply
      .header("set-cookie", sessions.close(secure(request)))
      .code(204)
      .send();
  });

  return (scope) => access.guard(scope, { otherToken: ({ headers }) => sessions.tokenIn(headers.cookie) });

  /** Who asks, where it is known, and whether it is by a session whose token is still good. */
  async function sessionOf(request: FastifyRequest): Promise<{ open: boolean; identity?: Identity }> {
    const token = await sessions.tokenIn(request.headers.cookie);
    return access.authenticate(request, token, { isGuess: false }).then(
      (identity) => ({ open: token !== undefined && access.isConfigured, identity }),
      () => ({ open: false }),
    );
  }
}
