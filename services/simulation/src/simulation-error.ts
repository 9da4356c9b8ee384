/** Every way in which a simulation can be refused, and what to do. */
export const SIMULATION_ERRORS = {
  NO_SUCH_CURVE: "sensitivity, specificity and AUC belong to no one classifier",
  OVERLOADED: "more arrives than can be read: the list would grow without end",
  PACKAGE_WITHOUT_SCORES: "the model package tells no scores to draw from",
  PROFILE_UNREADABLE: "the profile of arrivals cannot be read",
} as const;

/** A simulation that cannot be, with its code. */
export class SimulationError extends Error {
  readonly code: keyof typeof SIMULATION_ERRORS;
  constructor(code: keyof typeof SIMULATION_ERRORS, detail: string) {
    super(`${SIMULATION_ERRORS[code]}: ${detail}`);
    this.name = "SimulationError";
    this.code = code;
  }
}
