import { alone, isLeft, onConnected } from "@redspot/queue";
import { type ReconcileOptions, type Reconciliation, reconcile } from "./reconcile.ts";

interface RegularOptions extends Omit<ReconcileOptions, "dryRun" | "onProgress" | "signal"> {
  /** Milliseconds from the end of one pass to the beginning of the next. */
  everyMs: number;
  onDone: (reconciliation: Reconciliation) => void;
  onError: (error: unknown) => void;
}

/**
 * Reconciles at once, whenever Redis comes back (it may have lost a second, or everything), and now and then besides; one
 * process of the installation at a time. Who closes it does not wait for the end of a pass, which may take minutes: the
 * next one goes on with what is missing.
 */
export function reconcileRegularly({ everyMs, onDone, onError, ...options }: RegularOptions): {
  close(): Promise<void>;
} {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  const closing = new AbortController();
  const { signal } = closing;

  const pass = async () => {
    const once = () => alone(options.store, "reconcile", () => reconcile({ ...options, signal }));
    let done = await once();
    // Who was at it may have been killed, and be this process's predecessor: its pass is made after all.
    if (!done && (await isLeft(options.store, "reconcile", signal))) done = await once();
    if (done) onDone(done);
  };
  const start = () => {
    if (signal.aborted) return;
    if (running !== undefined) {
      // What has been looked at already may be out of date.
      again = true;
      return;
    }
    clearTimeout(timer);
    running = pass()
      .catch((error: unknown) => {
        if (error !== signal.reason) onError(error);
      })
      .finally(() => {
        running = undefined;
        if (again) {
          again = false;
          start();
        } else if (!signal.aborted) {
          timer = setTimeout(start, everyMs);
        }
      });
  };
  const forget = onConnected(options.store, start);
  return {
    close: async () => {
      closing.abort();
      forget();
      clearTimeout(timer);
      await running;
    },
  };
}
