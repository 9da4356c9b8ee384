import { MultipartError, type Part, parseMediaType } from "@redspot/dicomweb";
import { type IncomingInstance, type Spool, SpoolError } from "@redspot/spool";
import { InstanceFailure } from "./failures.ts";
import { giveBack } from "./give-back.ts";
import { type CheckedInstance, InstanceCheck } from "./instance-check.ts";

/** What a part has to be. */
export interface InstanceRules {
  maxInstanceBytes: number;
  /** Every part says `application/dicom`; lenient, it may say nothing or `application/octet-stream`. */
  strict: boolean;
  /** Nobody else looks at the chunks of the part's body: once they are copied, their memory is given back. */
  ownChunks: boolean;
  /** The Study Instance UID of the request's path. */
  studyInstanceUID?: string;
}

/** An instance that has come in whole and may be stored. */
export interface ReceivedInstance extends CheckedInstance {
  incoming: IncomingInstance;
}

/** An instance that cannot be stored, with its names as far as they are known. */
export interface RefusedInstance {
  failure: InstanceFailure;
  named: { sopClassUID?: string; sopInstanceUID?: string };
  /** The body broke off within this part: nothing comes after it. */
  bodyBroken?: true;
}

/**
 * Takes one part into the spool's temporary place while it is checked. Whatever is wrong with it is the part's own
 * failure; the part is read to its end, so that the next one can be. Errors of the body's source come through.
 */
export async function receiveInstance(
  part: Part,
  spool: Spool,
  rules: InstanceRules,
): Promise<ReceivedInstance | RefusedInstance> {
  const check = new InstanceCheck(rules);
  let incoming: IncomingInstance | undefined;
  let failure: InstanceFailure | undefined;
  try {
    failure = headerProblem(part, rules);
    for (;;) {
      const chunk = part.body.take();
      if (chunk === undefined) {
        if (part.body.ended) break;
        await part.body.more();
        continue;
      }
      if (failure !== undefined) continue;
      try {
        const inflating = check.push(chunk);
        if (inflating !== undefined) await inflating;
        // Before its bytes are there: an element says how long it is.
        if (Math.max((incoming?.bytes ?? 0) + chunk.byteLength, check.leastBytes) > rules.maxInstanceBytes) {
          throw new InstanceFailure("INSTANCE_TOO_LARGE", `more than ${rules.maxInstanceBytes} bytes`);
        }
        incoming ??= await spool.receive();
        const writing = incoming.write(chunk);
        if (writing !== undefined) await writing;
        if (rules.ownChunks) giveBack(chunk);
      } catch (error) {
        failure = failureOf(error);
        await incoming?.abort();
      }
    }
    if (failure === undefined && incoming !== undefined) return { ...checked(check, rules), incoming };
    return { failure: failure ?? new InstanceFailure("EMPTY_PART"), named: check.named };
  } catch (error) {
    await incoming?.abort();
    if (error instanceof InstanceFailure) return { failure: error, named: check.named };
    if (!(error instanceof MultipartError)) throw error;
    const cutShort = failure ?? new InstanceFailure("TRUNCATED", error.message);
    return { failure: cutShort, named: check.named, bodyBroken: true };
  } finally {
    check.close();
  }
}

/** The failure that an error of the spool means for the instance; other errors are faults, and come through. */
export function failureOf(error: unknown): InstanceFailure {
  if (error instanceof InstanceFailure) return error;
  if (error instanceof SpoolError) {
    return new InstanceFailure(error.code === "NO_SPACE" ? "SPOOL_FULL" : "SPOOL_FAILED", error.message);
  }
  throw error;
}

function headerProblem({ headers, problem }: Part, { strict }: InstanceRules): InstanceFailure | undefined {
  if (problem !== undefined) return new InstanceFailure("BAD_PART_HEADER");
  const contentType = headers.get("content-type");
  if (contentType === undefined) return strict ? new InstanceFailure("WRONG_PART_TYPE") : undefined;
  const essence = parseMediaType(contentType)?.essence;
  const taken = essence === "application/dicom" || (!strict && essence === "application/octet-stream");
  return taken ? undefined : new InstanceFailure("WRONG_PART_TYPE");
}

function checked(check: InstanceCheck, { studyInstanceUID }: InstanceRules): CheckedInstance {
  const instance = check.end();
  if (studyInstanceUID !== undefined && instance.identity.studyInstanceUID !== studyInstanceUID) {
    throw new InstanceFailure("STUDY_MISMATCH");
  }
  return instance;
}
