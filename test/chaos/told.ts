import { createHash } from "node:crypto";
import type { SeenMessage } from "./audit-view.ts";
import type { Accepted } from "./ris.ts";
import type { SentStudy } from "./senders-log.ts";
import { type Complaint, reportUidOf, type SeenFinding, type SeenStudy } from "./verdict.ts";

/** What the audit trail and the RIS must have of a study that is at rest. */
export interface Expected {
  readonly sent: SentStudy;
  /** When it was first seen at rest. */
  readonly restAt: number;
  /** Control IDs (MSH-10) by revision. */
  readonly controlIds: ReadonlyMap<string, number>;
  /** Of the last finding. */
  readonly lastControlId: string;
  /** Identifiers of events that follow from what they are about. */
  readonly events: readonly string[];
}

/** What they have. */
export interface Told {
  /** In the order in which the RIS accepted them. */
  readonly accepted: readonly Accepted[];
  readonly messages: readonly SeenMessage[];
  /** When Redis, with appendfsync everysec, died: what it had been told in the seconds before is gone. */
  readonly forgotAt: readonly number[];
}

/** What is repeated may be: it has the same identifier. What is forgotten is what docs/audit.md says can be. */
export interface ToldVerdict {
  readonly complaints: readonly Complaint[];
  readonly forgotten: number;
}

/** A write is synced a second after it at most, where the disk keeps up, and two where it does not (redis.io, persistence). */
const FORGETS_MS = 3_000;

/** What has to be told of a study, by what was seen of it. */
export function expectedOf(sent: SentStudy, seen: SeenStudy, restAt: number): Expected {
  const { studyInstanceUID } = sent;
  const findings = [...seen.findings.values()];
  const reports = new Set(seen.reports.map(({ sopInstanceUID }) => sopInstanceUID));
  const reported = findings.filter((finding) => reports.has(reportUidOf(studyInstanceUID, finding)));
  const last = findings.find(({ revision }) => revision === Number(seen.study.settledRevision));
  return {
    sent,
    restAt,
    controlIds: new Map(findings.map((finding) => [controlIdOf(studyInstanceUID, finding), finding.revision])),
    lastControlId: last === undefined ? "" : controlIdOf(studyInstanceUID, last),
    events: [
      ...findings.map(({ revision }) => `analyse-${studyInstanceUID}-r${revision}`),
      ...reported.map(({ revision }) => `report-${studyInstanceUID}-r${revision}`),
    ],
  };
}

/** Holds what the RIS accepted and what the audit trail has of a study against what there was to tell. */
export function judgeTold(expected: Expected, told: Told): ToldVerdict {
  const audit = judgeAudit(expected, told);
  return {
    complaints: [...judgeAnnouncements(expected, told.accepted), ...audit.complaints],
    forgotten: audit.forgotten,
  };
}

function judgeAnnouncements({ sent, controlIds, lastControlId }: Expected, accepted: readonly Accepted[]): Complaint[] {
  const { studyInstanceUID } = sent;
  const complaints: Complaint[] = [];
  const complain = (kind: Complaint["kind"], what: string) => void complaints.push({ kind, studyInstanceUID, what });
  let newest = 0;
  for (const { controlId } of accepted) {
    const revision = controlIds.get(controlId);
    if (revision === undefined) complain("announced-anew", `message ${controlId} is of no revision that is known`);
    else if (revision < newest) complain("announced-late", `the RIS was told of revision ${revision} after ${newest}`);
    else newest = revision;
  }
  if (!accepted.some(({ controlId }) => controlId === lastControlId)) {
    complain("unannounced", `the RIS has not accepted message ${lastControlId} of the last finding`);
  }
  return complaints;
}

function judgeAudit({ sent, restAt, events }: Expected, { messages, forgotAt }: Told): ToldVerdict {
  const { studyInstanceUID, acknowledgements } = sent;
  const ids = new Set(messages.map(({ id }) => id));
  const received = Map.groupBy(
    messages.filter(({ type, outcome }) => type === "receive" && outcome === 0),
    ({ id }) => id,
  );
  const instances = [...received.values()].reduce((sum, [first]) => sum + first!.instances, 0);
  const forgets = (from: number, to: number) => forgotAt.some((at) => from <= at && to >= at - FORGETS_MS);
  const kept = acknowledgements.filter(({ askedAt, at }) => !forgets(askedAt, at)).length;
  const missing = events.filter((id) => !ids.has(id));
  const mayForget = forgets(acknowledgements[0]?.askedAt ?? 0, restAt);
  const complaints = (mayForget ? [] : missing).map(
    (id): Complaint => ({ kind: "unaudited", studyInstanceUID, what: `event ${id} is not in the audit trail` }),
  );
  if (instances < kept) {
    const what = `${acknowledgements.length} instances were acknowledged, and ${instances} are in the audit trail`;
    complaints.push({ kind: "unaudited", studyInstanceUID, what });
  }
  const unnamed = Math.max(0, acknowledgements.length - Math.max(instances, kept));
  return { complaints, forgotten: unnamed + (mayForget ? missing.length : 0) };
}

/** MSH-10, worked out anew: 20 characters in base 36 of the SHA-256 of what the message is about. */
export function controlIdOf(
  studyInstanceUID: string,
  { revision, model }: Pick<SeenFinding, "revision" | "model">,
): string {
  const names = ["announcement", studyInstanceUID, revision, model.packageHash];
  const digest = createHash("sha256").update(JSON.stringify(names)).digest("hex");
  return BigInt(`0x${digest}`).toString(36).toUpperCase().padStart(20, "0").slice(-20);
}
