/**
 * A planted bug, loaded before a service's own code (node --import): a job counts as done while what it should bring
 * about is under way.
 */
import { replaceSource } from "../../chaos/planted/replace-source.ts";

const PLACE = "await work(study);";

replaceSource("/libs/queue/src/jobs.ts", PLACE, "void work(study).catch(() => {});");
