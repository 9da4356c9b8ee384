/** A planted bug, loaded before a service's own code (node --import): a service that is told to end does so at once. */
import { replaceSource } from "../../chaos/planted/replace-source.ts";

const PLACE = 'else logger.info({ signal }, "ending");';

replaceSource("/libs/runtime/src/run-service.ts", PLACE, `${PLACE} process.exit(0);`);
