import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/**
 * A logger for one service: JSON lines on standard output. An error is logged by its name, code and message alone: a
 * library's error may carry the request or data set that it stumbled on, and with it patient data.
 */
export function createLogger(
  { service, level }: { service: string; level: string },
  destination?: DestinationStream,
): Logger {
  return pino(
    {
      level,
      base: { service },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ["*.authorization", "*.cookie", "headers", "*.headers", "body", "*.body"],
        censor: "[left out]",
      },
      serializers: { err: errorLine, error: errorLine },
    },
    // Synchronous, so that the last words of a process that ends are not lost.
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

function errorLine(thrown: unknown): Record<string, unknown> {
  if (!(thrown instanceof Error)) return { name: typeof thrown };
  const { name, message, code } = thrown as Error & { code?: unknown };
  return { name, ...(code === undefined ? {} : { code }), message };
}
