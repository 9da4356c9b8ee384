import type { ChaosResult } from "./run-chaos.ts";
import type { Complaint } from "./verdict.ts";

/** The figures of a run, as its last line gives them: how many studies each complaint is about, and how long it took to come to rest. */
export function figuresOf(result: ChaosResult) {
  const studiesWith = (kind: Complaint["kind"]) =>
    new Set(result.complaints.filter((one) => one.kind === kind).map((one) => one.studyInstanceUID)).size;
  return {
    lost: studiesWith("lost"),
    duplicated: studiesWith("duplicated"),
    misordered: studiesWith("misordered"),
    given_up: studiesWith("given-up"),
    late: result.late,
    audit_lost: studiesWith("unaudited"),
    hl7_lost: studiesWith("unannounced"),
    hl7_duplicated: studiesWith("announced-anew"),
    hl7_misordered: studiesWith("announced-late"),
    studies: result.studies,
    instances: result.instances,
    audited: result.told.audited,
    audited_again: result.told.auditedAgain,
    audit_forgotten_by_redis: result.told.forgotten,
    announced: result.told.announced,
    announced_again: result.told.announcedAgain,
    requests: result.senders.requests,
    retries: result.senders.retries,
    crashes: result.crashes.length,
    episodes: result.episodes.length,
    recovery_s: spread(result.episodes.flatMap(({ recoverySeconds }) => recoverySeconds ?? [])),
    told_s: spread(result.episodes.flatMap(({ toldSeconds }) => toldSeconds ?? [])),
    recovery_s_max_with: recoveryByKind(result.episodes),
    skipped: result.skipped,
  };
}

/** For each thing that went wrong, the longest that an episode with it took to come to rest. */
function recoveryByKind(episodes: ChaosResult["episodes"]): Record<string, number> {
  const longest = new Map<string, number>();
  for (const { kinds, recoverySeconds = Number.POSITIVE_INFINITY } of episodes) {
    for (const kind of kinds) longest.set(kind, Math.max(longest.get(kind) ?? 0, recoverySeconds));
  }
  return Object.fromEntries([...longest].sort().map(([kind, seconds]) => [kind, round(seconds)]));
}

function spread(values: readonly number[]) {
  return { median: percentile(values, 0.5), p95: percentile(values, 0.95), max: percentile(values, 1) };
}

function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return value === undefined ? null : round(value);
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
