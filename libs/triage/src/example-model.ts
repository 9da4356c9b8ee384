import type { ModelIdentity } from "./finding.ts";

/** A model for tests: a whole and valid identity, of a model that does not exist. */
export const EXAMPLE_MODEL: ModelIdentity = {
  name: "example",
  version: "0.1.0",
  intendedUse: "demonstration",
  packageHash: "a".repeat(64),
  backboneHash: "b".repeat(64),
  headHash: "c".repeat(64),
  calibrationHash: "d".repeat(64),
  cutOff: 0.5,
  inconclusiveBand: { low: 0.5, high: 0.5 },
  preprocessingVersion: "1",
  engine: "example",
};
