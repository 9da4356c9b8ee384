/**
 * A planted bug, loaded before a service's own code (node --import): a report is sent only once the RIS has been told of
 * those before.
 */
import { replaceSource } from "./replace-source.ts";

const PLACE = "const outcome = await reporting.report(job);";

replaceSource(
  "/services/worklist/src/main.ts",
  PLACE,
  `for (;;) {
     const { waiting, active, delayed } = await announcements!.depth();
     if (waiting + active + delayed === 0) break;
     await new Promise((resolve) => setTimeout(resolve, 100));
   }
   ${PLACE}`,
);
