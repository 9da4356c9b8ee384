/**
 * A service is told to end (SIGTERM) with studies in its hands, as every upgrade does: it brings them to an end, and
 * where it is killed over that they are another's. On a real Redis and a real PACS. The Store service's own ending is in
 * stow-process.test.ts; that nothing more is taken, in jobs.test.ts.
 */
import { after, before, describe, test } from "node:test";
import { Ending } from "./ending.ts";

describe("a service that is told to end", () => {
  let ending: Ending;
  before(async () => {
    ending = await Ending.start();
  });
  after(() => ending?.stop());

  for (const service of ["inference", "worklist"] as const) {
    test(`${service}: what it holds it brings to an end`, () => ending.endsInOrder(service));
    test(`${service}: killed over that it loses nothing, and nothing is done twice`, () =>
      ending.isKilledWhileEnding(service));
  }
});
