import { z } from "zod";
import { accessVariables } from "./access-variables.ts";
import { secret } from "./config.ts";
import { tracesUrlVariable } from "./tracing.ts";

/** Variables that every service has, each under its one name. */
export const commonVariables = {
  REDSPOT_REDIS_URL: secret(
    z
      .url({ protocol: /^rediss?$/ })
      .default("redis://127.0.0.1:6379")
      .describe("Redis 7 or Valkey, as redis://[user:password@]host:port[/database]"),
  ),
  REDSPOT_REDIS_PREFIX: z
    .string()
    .regex(/^[\w-]+$/)
    .default("redspot")
    .describe("Name space of this installation's keys in Redis: letters, digits, _ and -"),
  REDSPOT_SPOOL_DIR: z.string().min(1).describe("Folder in which instances wait; the services share it"),
  REDSPOT_HOST: z.string().min(1).default("127.0.0.1").describe("Address to listen on"),
  ...accessVariables,
  REDSPOT_LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("Least level of log lines: trace, debug, info, warn, error or silent"),
  REDSPOT_TRACES_URL: tracesUrlVariable,
} as const;

/** Where a service tells operators how it does. */
export function adminPortVariable(port: number): z.ZodType<number> {
  return z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(port)
    .describe("TCP port of GET /metrics, for Prometheus and other tools of operations; 0 takes a free one");
}

/** A TCP port with a default of its own for each service. */
export function portVariable(port: number): z.ZodType<number> {
  return z.coerce.number().int().min(0).max(65_535).default(port).describe("TCP port to listen on; 0 takes a free one");
}

/** What is on or off: `true` or `false`, and nothing else, so that a slip is told. */
export function switchVariable(otherwise: "true" | "false", what: string): z.ZodType<boolean> {
  return z
    .enum(["true", "false"])
    .default(otherwise)
    .transform((value) => value === "true")
    .describe(what);
}
