import { ConfigError, describeConfig, readConfig, settingsOf, type Variables } from "./config.ts";
import { describeMetrics, type MetricDefinitions } from "./metrics.ts";

interface Service {
  /** In a few words what it does. */
  about: string;
  variables: Variables;
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
  { about, variables, metrics }: Service,
  questions: readonly string[],
  environment: Record<string, string | undefined>,
): Answer | undefined {
  if (questions.includes("--help")) {
    const options =
      "  --help           this\n  --check          says what is wrong with the configuration, and ends\n" +
      "  --configuration  the settings as JSON\n  --metrics        what GET /metrics tells";
    return told(`redspot ${about}\n\nOptions:\n${options}\n\nEnvironment:\n${describeConfig(variables)}`);
  }
  if (questions.includes("--configuration")) return told(JSON.stringify(settingsOf(variables)));
  if (questions.includes("--metrics")) return told(describeMetrics(metrics));
  return questions.includes("--check") ? checked(variables, environment) : undefined;
}

const told = (text: string): Answer => ({ text: `${text}\n`, status: 0 });

function checked(variables: Variables, environment: Record<string, string | undefined>): Answer {
  try {
    readConfig(variables, environment);
    return told("The configuration has no mistakes.");
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { text: `${error.message}\n`, status: 2 };
  }
}
