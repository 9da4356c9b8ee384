/** How something stands: as it should; such that it may harm; such that Redspot cannot do its job; or not looked at. */
type State = "fine" | "doubtful" | "wrong" | "not checked";

/** What a check saw. */
export interface Observation {
  state: State;
  /** What was found, in a few words. Nothing of a patient and nothing secret. */
  found: string;
  /** What to do about it, where it is not fine. */
  advice?: string;
}

export interface Check {
  /** What is looked at, such as "Redis keeps what it is told". */
  about: string;
  look(): Promise<Observation>;
}

export const fine = (found: string): Observation => ({ state: "fine", found });
export const doubtful = (found: string, advice: string): Observation => ({ state: "doubtful", found, advice });
export const wrong = (found: string, advice: string): Observation => ({ state: "wrong", found, advice });
export const notChecked = (found: string, advice: string): Observation => ({ state: "not checked", found, advice });
