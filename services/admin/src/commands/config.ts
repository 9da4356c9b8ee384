import { readFile, writeFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { type Command, Option } from "commander";
import { AdminError } from "../admin-error.ts";
import { configurationPage } from "../configuration/configuration-page.ts";
import { checkService, SERVICES, type ServiceName, settingsOfService } from "../configuration/services.ts";
import { unknownVariables } from "../configuration/unknown-variables.ts";
import type { Environment } from "../connect.ts";

interface CheckOptions {
  service: ServiceName[];
  envFile?: string[];
  json?: boolean;
}

/** `redspot-admin config`: what the services can be told, and whether what they are told is right. */
export function addConfig(program: Command, environment: Environment): void {
  const command = program.command("config").description("What the services can be told, and whether it is right.");

  command
    .command("check")
    .description(
      "Says all that is wrong with the services' environment, and what nothing reads. Ends with 1 if there is.",
    )
    .addOption(new Option("--service <name...>", "only these").choices(SERVICES).default([...SERVICES], "all"))
    .option("--env-file <file...>", "files of NAME=value lines instead of the environment; what comes later wins")
    .option("--json", "as a JSON object, for programs")
    .action(async ({ service, envFile, json }: CheckOptions) => {
      const files = await Promise.all((envFile ?? []).map(readEnvFile));
      const given = envFile === undefined ? environment : Object.assign({ PATH: environment.PATH }, ...files);
      const services = await Promise.all(
        service.map(async (name) => ({ service: name, ...(await checkService(name, given)) })),
      );
      const settings = (await Promise.all(SERVICES.map(settingsOfService))).flat();
      const unknown = unknownVariables(Object.keys(given), settings);
      if (json) print(JSON.stringify({ services, unknown }));
      else {
        for (const { service, text } of services) print(`${service}: ${text}`);
        for (const { name, meant } of unknown) print(`${name}: nothing reads it. Is ${meant} meant?`);
      }
      const wrong = services.filter(({ isFine }) => !isFine).length + unknown.length;
      if (wrong > 0) throw new AdminError("CONFIG_WRONG", "the configuration is not right: see above.");
    });

  command
    .command("page")
    .description("The page of all settings, in Markdown.")
    .option("--write <file>", "writes it there")
    .action(async ({ write }: { write?: string }) => {
      const [stow, inference, worklist] = await Promise.all(SERVICES.map(settingsOfService));
      const page = configurationPage({ stow: stow ?? [], inference: inference ?? [], worklist: worklist ?? [] });
      if (write === undefined) print(page.trimEnd());
      else await writeFile(write, page);
    });
}

async function readEnvFile(path: string): Promise<Environment> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new AdminError("NOT_FOUND", `${path} cannot be read (${error.code}).`);
  });
  return parseEnv(text);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
