import { type Finding, findingOf, type InstanceFinding } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";

/** A finding about a study with one image; without a probability it was not analysed. */
export function testFinding(studyInstanceUID: string, revision: number, probability?: number): Finding {
  const instance: InstanceFinding =
    probability === undefined
      ? {
          sopInstanceUID: "1.9",
          sopClassUID: "1.2",
          analysed: false,
          reason: { code: "NOT_A_WRIST", text: "no wrist" },
        }
      : {
          sopInstanceUID: "1.9",
          sopClassUID: "1.2",
          analysed: true,
          logit: 0,
          probability,
          activationMap: Array.from({ length: 64 }, () => 0),
        };
  return findingOf({
    studyInstanceUID,
    revision,
    instances: [instance],
    model: EXAMPLE_MODEL,
    softwareVersion: "0",
    analysedAt: new Date(0),
  });
}
