import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type AuditAddress, AuditFailure, tryReceiver } from "@redspot/audit";
import { ownCertificate } from "./certificate-checks.ts";
import { type Check, fine, notChecked, type Observation, wrong } from "./check.ts";

interface AuditSettings {
  REDSPOT_AUDIT_TO?: AuditAddress | undefined;
  REDSPOT_AUDIT_CA?: string | undefined;
  REDSPOT_AUDIT_CERTIFICATE?: string | undefined;
  REDSPOT_AUDIT_KEY?: string | undefined;
}

/** Audit messages can be delivered: the receiver and Redspot accept each other, or the file can be written. */
export function auditCheck(config: AuditSettings, now: () => Date): Check {
  const { REDSPOT_AUDIT_TO: to, REDSPOT_AUDIT_CERTIFICATE: certificate } = config;
  return {
    about: "audit messages arrive",
    async look() {
      if (to === undefined) return notChecked("REDSPOT_AUDIT_TO is not set", "Nothing is audited: see docs/audit.md.");
      if (to.kind === "file") return lookAtFile(to.path);
      const own = certificate && (await ownCertificate(certificate, config.REDSPOT_AUDIT_KEY, "REDSPOT_AUDIT", now));
      const ownToo = own && { ...own, found: `Redspot's certificate: ${own.found}` };
      if (ownToo && ownToo.state === "wrong") return ownToo;
      try {
        await tryReceiver(to, { ca: config.REDSPOT_AUDIT_CA, certificate, key: config.REDSPOT_AUDIT_KEY });
        return ownToo && ownToo.state !== "fine" ? ownToo : fine(`${to.host}:${to.port} takes them`);
      } catch (error) {
        if (!(error instanceof AuditFailure)) throw error;
        return wrong(
          error.message,
          error.code === "AUDIT_UNTRUSTED"
            ? "See REDSPOT_AUDIT_CA, REDSPOT_AUDIT_CERTIFICATE and REDSPOT_AUDIT_KEY, and whom the receiver accepts."
            : "See REDSPOT_AUDIT_TO, and whether a firewall is between. Until then messages wait in Redis.",
        );
      }
    },
  };
}

async function lookAtFile(path: string): Promise<Observation> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  try {
    await access(exists ? path : dirname(path), constants.W_OK);
    return fine(`${path} can be written`);
  } catch (error) {
    return wrong(
      `${path}: ${(error as NodeJS.ErrnoException).code}`,
      "Its folder must exist, and whoever runs the worklist service must be able to write there.",
    );
  }
}
