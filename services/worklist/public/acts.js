import { takeBack, work } from "./api.js";

/**
 * Something that can be done with a study now.
 *
 * @typedef {{
 *   label: string,
 *   said: string,
 *   run: (why?: string) => Promise<any>,
 *   undo?: () => Promise<any>,
 *   asksWhy?: boolean,
 *   leaves?: boolean,
 * }} Act `label` on its button, `said` once it is done; `asksWhy`: it wants a reason; `leaves`: the study leaves the list
 */

export const VERDICTS = { fracture: "fracture", "no-fracture": "no fracture" };

/** What a reader can say to a finding: that it is wrong, or that it is right; to one that leaves it open, either. */
const ANSWERS = {
  fracture: ["no-fracture", "fracture"],
  "no-fracture": ["fracture", "no-fracture"],
  inconclusive: ["fracture", "no-fracture"],
};

/**
 * Whether a verdict says what the finding says that it is about.
 *
 * @param {{ verdict: string, outcome?: string }} given
 */
export const isAgreement = ({ verdict, outcome }) => verdict === outcome;

/**
 * What somebody can do with a study in the state that its line tells.
 *
 * @param {any} line of GET /reading-list
 * @param {string} me
 * @returns {{ take?: Act, complete?: Act, pin?: Act, disagree: Act[] }}
 */
export function actsOn(line, me) {
  const study = line.studyInstanceUID;
  const isMine = line.takenBy === me;
  return {
    take: takeOrRelease(line, study, isMine),
    complete: completeOrReopen(line, study, isMine),
    pin: pinOrUnpin(line, study),
    disagree: disagreeOrAgree(line, study),
  };
}

function takeOrRelease({ state }, study, isMine) {
  const take = () => work(study, "take");
  const release = () => work(study, "release");
  if (state === "SCHEDULED") return { label: "Take", said: "Taken", run: take, undo: release };
  if (state !== "IN PROGRESS") return undefined;
  return { label: "Put back", said: "Put back", run: release, ...(isMine ? { undo: take } : {}) };
}

function completeOrReopen({ state }, study, isMine) {
  const complete = () => work(study, "complete");
  const reopen = () => work(study, "reopen");
  if (state === "COMPLETED") return { label: "Reopen", said: "Reopened", run: reopen, undo: complete, leaves: true };
  if (state === "CANCELED") return { label: "Reopen", said: "Reopened", run: reopen, leaves: true };
  if (state === "IN PROGRESS" && !isMine) return undefined;
  const undo = isMine ? () => reopen().then(() => work(study, "take")) : reopen;
  return { label: "Complete", said: "Completed", run: complete, undo, leaves: true };
}

function pinOrUnpin({ state, pin }, study) {
  if (state !== "SCHEDULED" && state !== "IN PROGRESS") return undefined;
  const unpin = () => takeBack(study, "pin");
  if (!pin)
    return {
      label: "Move up",
      said: "Moved up",
      run: (why = "") => work(study, "pin", { why }),
      undo: unpin,
      asksWhy: true,
    };
  return { label: "Move back", said: "Moved back", run: unpin, undo: () => work(study, "pin", { why: pin.why }) };
}

function disagreeOrAgree({ outcome, verdict }, study) {
  const agree = () => takeBack(study, "verdict");
  if (verdict) {
    const { verdict: answer, comment } = verdict;
    const again = () => work(study, "verdict", { verdict: answer, ...(comment ? { comment } : {}) });
    const said = `${isAgreement(verdict) ? "Agreement" : "Disagreement"} taken back`;
    return [{ label: "Take back", said, run: agree, undo: again }];
  }
  const words = (answer) => (outcome === "inconclusive" ? "I see" : answer === outcome ? "Agree:" : "Disagree:");
  return (ANSWERS[outcome] ?? []).map((answer) => ({
    label: `${words(answer)} ${VERDICTS[answer]}`,
    said: `Noted as ${VERDICTS[answer]}`,
    run: () => work(study, "verdict", { verdict: answer }),
    undo: agree,
  }));
}
