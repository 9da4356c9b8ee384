import type { AuditTrail } from "@redspot/queue";
import type { FastifyRequest } from "fastify";
import { Looks } from "./looks.ts";

/** Records what people look at, before they see it. */
export interface AuditedLooks {
  /** A study's finding, history or image (PS3.15 A.5.3.6). */
  study(request: FastifyRequest, study: string): Promise<void>;
  /** Names, for which the PACS was asked (PS3.15 A.5.3.10). */
  names(request: FastifyRequest, studies: readonly string[]): Promise<void>;
}

interface AuditedLooksOptions {
  audit: Pick<AuditTrail, "record">;
  nameOf: (request: FastifyRequest) => string;
  /** The PACS: host and port. */
  pacs: string;
  now: () => Date;
}

export function auditedLooks({ audit, nameOf, pacs, now }: AuditedLooksOptions): AuditedLooks {
  const looks = new Looks(now);
  return {
    async study(request, study) {
      const by = nameOf(request);
      if (looks.unseen(by, "study", [study]).length === 0) return;
      await audit.record({ kind: "view", by, address: request.ip, study });
      looks.remember(by, "study", [study]);
    },
    async names(request, studies) {
      const by = nameOf(request);
      const unseen = looks.unseen(by, "name", studies);
      if (unseen.length === 0) return;
      await audit.record({ kind: "names", by, address: request.ip, to: pacs, studies: unseen });
      looks.remember(by, "name", unseen);
    },
  };
}
