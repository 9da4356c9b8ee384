import {
  type Finding,
  findingSchema,
  type InstanceFinding,
  type Reason,
  type ReasonCode,
  reason,
} from "@redspot/triage";
import { keyOf, type Store } from "./connection.ts";

/** KEYS finding, what lies beside it; ARGV both, the latter may be empty: both are set, or neither where there is one. */
const PUT = `
if not redis.call('SET', KEYS[1], ARGV[1], 'NX') then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[2]) else redis.call('SET', KEYS[2], ARGV[2]) end
return 1
`;

/** The findings, one for each revision of a study. The first that is stored stays: an analysis done twice tells nothing new. */
export class FindingStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Stores a finding unless its revision has one, and answers with the one that is stored then. */
  async put(finding: Finding): Promise<Finding> {
    const { studyInstanceUID, revision } = finding;
    const parsed = findingSchema.parse(finding);
    const { first, later } = divided(parsed);
    const [key, laterKey] = this.#keys(studyInstanceUID, revision);
    const texts = [JSON.stringify(first), later ? JSON.stringify(later) : ""];
    if ((await this.#store.redis.eval(PUT, 2, key, laterKey, ...texts)) === 1) return parsed;
    return (await this.get(studyInstanceUID, revision)) ?? finding;
  }

  async get(studyInstanceUID: string, revision: number): Promise<Finding | undefined> {
    const [first, later] = await this.#store.redis.mget(...this.#keys(studyInstanceUID, revision));
    if (!first) return undefined;
    const finding = findingSchema.parse(JSON.parse(first));
    return later ? united(finding, JSON.parse(later) as Later) : finding;
  }

  #keys(studyInstanceUID: string, revision: number): [string, string] {
    const key = keyOf(this.#store, "study", studyInstanceUID, `finding-${revision}`);
    return [key, `${key}-later`];
  }
}

/**
 * What findings of version 1 did not hold when its first reader was written, and that reader refuses what it does not
 * know: it lies beside the finding, so that both work side by side during an upgrade.
 */
interface Later {
  /** `seen` by SOP Instance UID. */
  seen: Record<string, (InstanceFinding & { analysed: true })["seen"]>;
  /** Reasons by SOP Instance UID, and the study's own under "". */
  reasons: Record<string, ReasonCode>;
}

const LATER_REASONS: ReadonlySet<ReasonCode> = new Set(["NOT_RETRIEVED", "INSTANCE_REMOVED"] satisfies ReasonCode[]);

/** What the first reader is told instead; the text says what it is. */
const INSTEAD = "UNREADABLE_INSTANCE";

function divided(finding: Finding): { first: Finding; later: Later | undefined } {
  const later: Later = { seen: {}, reasons: {} };
  const known = (of: string, why: Reason): Reason => {
    if (!LATER_REASONS.has(why.code)) return why;
    later.reasons[of] = why.code;
    return { ...why, code: INSTEAD };
  };
  const instances = finding.instances.map((one): InstanceFinding => {
    if (!one.analysed) return { ...one, reason: known(one.sopInstanceUID, one.reason) };
    const { seen, ...rest } = one;
    if (seen) later.seen[one.sopInstanceUID] = seen;
    return rest;
  });
  const first = { ...finding, instances, ...(finding.reason ? { reason: known("", finding.reason) } : {}) };
  const isEmpty = Object.keys({ ...later.seen, ...later.reasons }).length === 0;
  return { first, later: isEmpty ? undefined : later };
}

function united(finding: Finding, { seen, reasons }: Later): Finding {
  const told = (of: string, why: Reason): Reason => {
    const code = reasons[of];
    return why.code === INSTEAD && code !== undefined ? reason(code) : why;
  };
  const instances = finding.instances.map((one): InstanceFinding => {
    if (!one.analysed) return { ...one, reason: told(one.sopInstanceUID, one.reason) };
    const where = seen[one.sopInstanceUID];
    return where ? { ...one, seen: where } : one;
  });
  return { ...finding, instances, ...(finding.reason ? { reason: told("", finding.reason) } : {}) };
}
