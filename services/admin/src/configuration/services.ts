import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Setting } from "@redspot/runtime";
import { AdminError } from "../admin-error.ts";
import type { Environment } from "../connect.ts";
import type { ModelTrial } from "../doctor/model-check.ts";

/** The services that are deployed. */
export const SERVICES = ["stow", "inference", "worklist"] as const;
export type ServiceName = (typeof SERVICES)[number];

/** What a service can be told, from the service itself. Throws AdminError SERVICE_MISSING. */
export async function settingsOfService(service: ServiceName): Promise<Setting[]> {
  const { text } = await ask(service, "--configuration", {});
  return JSON.parse(text) as Setting[];
}

/** What a service says of the environment that it would be started with. Throws AdminError SERVICE_MISSING. */
export async function checkService(
  service: ServiceName,
  environment: Environment,
): Promise<{ isFine: boolean; text: string }> {
  const { status, text } = await ask(service, "--check", environment);
  return { isFine: status === 0, text: text.trim() };
}

/** Has the inference service open its model and score an image. Throws AdminError SERVICE_MISSING. */
export async function tryModel(environment: Environment): Promise<ModelTrial> {
  return JSON.parse((await ask("inference", "--try", environment)).text) as ModelTrial;
}

/** Services never know each other's schemas: each is asked as a program. */
function ask(
  service: ServiceName,
  question: string,
  environment: Environment,
): Promise<{ status: number; text: string }> {
  const main = fileURLToPath(new URL(`../../../${service}/src/main.ts`, import.meta.url));
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [main, question], { env: environment }, (error, text) => {
      const status = error === null ? 0 : Number(error.code);
      if (status === 0 || status === 2) return resolve({ status, text });
      reject(
        new AdminError(
          "SERVICE_MISSING",
          `the service ${service} cannot be asked: it is not installed here, or broken.`,
        ),
      );
    });
  });
}
