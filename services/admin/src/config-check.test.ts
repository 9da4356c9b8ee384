import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { receiverVariables } from "@redspot/hl7";
import { readConfig } from "@redspot/runtime";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));

/** What `redspot-admin config check` says of the worklist service's environment. */
function mistakesOf(environment: Record<string, string>): Promise<{ status: number; mistakes: string[] }> {
  const env = { REDSPOT_SPOOL_DIR: "/spool", REDSPOT_PACS_URL: "http://pacs/dicom-web", ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, "config", "check", "--service", "worklist"], { env }, (error, out) => {
      const mistakes = [...out.matchAll(/^ {2}(REDSPOT_\w+: [^.]*)/gm)].map(([, mistake = ""]) => mistake);
      resolve({ status: error === null ? 0 : Number(error.code), mistakes });
    });
  });
}

test("half of a pair, and what nothing would use, is a mistake: all of them are told at once", async () => {
  const { status, mistakes } = await mistakesOf({
    REDSPOT_AUDIT_TO: "file:///var/log/audit.jsonl",
    REDSPOT_AUDIT_CERTIFICATE: "/tls.crt",
    REDSPOT_HL7_KEY: "/tls.key",
    REDSPOT_HL7_CA: "/ca.crt",
    REDSPOT_OIDC_SCOPES: "radiologists=read",
    REDSPOT_TLS_CERTIFICATE: "/tls.crt",
  });
  assert.equal(status, 1);
  assert.deepEqual(mistakes, [
    "REDSPOT_OIDC_SCOPES: is set, and REDSPOT_OIDC_ISSUER is not",
    "REDSPOT_TLS_CERTIFICATE: is set, and REDSPOT_TLS_KEY is not",
    "REDSPOT_AUDIT_CERTIFICATE: is set, and REDSPOT_AUDIT_KEY is not",
    "REDSPOT_AUDIT_CERTIFICATE: is set, and REDSPOT_AUDIT_TO does not begin with syslog-tls://",
    "REDSPOT_HL7_CA: is set, and REDSPOT_HL7_URL is not",
    "REDSPOT_HL7_KEY: is set, and REDSPOT_HL7_CERTIFICATE is not",
    "REDSPOT_HL7_KEY: is set, and REDSPOT_HL7_URL is not",
  ]);
});

test("certificates for a receiver that is told in clear are a mistake, and whole pairs are none", () => {
  const files = { REDSPOT_HL7_CERTIFICATE: "/tls.crt", REDSPOT_HL7_KEY: "/tls.key" };
  assert.throws(() => readConfig(receiverVariables, { ...files, REDSPOT_HL7_URL: "mllp://ris:2575" }), {
    message: /REDSPOT_HL7_KEY: is set, and REDSPOT_HL7_URL does not begin with mllps:/,
  });
  assert.ok(readConfig(receiverVariables, { ...files, REDSPOT_HL7_URL: "mllps://ris:2575" }));
});
