import { ConfigError, describeConfig, readConfig, settingsOf, type Variables } from "./config.ts";
import { isLoopback } from "./is-confidential.ts";
import { describeMetrics, type MetricDefinitions } from "./metrics.ts";

/** A service, as it is before it runs. */
export interface Service<V extends Variables = Variables> {
  name: string;
  /** In a few words what it does. */
  about: string;
  variables: V;
  metrics: MetricDefinitions;
}

interface Answer {
  text: string;
  /** Exit status: 0, or 2 for a configuration with mistakes. */
  status: 0 | 2;
}

/**
 * What a service says of itself instead of running: `--help`; `--configuration`, its settings as JSON; `--check`, every
 * mistake of the configuration that it is given; `--metrics`, the table of what it counts. Undefined where nothing was asked.
 */
export function answerQuestion(
  { name, about, variables, metrics }: Service,
  questions: readonly string[],
  environment: Record<string, string | undefined>,
): Answer | undefined {
  if (questions.includes("--help")) {
    const options =
      "  --help           this\n  --check          says what is wrong with the configuration, and ends\n" +
      "  --configuration  the settings as JSON\n  --metrics        what GET /metrics tells";
    return told(`redspot ${name}: ${about}\n\nOptions:\n${options}\n\nEnvironment:\n${describeConfig(variables)}`);
  }
  if (questions.includes("--configuration")) return told(JSON.stringify(settingsOf(variables)));
  if (questions.includes("--metrics")) return told(describeMetrics(metrics));
  return questions.includes("--check") ? checked(variables, environment) : undefined;
}

const told = (text: string): Answer => ({ text: `${text}\n`, status: 0 });

function checked(variables: Variables, environment: Record<string, string | undefined>): Answer {
  const mistakes = [...mistakesOf(variables, environment), ...openDoor(variables, environment)];
  if (mistakes.length === 0) return told("The configuration has no mistakes.");
  return { text: `the configuration has ${mistakes.length} mistake(s):\n${mistakes.join("\n")}\n`, status: 2 };
}

function mistakesOf(variables: Variables, environment: Record<string, string | undefined>): string[] {
  try {
    readConfig(variables, environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split("\n").slice(1);
  }
}

/** Any of these, and callers can be told apart. */
const CREDENTIALS = ["REDSPOT_TOKENS", "REDSPOT_TOKENS_FILE", "REDSPOT_OIDC_ISSUER", "REDSPOT_TLS_CLIENTS"];

/** What `listen` refuses, before anything is started: other machines, without a way to tell callers apart. */
function openDoor(variables: Variables, environment: Record<string, string | undefined>): string[] {
  const host = environment.REDSPOT_HOST ?? "";
  const hasDoor = "REDSPOT_HOST" in variables && "REDSPOT_TOKENS" in variables;
  if (!hasDoor || host === "" || isLoopback(host) || CREDENTIALS.some((name) => environment[name])) return [];
  return [
    `  REDSPOT_HOST: is ${host}, which other machines reach, and no credentials are configured. Set REDSPOT_TOKENS, ` +
      "REDSPOT_OIDC_ISSUER or REDSPOT_TLS_CLIENTS.",
  ];
}
