import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";

/** The environment is not what the service needs; the message lists every mistake, with the way out. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "CONFIG_INVALID";
}

/** The variables of a service: name to schema with its default and, by `describe`, what it is for. */
export type Variables = Record<string, z.ZodType>;

/**
 * Marks a variable as secret. It may also be given by a file, as Docker and Kubernetes mount secrets: NAME_FILE is the
 * path then.
 */
export function secret<S extends z.ZodType>(schema: S): S {
  return schema.meta({ ...schema.meta(), secret: true });
}

/** Says in words what a variable is without being told, where its default depends on the machine. */
export function otherwise<S extends z.ZodType>(words: string, schema: S): S {
  return schema.meta({ ...schema.meta(), otherwise: words });
}

/**
 * Says which other variables a variable is nothing without: whoever sets the one has to set them too. `NAME=beginning` says how
 * the other's value has to begin.
 */
export function needs<S extends z.ZodType>(others: readonly string[], schema: S): S {
  return schema.meta({ ...schema.meta(), needs: others });
}

const isSecret = (schema: z.ZodType | undefined) => schema?.meta()?.secret === true;

/**
 * Reads a service's configuration from environment variables, once and whole. An empty variable counts as absent.
 * Throws a ConfigError that names every wrong variable, and no value: some are secrets.
 */
export function readConfig<V extends Variables>(
  variables: V,
  environment: Record<string, string | undefined>,
): { [K in keyof V]: z.infer<V[K]> } {
  const unreadable: string[] = [];
  const given: Record<string, string | undefined> = {};
  for (const [name, schema] of Object.entries(variables)) {
    given[name] = environment[name] || undefined;
    const file = environment[`${name}_FILE`];
    if (!file || !isSecret(schema)) continue;
    if (given[name] !== undefined) unreadable.push(`  ${name} and ${name}_FILE: both are set. Set one of them.`);
    try {
      given[name] = readFileSync(file, "utf8").trim() || undefined;
    } catch (error) {
      unreadable.push(`  ${name}_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
    }
  }
  const alone = Object.entries(variables).flatMap(([name, schema]) => {
    if (given[name] === undefined) return [];
    return ((schema.meta()?.needs ?? []) as string[]).flatMap((need) => {
      const [other = "", beginning = ""] = need.split("=");
      if (!environment[other] && !environment[`${other}_FILE`])
        return `  ${name}: is set, and ${other} is not. Set both.`;
      if (environment[other]?.startsWith(beginning) ?? true) return [];
      return `  ${name}: is set, and ${other} does not begin with ${beginning}. Mend the one, or leave out the other.`;
    });
  });
  const parsed = z.object(variables).safeParse(given);
  if (parsed.success && unreadable.length === 0 && alone.length === 0)
    return parsed.data as { [K in keyof V]: z.infer<V[K]> };
  const wrong = (parsed.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    const problem = given[name] === undefined ? "is not set" : issue.message;
    return `  ${name}: ${problem}. ${variables[name]?.description ?? ""}`.trimEnd();
  });
  const mistakes = [...unreadable, ...wrong, ...alone];
  throw new ConfigError(`the configuration has ${mistakes.length} mistake(s):\n${mistakes.join("\n")}`);
}

/**
 * A digest of each variable that is set, by which somebody can tell that it has changed and nobody what it is: of secrets
 * only 16 bits, which fit one in 65,536 guesses. NAME_FILE counts by the path.
 */
export function settingDigests(
  variables: Variables,
  environment: Record<string, string | undefined>,
): Record<string, string> {
  const digest = (text: string, digits: number) => createHash("sha256").update(text).digest("hex").slice(0, digits);
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, schema]) => {
      const text = environment[name] || (isSecret(schema) ? environment[`${name}_FILE`] : undefined);
      return text ? [[name, digest(`${name}=${text}`, isSecret(schema) ? 4 : 16)]] : [];
    }),
  );
}

/** One variable that a service can be told. */
export interface Setting {
  name: string;
  /** What it is for. */
  about: string;
  /** The value without being told, as it would be written; none for what is required and for what has no value then. */
  otherwise?: string;
  isRequired: boolean;
  /** Whether NAME_FILE may name a file with the value. */
  isSecret: boolean;
  /** Which others it is nothing without, as `needs` has them. */
  needs: string[];
}

/** What a service can be told, in the order in which its schema has it. */
export function settingsOf(variables: Variables): Setting[] {
  return Object.entries(variables).map(([name, schema]) => {
    const absent = schema.safeParse(undefined);
    return {
      name,
      about: schema.description ?? "",
      ...(absent.success && absent.data !== undefined
        ? { otherwise: String(schema.meta()?.otherwise ?? asWritten(absent.data)) }
        : {}),
      isRequired: !absent.success,
      isSecret: isSecret(schema),
      needs: (schema.meta()?.needs ?? []) as string[],
    };
  });
}

/** A parsed value as somebody would write it; what the schema has made a map or a set of is a list without entries. */
function asWritten(value: unknown): string {
  return value instanceof Map || value instanceof Set ? "" : String(value);
}

/** What a service can be told: each variable, what it is for and what it is without being told. For `--help`. */
export function describeConfig(variables: Variables): string {
  return settingsOf(variables)
    .map(({ name, about, otherwise, isRequired, isSecret, needs }) => {
      const without = otherwise === undefined ? "optional" : `default ${otherwise || "empty"}`;
      const orFile = isSecret ? `; ${name}_FILE names a file with it` : "";
      const onlyWith = needs.length === 0 ? "" : `; only with ${needs.join(", ")}`;
      return `  ${name}\n      ${about} (${isRequired ? "required" : without}${orFile}${onlyWith})`;
    })
    .join("\n");
}
