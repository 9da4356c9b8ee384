import { createHash } from "node:crypto";
import type { SentInstance, SentStudy } from "./senders-log.ts";

/** One thing that is not as it must be. */
export interface Complaint {
  readonly kind: /** An acknowledged instance has no answer, or one that is about something else. */
    | "lost"
    /** A revision has more than one report, or a report has a UID that is nobody's. */
    | "duplicated"
    /** A study stands where the policy does not put it, or is not on the list. */
    | "misordered"
    /** Explicit, but for no reason that lies in the instance: the analysis was given up. */
    | "given-up"
    /** An audited act is not in the audit trail. */
    | "unaudited"
    /** The RIS has not accepted a message about the last finding. */
    | "unannounced"
    /** The RIS was told of a revision under another control ID than the one that is its own. */
    | "announced-anew"
    /** The RIS was told of an earlier finding after a later one. */
    | "announced-late";
  readonly studyInstanceUID: string;
  readonly what: string;
}

/** What a study looks like from outside: in Redis, in the spool and in the PACS. */
export interface SeenStudy {
  /** The hash of the study in Redis; empty where there is none. */
  readonly study: Readonly<Record<string, string>>;
  /** Which instances the ledger has. */
  readonly noted: readonly string[];
  /** Findings by revision. */
  readonly findings: ReadonlyMap<number, SeenFinding>;
  /** Its score on the open reading list; undefined where it is not on it. */
  readonly score: number | undefined;
  /** The SHA-256 of the instances that the spool still holds. */
  readonly spooled: ReadonlyMap<string, string>;
  readonly reports: readonly SeenReport[];
}

export interface SeenFinding {
  readonly revision: number;
  readonly outcome: string;
  readonly instances: readonly {
    readonly sopInstanceUID: string;
    readonly analysed: boolean;
    readonly probability?: number;
    readonly reason?: { readonly code: string };
  }[];
  readonly model: { readonly packageHash: string };
}

/** A structured report of the study in the PACS. */
export interface SeenReport {
  readonly sopInstanceUID: string;
  /** The SOP Instance UIDs that it gives as evidence; undefined where it was not looked into. */
  readonly evidence?: readonly string[];
}

export interface Policy {
  /** Milliseconds by which a suspected fracture goes ahead of its arrival. */
  readonly headStartMs: number;
  /** What the network says of each template when nothing is wrong. */
  readonly probabilities: ReadonlyMap<string, number>;
}

/** One image in another batch, of other company: the sums are taken in another order. */
const PROBABILITY_TOLERANCE = 1e-3;
/** An arrival is noted before it is acknowledged; the two clocks are one, read a little apart. */
const ARRIVAL_TOLERANCE_MS = 50;

/** Whether there is nothing left to be done about a study: every revision is closed, judged and reported, or given up on. */
export function isAtRest({ study }: Pick<SeenStudy, "study">): boolean {
  if (study.arrivedAt === undefined || study.openRevision !== undefined) return false;
  if (study.settledRevision === undefined || study.foundRevision !== study.settledRevision) return false;
  const report = JSON.parse(study.report ?? '{"state":"pending"}') as { state: string; retrying?: boolean };
  return report.state === "stored" || (report.state === "failed" && report.retrying === false);
}

/** Holds a study that is at rest against what its senders know. */
export function judge(sent: SentStudy, seen: SeenStudy, policy: Policy): Complaint[] {
  return [...judgeInstances(sent, seen, policy), ...judgeReports(sent, seen), ...judgePlace(sent, seen, policy)];
}

function judgeInstances(sent: SentStudy, seen: SeenStudy, { probabilities }: Policy): Complaint[] {
  const { studyInstanceUID } = sent;
  const last = seen.findings.get(Number(seen.study.settledRevision));
  const complain = (what: string, kind: Complaint["kind"] = "lost"): Complaint[] => [{ kind, studyInstanceUID, what }];
  return acknowledged(sent).flatMap((instance) => {
    const { sopInstanceUID, templateName, expected, isImage } = instance;
    const name = `${templateName} ${sopInstanceUID}`;
    if (!seen.noted.includes(sopInstanceUID)) return complain(`${name} is not in the ledger`);
    const spooled = seen.spooled.get(sopInstanceUID);
    if (spooled !== undefined && spooled !== instance.sha256) return complain(`${name} has other bytes in the spool`);
    const judged = last?.instances.filter((one) => one.sopInstanceUID === sopInstanceUID) ?? [];
    // A document that comes late opens no revision: there is nothing in it to analyse.
    if (judged.length === 0) return isImage ? complain(`${name} is in no finding`) : [];
    if (judged.length > 1) return complain(`${name} is in one finding ${judged.length} times`, "duplicated");
    const [{ analysed, probability = Number.NaN, reason }] = judged as [(typeof judged)[number]];
    if (reason?.code === "ANALYSIS_FAILED") return complain(`${name}: the analysis was given up`, "given-up");
    if (!expected.analysed) {
      return analysed || reason?.code !== expected.reason
        ? complain(`${name}: ${analysed ? "analysed" : reason?.code}, where it must be ${expected.reason}`)
        : [];
    }
    if (!analysed) return complain(`${name}: not analysed, ${reason?.code}`);
    const usual = probabilities.get(templateName) ?? probability;
    return Math.abs(probability - usual) > PROBABILITY_TOLERANCE
      ? complain(`${name}: probability ${probability}, where it is always ${usual}: another image's?`)
      : [];
  });
}

