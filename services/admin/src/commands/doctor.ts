import { auditDeliveryVariables } from "@redspot/audit";
import { receiverOf, receiverVariables } from "@redspot/hl7";
import { readRedisSettings } from "@redspot/queue";
import { commonVariables, describeConfig, readConfig } from "@redspot/runtime";
import type { Command } from "commander";
import { AdminError } from "../admin-error.ts";
import { tryModel } from "../configuration/services.ts";
import { type Environment, withStore } from "../connect.ts";
import { auditCheck } from "../doctor/audit-check.ts";
import { certificateChecks } from "../doctor/certificate-checks.ts";
import { type Check, type Observation, wrong } from "../doctor/check.ts";
import { hl7Check } from "../doctor/hl7-check.ts";
import { modelCheck } from "../doctor/model-check.ts";
import { pacsChecks } from "../doctor/pacs-checks.ts";
import { redisChecks } from "../doctor/redis-checks.ts";
import { spoolCheck } from "../doctor/spool-check.ts";
import { tracesCheck } from "../doctor/traces-check.ts";
import { pacsOf, pacsVariables } from "../pacs.ts";

const { REDSPOT_SPOOL_DIR, REDSPOT_TLS_CERTIFICATE, REDSPOT_TLS_KEY, REDSPOT_TLS_CLIENT_CA } = commonVariables;
const { REDSPOT_REDIS_URL, REDSPOT_REDIS_PREFIX } = commonVariables;
const files = { REDSPOT_TLS_CERTIFICATE, REDSPOT_TLS_KEY, REDSPOT_TLS_CLIENT_CA };
const { REDSPOT_AUDIT_TO, REDSPOT_AUDIT_CA, REDSPOT_AUDIT_CERTIFICATE, REDSPOT_AUDIT_KEY } = auditDeliveryVariables;
const audit = { REDSPOT_AUDIT_TO, REDSPOT_AUDIT_CA, REDSPOT_AUDIT_CERTIFICATE, REDSPOT_AUDIT_KEY };
const { REDSPOT_TRACES_URL } = commonVariables;
const variables = { REDSPOT_SPOOL_DIR, ...files, ...receiverVariables, ...audit, REDSPOT_TRACES_URL };

const HELP = `
--store leaves one study in the PACS, of the patient REDSPOT^DOCTOR, ID REDSPOT-DOCTOR: the same each time, and no wrist by its
header. If the PACS pushes it to Redspot, it comes on the reading list as not analysed. Ends with 1 where something is wrong.

Environment, and that of the inference service:
${describeConfig({ REDSPOT_REDIS_URL, REDSPOT_REDIS_PREFIX, ...variables, ...pacsVariables })}`;

/** `redspot-admin doctor`: whether all that Redspot stands on is as it has to be. */
export function addDoctor(program: Command, environment: Environment): void {
  program
    .command("doctor")
    .description(
      "Looks at Redis, PACS, spool, model, certificates, clocks and the receivers of HL7 messages, audit messages and traces, and says what is wrong and how to mend it.",
    )
    .option("--store", "also stores a test study in the PACS, finds it and fetches it")
    .option("--json", "one JSON object a line, for programs")
    .addHelpText("after", HELP)
    .action(async ({ store: mayStore = false, json = false }: { store?: boolean; json?: boolean }) => {
      const config = readConfig(variables, environment);
      const pacs = pacsOf(environment);
      const now = () => new Date();
      // Asked once: a Redis that is away takes its time to be so.
      const settings = withStore(environment, readRedisSettings);
      settings.catch(() => {});
      const checks = [
        ...redisChecks(() => settings, now),
        ...pacsChecks({ ...pacs, mayStore, now }),
        spoolCheck(config.REDSPOT_SPOOL_DIR),
        ...certificateChecks({
          certificate: config.REDSPOT_TLS_CERTIFICATE,
          key: config.REDSPOT_TLS_KEY,
          clientCA: config.REDSPOT_TLS_CLIENT_CA,
          pacsUrl: pacs.url,
          now,
        }),
        hl7Check(receiverOf(config), now),
        auditCheck(config, now),
        tracesCheck(config.REDSPOT_TRACES_URL),
        modelCheck(() => tryModel(environment)),
      ];
      let wrongs = 0;
      for (const check of checks) {
        const observation = await observed(check);
        if (observation.state === "wrong") wrongs += 1;
        process.stdout.write(
          `${json ? JSON.stringify({ about: check.about, ...observation }) : lineOf(check, observation)}\n`,
        );
      }
      if (wrongs > 0) throw new AdminError("NOT_WELL", `${wrongs} thing(s) are wrong: see above.`);
    });
}

async function observed({ look }: Check): Promise<Observation> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof AdminError) return wrong(`${error.code}: ${error.message}`, "");
    throw error;
  }
}

/** State in a word, so that nobody has to tell colours apart. */
function lineOf({ about }: Check, { state, found, advice }: Observation): string {
  const line = `${state.toUpperCase().padEnd(11)}  ${about}: ${found}`;
  return advice ? `${line}\n${" ".repeat(13)}${advice}` : line;
}
