import type { AuditEvent } from "@redspot/audit";
import { type Refusal, Refusals } from "@redspot/audit";
import { type AuditTrail, NO_AUDIT, openAuditTrail } from "./audit-trail.ts";
import { keyOf, type Store } from "./connection.ts";
import type { RunningService } from "./running-service.ts";

interface Service extends RunningService {
  /** Nothing is audited unless told where to. */
  config: { REDSPOT_AUDIT_TO?: unknown };
  self: AuditEvent["process"];
}

interface ServiceAuditOptions {
  /** As what refused credentials are told: those of a person, or those of a machine. */
  refusedAs: "sign-in" | "refusal";
  now: () => Date;
}

/** What a service audits of itself, beside what it is asked to do. */
export interface ServiceAudit {
  trail: AuditTrail;
  /** Notes credentials that were refused; `Access` tells of them. */
  refused(refusal: Refusal): void;
  /** Records that the service is ready, and which of its settings are others than at its last start, by their digests. */
  started(digests: Readonly<Record<string, string>>): Promise<void>;
}

/** Settings that say who may do what, and how that and the trail are protected. */
const OF_SECURITY =
  /^REDSPOT_(TOKENS|OIDC|TLS|TRUSTED_PROXIES|AUDIT|FAILURES_PER_MINUTE|SECURE_COOKIE|MODEL_PUBLIC_KEY)/;

/** For how long the end of a service waits for a Redis that does not answer. */
const LAST_WORDS_MS = 2_000;

/**
 * Opens the audit trail of a service until it ends, which is recorded too. What cannot be recorded and nobody waits for
 * is told in its log.
 */
export function openServiceAudit(
  store: Store,
  { config, self, logger, closers }: Service,
  { refusedAs, now }: ServiceAuditOptions,
): ServiceAudit {
  if (config.REDSPOT_AUDIT_TO === undefined) {
    return { trail: NO_AUDIT, refused: () => {}, started: async () => {} };
  }
  const trail = openAuditTrail(store, { process: self, now });
  const onError = (error: unknown) => logger.warn({ err: error }, "an event is not audited");
  const refusals = new Refusals({
    tell({ code, address, by }, count) {
      const who = { ...(address === undefined ? {} : { address }), ...(by === undefined ? {} : { by }) };
      const told =
        refusedAs === "refusal"
          ? trail.record({ kind: "refusal", code, count, ...who })
          : trail.record({ kind: "sign-in", outcome: code === "TOO_MANY_FAILURES" ? 8 : 4, code, count, ...who });
      told.catch(onError);
    },
  });
  const recordStart = async (digests: Readonly<Record<string, string>>) => {
    const changed = await changedSettings(store, self.service, digests);
    for (const isSecurity of [true, false]) {
      const variables = changed.filter((name) => OF_SECURITY.test(name) === isSecurity);
      if (variables.length > 0) await trail.record({ kind: "configuration", isSecurity, variables });
    }
    await trail.record({ kind: "start" });
    await store.redis.hset(keyOf(store, "settings"), self.service, JSON.stringify(digests));
  };
  closers.push(async () => {
    refusals.close();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_WORDS_MS);
    });
    await Promise.race([trail.record({ kind: "stop" }).catch(onError), patience]);
    clearTimeout(timer);
    await trail.close();
  });
  return {
    trail,
    refused: (refusal) => refusals.note(refusal),
    started: (digests) => recordStart(digests).catch(onError),
  };
}

/** The names of the settings that are others than at the last start of a service; none at its first. */
async function changedSettings(
  store: Store,
  service: string,
  digests: Readonly<Record<string, string>>,
): Promise<string[]> {
  const kept = await store.redis.hget(keyOf(store, "settings"), service);
  if (kept === null) return [];
  const before = JSON.parse(kept) as Record<string, string>;
  return [...new Set([...Object.keys(before), ...Object.keys(digests)])]
    .filter((name) => before[name] !== digests[name])
    .toSorted();
}
