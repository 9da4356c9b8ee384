/** What libs/runtime gives a service that runs, as far as it is needed here: see RunningService there. */
export interface RunningService {
  logger: { warn(about: object, message: string): void };
  /** How to close what was opened, in the order of opening. */
  closers: Array<() => Promise<unknown>>;
}
