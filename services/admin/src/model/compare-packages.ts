import type { ShadowNote, VerdictOnStudy } from "@redspot/queue";
import { areaUnderCurve, compareAreas, type Estimate, mcNemar, pairedDifference, wilson } from "@redspot/statistics";

/** Two shares of the same studies. */
export interface PairedShares {
  speaks: Estimate;
  shadow: Estimate;
  /** How many only the one has, and only the other. */
  onlySpeaks: number;
  onlyShadow: number;
  /** Shadow minus speaks, with its 95 % interval (Bonett & Price 2012). */
  difference: number;
  low: number;
  high: number;
  /** McNemar's, two-sided: exact, and mid-P. */
  p: number;
  midP: number;
}

/** What follows from readers' verdicts: of the studies that have one, and of no others. */
interface AgainstVerdicts {
  studies: number;
  fractures: number;
  /** Verdicts that were given about another revision of the study than the packages scored. */
  otherRevision: number;
  /** Of how many studies, flagged by one of the packages or by neither, a reader has given a verdict. */
  flagged: { studies: number; verdicts: number };
  unflagged: { studies: number; verdicts: number };
  /** Absent where no reader has found any fracture, or none without. */
  sensitivity?: PairedShares;
  specificity?: PairedShares;
  right?: PairedShares;
  /** Absent where there are fewer than ten of either kind. */
  area?: {
    speaks: Estimate;
    shadow: Estimate;
    difference: number;
    low: number;
    high: number;
    /** DeLong's, two-sided. */
    p: number;
  };
}

export interface Comparison {
  studies: number;
  /** When the first and the last of them were analysed, in milliseconds since 1970. */
  from?: number;
  to?: number;
  same?: Estimate;
  flagged?: PairedShares;
  inconclusive?: PairedShares;
  verdicts: AgainstVerdicts;
  /** What keeps one from concluding from it, in sentences. */
  cautions: string[];
}

/** With fewer of either kind an area says nothing, and DeLong's normal approximation does not hold. */
const FEWEST_FOR_AREA = 10;
const FEWEST_STUDIES = 100;
/** With fewer pairs that differ, no exact p value is below 0.05: 2 / 2^5 is 0.0625. */
const FEWEST_DISCORDANT = 6;

/**
 * Compares two packages on the studies that both have scored.
 *
 * @param pair hashes of the package that speaks and of the one in its shadow
 * @param verdicts what readers said, the only truth there is here
 */
export function comparePackages(
  notes: readonly ShadowNote[],
  [speaks, shadow]: readonly [string, string],
  verdicts: readonly VerdictOnStudy[],
): Comparison {
  const studies = notes.flatMap(({ scores, ...note }) => {
    const [one, other] = [scores[speaks], scores[shadow]];
    return one && other ? [{ ...note, speaks: one, shadow: other }] : [];
  });
  const shares = (is: (outcome: string) => boolean) =>
    pairedShares(studies.map((one) => [is(one.speaks.outcome), is(one.shadow.outcome)]));
  const against = againstVerdicts(studies, verdicts);
  const times = studies.map(({ at }) => at);
  const comparison = {
    studies: studies.length,
    ...(studies.length === 0
      ? {}
      : {
          from: Math.min(...times),
          to: Math.max(...times),
          same: wilson(studies.filter((one) => one.speaks.outcome === one.shadow.outcome).length, studies.length),
          flagged: shares((outcome) => outcome === "fracture"),
          inconclusive: shares((outcome) => outcome === "inconclusive"),
        }),
    verdicts: against,
  };
  return { ...comparison, cautions: cautionsOf(comparison) };
}

type Scored = Omit<ShadowNote, "scores"> & Record<"speaks" | "shadow", ShadowNote["scores"][string]>;

