import { setFlagsFromString } from "node:v8";

/**
 * Sets an option of V8 until the process ends, and its opposite then. By what such options say of memory, V8 may have its
 * threads that compile wait, at the heap's limit, until the main thread has collected; and one that is just ending collects no
 * more, and waits for them: such a process never ends. With the opposite they get their memory, and who waits already is
 * heard as soon as something is called.
 *
 * It is a module of its own so that nothing else has to be loaded before the option holds.
 */
export function setUntilExit(option: string, opposite: string): void {
  setFlagsFromString(option);
  process.once("exit", () => {
    setFlagsFromString(opposite);
    [0].forEach(Number);
  });
}
