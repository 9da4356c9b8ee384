/** Room for the input that is under way, so that it is not lost with the thread that works on it. */
const MOST_INPUT_BYTES = 4 * 2 ** 20;

/** Memory of two threads: one runs cases, the other sees whether it goes on, and with what. */
export function watchMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 + MOST_INPUT_BYTES);
}

/** The side that runs cases. */
export function beginCase(memory: SharedArrayBuffer, input: Uint8Array): void {
  const state = new Int32Array(memory, 0, 2);
  const kept = input.subarray(0, MOST_INPUT_BYTES);
  new Uint8Array(memory, 8).set(kept);
  Atomics.store(state, 1, kept.byteLength);
  Atomics.add(state, 0, 1);
}

/** The side that looks: which case is under way, counted from 1, and its input. */
export function caseUnderWay(memory: SharedArrayBuffer): { count: number; input: Uint8Array } {
  const state = new Int32Array(memory, 0, 2);
  const length = Atomics.load(state, 1);
  return { count: Atomics.load(state, 0), input: Uint8Array.from(new Uint8Array(memory, 8, length)) };
}
