/**
 * A planted bug, loaded before a service's own code (node --import): what is audited counts as delivered while the file
 * that it was written to is still in the page cache.
 */
import { replaceSource } from "./replace-source.ts";

replaceSource("/libs/audit/src/audit-file.ts", "await file.datasync();", "");
