import { isJobFailureCode, JOB_FAILURES, type ReadingListCounts, type StudyEvent, type Workitem } from "@redspot/queue";
import type { Finding, FindingInShort } from "@redspot/triage";
import { viewerLink } from "./viewer-link.ts";

interface Context {
  now: Date;
  viewerUrl: string | undefined;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** A note of who did something and when, with its time as it goes out. */
function dated<T extends { at: number }>(note: T | undefined): (Omit<T, "at"> & { at: string }) | null {
  return note === undefined ? null : { ...note, at: iso(note.at) };
}

/** A line of the reading list as it goes out: identifiers, times, who is at it and the finding in short. No patient data. */
export function listLine(workitem: Workitem & { position?: number }, { now, viewerUrl }: Context) {
  return {
    position: workitem.position ?? null,
    waitingSeconds: waitingSeconds(workitem, now),
    ...lastingPart(workitem, viewerUrl),
  };
}

const waitingSeconds = ({ arrivedAt }: Workitem, now: Date) =>
  Math.max(0, Math.floor((now.getTime() - arrivedAt) / 1000));

/** What a line tells as long as nothing happens with the study. */
function lastingPart(workitem: Workitem, viewerUrl: string | undefined) {
  const { studyInstanceUID, arrivedAt, lane, state, priority, finding, report } = workitem;
  const { taken, ended, pin, verdict } = workitem;
  return {
    studyInstanceUID,
    arrivedAt: iso(arrivedAt),
    lane,
    state,
    takenBy: taken?.by ?? null,
    takenAt: taken === undefined ? null : iso(taken.at),
    ended: dated(ended),
    priority,
    pin: dated(pin),
    verdict: dated(verdict),
    report: reportView(report),
    viewerUrl: viewerLink(viewerUrl, { studyInstanceUID }) ?? null,
    ...(finding ? findingInShort(finding) : { outcome: null }),
  };
}

/**
 * Lines as JSON texts, as `listLine` has them. What of a line lasts is written once: a workitem that is the same object
 * again, as those of `ReadingList.lines` are while nothing happens with them, has it ready.
 */
export class LineTexts {
  readonly #viewerUrl: string | undefined;
  readonly #written = new WeakMap<Workitem, string>();

  constructor(viewerUrl: string | undefined) {
    this.#viewerUrl = viewerUrl;
  }

  of(workitem: Workitem, position: number | null, now: Date): string {
    let lasting = this.#written.get(workitem);
    if (lasting === undefined) {
      lasting = JSON.stringify(lastingPart(workitem, this.#viewerUrl)).slice(1);
      this.#written.set(workitem, lasting);
    }
    return `{"position":${position},"waitingSeconds":${waitingSeconds(workitem, now)},${lasting}`;
  }
}

function findingInShort({ outcome, probability, reason, tellingInstance, ...rest }: FindingInShort) {
  return {
    outcome,
    probability: probability ?? null,
    reason: reason ?? null,
    ...rest,
    /** The analysed instance with the highest probability: the one that the study's answer comes from. */
    tellingInstance: tellingInstance
      ? { sopInstanceUID: tellingInstance.sopInstanceUID, laterality: tellingInstance.laterality ?? null }
      : null,
  };
}

function reportView(report: Workitem["report"]) {
  if (report.state !== "failed") return report;
  const { text } = JOB_FAILURES[isJobFailureCode(report.code) ? report.code : "REPORT_FAILED"];
  return { ...report, text };
}

/** How much is on the list, as its page shows it. */
export function countsInShort({ open, done, oldestArrival }: ReadingListCounts) {
  const priorities = Object.values(open);
  const oldest = Math.min(...Object.values(oldestArrival));
  return {
    toRead: priorities.reduce((sum, states) => sum + states.SCHEDULED + states["IN PROGRESS"], 0),
    flagged: open.HIGH.SCHEDULED + open.HIGH["IN PROGRESS"],
    beingRead: priorities.reduce((sum, states) => sum + states["IN PROGRESS"], 0),
    done,
    /** When the study arrived that waits longest for somebody to take it up. */
    oldestArrival: Number.isFinite(oldest) ? iso(oldest) : null,
  };
}

/** All that is known about a study's finding: what made it, and each instance with its activation map. */
export function studyDetail(studyInstanceUID: string, finding: Finding | undefined) {
  if (!finding) return { studyInstanceUID, finding: null };
  const { revision, outcome, model, softwareVersion, analysedAt } = finding;
  const instances = finding.instances.map((instance) => {
    const { sopInstanceUID } = instance;
    if (!instance.analysed) return { sopInstanceUID, analysed: false, reason: instance.reason };
    const { probability, logit, laterality, activationMap } = instance;
    return {
      sopInstanceUID,
      analysed: true,
      probability,
      logit,
      laterality: laterality ?? null,
      activationMap: activationMap.map((value) => Number(value.toPrecision(4))),
    };
  });
  return { studyInstanceUID, finding: { revision, outcome, model, softwareVersion, analysedAt, instances } };
}

/** What has happened with a study, from its arrival. */
export function studyHistory(studyInstanceUID: string, events: StudyEvent[]) {
  return { studyInstanceUID, events: events.map((event) => dated(event)) };
}