function againstVerdicts(studies: readonly Scored[], verdicts: readonly VerdictOnStudy[]): AgainstVerdicts {
  const said = new Map(verdicts.map((one) => [one.studyInstanceUID, one]));
  const isFlagged = (one: Scored) => one.speaks.outcome === "fracture" || one.shadow.outcome === "fracture";
  const judged = studies.flatMap((study) => {
    const verdict = said.get(study.studyInstanceUID);
    return verdict ? [{ study, verdict }] : [];
  });
  // What was judged has to be what was scored.
  const known = judged.filter(({ study, verdict }) => (verdict.revision ?? study.revision) === study.revision);
  const coverage = (flagged: boolean) => ({
    studies: studies.filter((study) => isFlagged(study) === flagged).length,
    verdicts: known.filter(({ study }) => isFlagged(study) === flagged).length,
  });
  const isFracture = ({ verdict }: (typeof known)[number]) => verdict.verdict === "fracture";
  const rightOf = (some: typeof known) =>
    pairedShares(
      some.map((one) => {
        const truth = isFracture(one);
        return [
          (one.study.speaks.outcome === "fracture") === truth,
          (one.study.shadow.outcome === "fracture") === truth,
        ];
      }),
    );
  const [present, absent] = [known.filter(isFracture), known.filter((one) => !isFracture(one))];
  return {
    studies: known.length,
    fractures: present.length,
    otherRevision: judged.length - known.length,
    flagged: coverage(true),
    unflagged: coverage(false),
    ...(present.length === 0 ? {} : { sensitivity: rightOf(present) }),
    ...(absent.length === 0 ? {} : { specificity: rightOf(absent) }),
    ...(known.length === 0 ? {} : { right: rightOf(known) }),
    ...(Math.min(present.length, absent.length) < FEWEST_FOR_AREA ? {} : { area: areasOf(known, isFracture) }),
  };
}

function areasOf<T extends { study: Scored }>(known: readonly T[], isFracture: (one: T) => boolean) {
  const labels = Uint8Array.from(known, (one) => (isFracture(one) ? 1 : 0));
  const [speaks, shadow] = (["speaks", "shadow"] as const).map((who) => known.map(({ study }) => study[who].logit));
  const { difference, low, high, p } = compareAreas(shadow!, speaks!, labels);
  return { speaks: areaUnderCurve(speaks!, labels), shadow: areaUnderCurve(shadow!, labels), difference, low, high, p };
}

/** @param pairs for each study whether the package that speaks has it, and whether the shadow has */
function pairedShares(pairs: readonly (readonly boolean[])[]): PairedShares {
  const count = (is: (speaks: boolean, shadow: boolean) => boolean) =>
    pairs.filter(([speaks = false, shadow = false]) => is(speaks, shadow)).length;
  const onlySpeaks = count((speaks, shadow) => speaks && !shadow);
  const onlyShadow = count((speaks, shadow) => shadow && !speaks);
  const { exact, midP } = mcNemar(onlySpeaks, onlyShadow);
  return {
    speaks: wilson(
      count((speaks) => speaks),
      pairs.length,
    ),
    shadow: wilson(
      count((_, shadow) => shadow),
      pairs.length,
    ),
    onlySpeaks,
    onlyShadow,
    ...pairedDifference(onlyShadow, onlySpeaks, pairs.length),
    p: exact,
    midP,
  };
}

function cautionsOf({ studies, flagged, verdicts }: Omit<Comparison, "cautions">): string[] {
  const cautions: string[] = [];
  if (studies < FEWEST_STUDIES) {
    cautions.push(`${studies} studies are few: what differs between the packages may not have come up yet.`);
  }
  const tooAlike = (what: string, shares: PairedShares | undefined) => {
    const differ = shares ? shares.onlySpeaks + shares.onlyShadow : 0;
    if (!shares || differ >= FEWEST_DISCORDANT) return;
    cautions.push(
      `The packages differ in ${what} on ${differ} studies: with fewer than ${FEWEST_DISCORDANT} no difference can be shown, in either direction (p is never below 0.05).`,
    );
  };
  tooAlike("what they flag", flagged);
  if (verdicts.studies === 0) {
    cautions.push("No study that both scored has a reader's verdict: nothing is known of which package is right.");
    return cautions;
  }
  const { flagged: seen, unflagged: unseen } = verdicts;
  cautions.push(
    `Readers give verdicts mostly where they disagree, and mostly on what was flagged: ${seen.verdicts} of ${seen.studies} studies that a package flagged have one, and ${unseen.verdicts} of ${unseen.studies} that neither did. What both packages missed is hardly among them (verification bias): sensitivities come out too high, specificities too low, and none of the figures with verdicts holds for all studies. Only verdicts on consecutive studies, flagged or not, would.`,
  );
  if (verdicts.right?.speaks.value === 0) {
    cautions.push(
      "Every verdict contradicts the package that speaks: readers have said only where it was wrong, and no figure with verdicts tells which package is right more often.",
    );
  }
  tooAlike("what readers say is right", verdicts.right);
  if (verdicts.area === undefined) {
    cautions.push(
      `${verdicts.fractures} verdicts with a fracture and ${verdicts.studies - verdicts.fractures} without: areas under the curve need ${FEWEST_FOR_AREA} of each.`,
    );
  }
  if (verdicts.otherRevision > 0) {
    cautions.push(`${verdicts.otherRevision} verdicts were given before further images came, and are left out.`);
  }
  return cautions;
}