function judgeReports(sent: SentStudy, { study, findings, reports }: SeenStudy): Complaint[] {
  const { studyInstanceUID } = sent;
  const last = Number(study.settledRevision);
  const complaints: Complaint[] = [];
  const complain = (kind: Complaint["kind"], what: string) => void complaints.push({ kind, studyInstanceUID, what });
  const revisionOf = new Map(
    [...findings.values()].map((finding) => [reportUidOf(studyInstanceUID, finding), finding.revision]),
  );
  const counts = Map.groupBy(reports, ({ sopInstanceUID }) => revisionOf.get(sopInstanceUID));
  for (const { sopInstanceUID } of counts.get(undefined) ?? []) {
    complain("duplicated", `report ${sopInstanceUID} in the PACS is of no revision that is known`);
  }
  for (const [revision, ofRevision] of counts) {
    if (revision !== undefined && ofRevision.length > 1) {
      complain("duplicated", `revision ${revision} has ${ofRevision.length} reports`);
    }
  }
  const [current] = counts.get(last) ?? [];
  if (current === undefined) complain("lost", `revision ${last} has no report in the PACS`);
  for (const { sopInstanceUID, isImage, templateName } of acknowledged(sent)) {
    if (isImage && current?.evidence?.includes(sopInstanceUID) === false) {
      complain("lost", `the report of revision ${last} does not know of ${templateName} ${sopInstanceUID}`);
    }
  }
  return complaints;
}

function judgePlace(sent: SentStudy, { study, score, findings }: SeenStudy, { headStartMs }: Policy): Complaint[] {
  const { studyInstanceUID, acknowledgedAt = Number.POSITIVE_INFINITY } = sent;
  const complain = (what: string): Complaint[] => [{ kind: "misordered", studyInstanceUID, what }];
  const arrivedAt = Number(study.arrivedAt);
  if (score === undefined) return complain("it is not on the reading list");
  if (arrivedAt > acknowledgedAt + ARRIVAL_TOLERANCE_MS) {
    return complain(`it arrived ${Math.round(arrivedAt - acknowledgedAt)} ms after it was acknowledged: it fell back`);
  }
  // A finding that says nothing takes no place away.
  const saying = [...findings.values()].filter(
    ({ revision, outcome }) => revision <= Number(study.foundRevision) && outcome !== "not-analysed",
  );
  const isFracture = saying.toSorted((a, b) => b.revision - a.revision)[0]?.outcome === "fracture";
  const place = isFracture ? arrivedAt - headStartMs : arrivedAt;
  return Math.abs(place - score) < 1 ? [] : complain(`it stands ${Math.round(score - place)} ms from where it must`);
}

function acknowledged({ instances }: SentStudy): SentInstance[] {
  return [...instances.values()].filter(({ acknowledgedAt }) => acknowledgedAt !== undefined);
}

/**
 * The UID of a report, worked out anew: under the UUID root (PS3.5 B.2) from the SHA-256 of what it is about, so that
 * nothing else can have it and doing it again gives it again.
 */
export function reportUidOf(
  studyInstanceUID: string,
  { revision, model }: Pick<SeenFinding, "revision" | "model">,
): string {
  const names = ["report", studyInstanceUID, String(revision), model.packageHash];
  const digits = createHash("sha256").update(JSON.stringify(names)).digest("hex").slice(0, 32).split("");
  digits[12] = "8";
  digits[16] = "89ab"[Number.parseInt(digits[16]!, 16) & 3]!;
  return `2.25.${BigInt(`0x${digits.join("")}`)}`;
}
