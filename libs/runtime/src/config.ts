import { z } from "zod";

/** The environment is not what the service needs; the message lists every mistake, with the way out. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "CONFIG_INVALID";
}

/** The variables of a service: name to schema with its default and, by `describe`, what it is for. */
type Variables = Record<string, z.ZodType>;

/**
 * Reads a service's configuration from environment variables, once and whole. An empty variable counts as absent.
 * Throws a ConfigError that names every wrong variable, and no value: some are secrets.
 */
export function readConfig<V extends Variables>(
  variables: V,
  environment: Record<string, string | undefined>,
): { [K in keyof V]: z.infer<V[K]> } {
  const given = Object.fromEntries(
    Object.keys(variables).map((name) => [name, environment[name] === "" ? undefined : environment[name]]),
  );
  const parsed = z.object(variables).safeParse(given);
  if (parsed.success) return parsed.data as { [K in keyof V]: z.infer<V[K]> };
  const mistakes = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const problem = given[name] === undefined ? "is not set" : issue.message;
    return `  ${name}: ${problem}. ${variables[name]?.description ?? ""}`.trimEnd();
  });
  throw new ConfigError(`the configuration has ${mistakes.length} mistake(s):\n${mistakes.join("\n")}`);
}

/** What a service can be told: each variable, what it is for and what it is without being told. For `--help`. */
export function describeConfig(variables: Variables): string {
  return Object.entries(variables)
    .map(([name, schema]) => {
      const absent = schema.safeParse(undefined);
      const otherwise = !absent.success
        ? "required"
        : absent.data === undefined
          ? "optional"
          : `default ${String(absent.data) || "empty"}`;
      return `  ${name}\n      ${schema.description ?? ""} (${otherwise})`;
    })
    .join("\n");
}

/** Variables that every service has, each under its one name. */
export const commonVariables = {
  REDSPOT_REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .default("redis://127.0.0.1:6379")
    .describe("Redis 7 or Valkey, as redis://[user:password@]host:port[/database]"),
  REDSPOT_REDIS_PREFIX: z
    .string()
    .regex(/^[\w-]+$/)
    .default("redspot")
    .describe("Name space of this installation's keys in Redis: letters, digits, _ and -"),
  REDSPOT_SPOOL_DIR: z.string().min(1).describe("Folder in which instances wait; the services share it"),
  REDSPOT_HOST: z.string().min(1).default("127.0.0.1").describe("Address to listen on"),
  REDSPOT_TOKENS: z
    .string()
    .default("")
    .transform((list) => list.split(",").filter((token) => token !== ""))
    .refine((tokens) => tokens.every((token) => token.length >= 16), "each token must have at least 16 characters")
    .describe("Bearer tokens that may use this service, separated by commas; without any it serves this machine only"),
  REDSPOT_LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("Least level of log lines: trace, debug, info, warn, error or silent"),
} as const;

/** A TCP port with a default of its own for each service. */
export function portVariable(port: number): z.ZodType<number> {
  return z.coerce.number().int().min(0).max(65_535).default(port).describe("TCP port to listen on; 0 takes a free one");
}
