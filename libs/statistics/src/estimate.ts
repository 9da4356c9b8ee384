/** A proportion, or an area, with its 95 % interval and the number of cases that it rests on. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  /** How the interval was made. */
  readonly method: string;
}
