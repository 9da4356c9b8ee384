import { createHash, timingSafeEqual } from "node:crypto";
import type { onRequestHookHandler } from "fastify";

/** Whether a presented token is one of those that may: compared by digest, in time that tells nothing. */
export function tokenCheck(tokens: readonly string[]): (presented: string) => boolean {
  const digests = tokens.map(digestOf);
  return (presented) => {
    const digest = digestOf(presented);
    return digests.reduce((found, known) => timingSafeEqual(known, digest) || found, false);
  };
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/**
 * Lets a request pass that carries one of the tokens as `Authorization: Bearer` (RFC 6750), or any request where there
 * are no tokens; others get 401 with the challenge.
 */
export function bearerAuth(tokens: readonly string[]): onRequestHookHandler {
  const isKnown = tokenCheck(tokens);
  return async (request, reply) => {
    if (tokens.length === 0) return;
    const [, presented] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
    if (presented !== undefined && isKnown(presented)) return;
    return reply
      .code(401)
      .header("www-authenticate", 'Bearer realm="redspot"')
      .send({ code: "UNAUTHORIZED", message: "This needs a bearer token: Authorization: Bearer TOKEN" });
  };
}
