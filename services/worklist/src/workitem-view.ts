import { isJobFailureCode, JOB_FAILURES, type Workitem } from "@redspot/queue";
import type { Finding } from "@redspot/triage";
import { viewerLink } from "./viewer-link.ts";

interface Context {
  now: Date;
  viewerUrl: string | undefined;
}

/** A line of the reading list as it goes out: identifiers, times and the finding in short. No patient data. */
export function listLine(workitem: Workitem, position: number, { now, viewerUrl }: Context) {
  const { studyInstanceUID, arrivedAt, priority, finding, report } = workitem;
  return {
    position,
    studyInstanceUID,
    arrivedAt: new Date(arrivedAt).toISOString(),
    waitingSeconds: Math.max(0, Math.floor((now.getTime() - arrivedAt) / 1000)),
    priority,
    report: reportView(report),
    viewerUrl: viewerLink(viewerUrl, { studyInstanceUID }) ?? null,
    ...(finding ? findingInShort(finding) : { outcome: null }),
  };
}

function findingInShort(finding: Finding) {
  const { outcome, probability, reason, revision, model, analysedAt, instances } = finding;
  const telling = tellingInstance(finding);
  return {
    outcome,
    probability: probability ?? null,
    reason: reason ?? null,
    revision,
    analysedAt,
    cutOff: model.cutOff,
    inconclusiveBand: model.inconclusiveBand,
    model: { name: model.name, version: model.version, intendedUse: model.intendedUse },
    images: {
      analysed: instances.filter((one) => one.analysed).length,
      passedOver: instances.filter((one) => !one.analysed).length,
    },
    /** The analysed instance with the highest probability: the one that the study's answer comes from. */
    tellingInstance: telling
      ? { sopInstanceUID: telling.sopInstanceUID, laterality: telling.laterality ?? null }
      : null,
  };
}

function tellingInstance({ instances }: Finding) {
  const analysed = instances.flatMap((instance) => (instance.analysed ? [instance] : []));
  return analysed.toSorted((a, b) => b.probability - a.probability)[0];
}

function reportView(report: Workitem["report"]) {
  if (report.state !== "failed") return report;
  const { text } = JOB_FAILURES[isJobFailureCode(report.code) ? report.code : "REPORT_FAILED"];
  return { ...report, text };
}

/** All that is known about a study's finding: what made it, and each instance with its activation map. */
export function studyDetail(workitem: Workitem) {
  const { studyInstanceUID, finding } = workitem;
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
