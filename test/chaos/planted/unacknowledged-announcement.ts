/**
 * A planted bug, loaded before a service's own code (node --import): a message counts as told once it was sent, whether
 * or not the receiver says that it has it.
 */
import { replaceSource } from "./replace-source.ts";

const PLACE = "new AnnouncementFailure(code, `message";

replaceSource("/services/worklist/src/announce.ts", `throw ${PLACE}`, PLACE);
