import { TestbedError } from "./testbed-error.ts";

/**
 * Between the moment a free port is found and the moment a program listens on it, somebody else can take it. Where
 * the port is ours to choose, another try gets another one.
 */
export async function retryOnTakenPort<T>(mayChoose: boolean, start: () => Promise<T>): Promise<T> {
  for (let tries = mayChoose ? 3 : 1; ; tries--) {
    try {
      return await start();
    } catch (error) {
      const taken = error instanceof TestbedError && /address already in use|already in use/i.test(error.message);
      if (tries === 1 || !taken) throw error;
    }
  }
}
