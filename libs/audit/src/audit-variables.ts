import { fileVariable } from "@redspot/runtime";
import { z } from "zod";
import { parseAuditAddress } from "./audit-destination.ts";

/** What every service is told: whether it records at all. */
export const auditVariables = {
  REDSPOT_AUDIT_TO: z
    .string()
    .transform((text, context) => {
      try {
        return parseAuditAddress(text);
      } catch (error) {
        context.issues.push({ code: "custom", message: (error as Error).message, input: text });
        return z.NEVER;
      }
    })
    .optional()
    .describe(
      "Where audit messages go: syslog-tls://HOST:PORT, an Audit Record Repository, or file:///PATH; the same for every service. Nothing is audited without it",
    ),
} as const;

/** A file of TLS: nothing without a receiver by TLS, nor, where it is half of a pair, without the other half. */
const tlsFile = (about: string, ...pair: string[]) => fileVariable(about, ...pair, "REDSPOT_AUDIT_TO=syslog-tls://");

/** What the service that delivers them is told besides. */
export const auditDeliveryVariables = {
  ...auditVariables,
  REDSPOT_AUDIT_CA: tlsFile(
    "File with the authorities of the audit receiver's certificate, in PEM; those of the system without it",
  ),
  REDSPOT_AUDIT_CERTIFICATE: tlsFile(
    "File with the certificate that Redspot shows to the audit receiver, in PEM",
    "REDSPOT_AUDIT_KEY",
  ),
  REDSPOT_AUDIT_KEY: tlsFile("File with that certificate's private key, in PEM", "REDSPOT_AUDIT_CERTIFICATE"),
  REDSPOT_AUDIT_SOURCE: z
    .string()
    .regex(/^[^\p{Cc}]{1,64}$/u)
    .default("Redspot")
    .describe("AuditSourceID: the name of this installation in audit messages"),
  REDSPOT_AUDIT_SITE: z
    .string()
    .regex(/^[^\p{Cc}]{1,64}$/u)
    .optional()
    .describe("AuditEnterpriseSiteID: where in the enterprise this installation is"),
} as const;
