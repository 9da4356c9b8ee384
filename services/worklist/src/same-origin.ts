import type { FastifyRequest } from "fastify";
import { WorklistError } from "./worklist-error.ts";

/**
 * Lets nothing be changed by a page of another origin. Browsers say from where a request comes that can change something
 * (Fetch, 3.2); where a service on this machine asks nobody for a token, that is all that tells a foreign page's apart.
 */
export async function refuseOtherOrigins({ headers }: FastifyRequest): Promise<void> {
  const { origin, host } = headers;
  if (origin === undefined) return;
  if (!URL.canParse(origin) || new URL(origin).host !== host) throw new WorklistError("WRONG_ORIGIN");
}
