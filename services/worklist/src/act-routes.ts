import type { ListAct } from "@redspot/audit";
import { type AuditTrail, type ReadingList, ReadingListRefusal } from "@redspot/queue";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { parse, studyParams } from "./request-parts.ts";
import { listLine } from "./workitem-view.ts";
import { WorklistError } from "./worklist-error.ts";

export interface ActDependencies {
  list: Pick<
    ReadingList,
    "take" | "release" | "complete" | "reopen" | "pin" | "unpin" | "disagree" | "withdrawVerdict" | "get"
  >;
  /** The name of who sent a request that the guard has let pass. */
  nameOf: (request: FastifyRequest) => string;
  viewerUrl: string | undefined;
  /** Where each act is recorded, before it is answered. */
  audit: Pick<AuditTrail, "record">;
  now: () => Date;
}

/** A person's words about a work list, not about a patient: few, and on one line. */
const words = z
  .string()
  .trim()
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, "it has control characters");
const pinBody = z.object({ why: words.min(1) });
const verdictBody = z.object({ verdict: z.enum(["fracture", "no-fracture"]), comment: words.optional() });

/**
 * Adds all by which people work through the list; whoever adds it guards it. Each answers with the study's new line, and
 * may be sent again without harm.
 */
export function addActRoutes(app: FastifyInstance, { list, nameOf, viewerUrl, audit, now }: ActDependencies): void {
  type Act = (study: string, act: { by: string; at: number }, body: unknown) => Promise<void>;

  const add = (method: "POST" | "DELETE", url: string, named: ListAct, act: Act) =>
    app.route({
      method,
      url: `/studies/:study/${url}`,
      async handler(request, reply) {
        const { study } = parse(studyParams, request.params);
        const by = nameOf(request);
        await act(study, { by, at: now().getTime() }, request.body).catch(asAnswer);
        await audit.record({ kind: "act", act: named, study, by, address: request.ip });
        return sendLine(study, reply);
      },
    });

  add("POST", "take", "take", (study, act) => list.take(study, act));
  add("POST", "release", "release", (study, act) => list.release(study, act));
  add("POST", "complete", "complete", (study, act) => list.complete(study, act));
  add("POST", "reopen", "reopen", (study, act) => list.reopen(study, act));
  add("POST", "pin", "pin", (study, act, body) => list.pin(study, { ...act, ...parse(pinBody, body) }));
  add("DELETE", "pin", "unpin", (study, act) => list.unpin(study, act));
  add("POST", "verdict", "verdict", (study, act, body) => {
    const { verdict, comment } = parse(verdictBody, body);
    return list.disagree(study, { ...act, verdict, ...(comment ? { comment } : {}) });
  });
  add("DELETE", "verdict", "withdraw-verdict", (study, act) => list.withdrawVerdict(study, act));

  async function sendLine(study: string, reply: FastifyReply) {
    const workitem = await list.get(study);
    if (!workitem) throw new WorklistError("STUDY_UNKNOWN", study);
    return reply.header("cache-control", "no-store").send(listLine(workitem, { now: now(), viewerUrl }));
  }
}

/** A refusal of the list as the service answers it: with the state that stands against it, and by whom it came. */
function asAnswer(error: unknown): never {
  if (!(error instanceof ReadingListRefusal)) throw error;
  const { studyInstanceUID, state, by, at } = error.detail;
  throw new WorklistError(error.code, studyInstanceUID, {
    ...(state === undefined ? {} : { state }),
    ...(by === undefined || at === undefined ? {} : { by, at: new Date(at).toISOString() }),
  });
}
