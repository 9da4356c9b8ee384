import { hostname, userInfo } from "node:os";
import { type AuditedAct, auditVariables } from "@redspot/audit";
import { openAuditTrail, type Store } from "@redspot/queue";
import { readConfig } from "@redspot/runtime";
import type { Environment } from "./connect.ts";

/** Who runs the command, by the name that this machine knows. */
export const operator = (): string => userInfo().username;

/** Records what an operator has done, where this installation audits. */
export async function record(environment: Environment, store: Store, act: AuditedAct): Promise<void> {
  if (readConfig(auditVariables, environment).REDSPOT_AUDIT_TO === undefined) return;
  const process = { service: "admin", host: hostname(), pid: globalThis.process.pid };
  const trail = openAuditTrail(store, { process, now: () => new Date() });
  try {
    await trail.record(act);
  } finally {
    await trail.close();
  }
}
