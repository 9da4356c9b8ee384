import type { Finding, ModelIdentity } from "./finding.ts";

/** What the reading list shows of a finding: little enough to be read by the hundred, without activation maps. */
export interface FindingInShort
  extends Pick<Finding, "revision" | "outcome" | "probability" | "reason" | "analysedAt"> {
  cutOff: number;
  inconclusiveBand: { low: number; high: number };
  model: Pick<ModelIdentity, "name" | "version" | "intendedUse">;
  images: { analysed: number; passedOver: number };
  /** The analysed instance with the highest probability: the one that the study's answer comes from. */
  tellingInstance?: { sopInstanceUID: string; laterality?: "L" | "R" };
}

/** A finding in short. */
export function inShort(finding: Finding): FindingInShort {
  const { outcome, probability, reason, revision, model, analysedAt, instances } = finding;
  const { cutOff, inconclusiveBand, name, version, intendedUse } = model;
  const analysed = instances.flatMap((instance) => (instance.analysed ? [instance] : []));
  const telling = analysed.toSorted((a, b) => b.probability - a.probability)[0];
  return {
    revision,
    outcome,
    ...(probability === undefined ? {} : { probability }),
    ...(reason === undefined ? {} : { reason }),
    analysedAt,
    cutOff,
    inconclusiveBand,
    model: { name, version, intendedUse },
    images: { analysed: analysed.length, passedOver: instances.length - analysed.length },
    ...(telling === undefined
      ? {}
      : {
          tellingInstance: {
            sopInstanceUID: telling.sopInstanceUID,
            ...(telling.laterality === undefined ? {} : { laterality: telling.laterality }),
          },
        }),
  };
}
