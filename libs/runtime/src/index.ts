export { Access } from "./access.ts";
export { AccessError, REFUSALS } from "./access-error.ts";
export { openAccess } from "./access-variables.ts";
export { adminPortVariable, commonVariables, portVariable, switchVariable } from "./common-variables.ts";
export {
  ConfigError,
  describeConfig,
  otherwise,
  readConfig,
  type Setting,
  secret,
  settingsOf,
} from "./config.ts";
export { fileVariable } from "./file-variable.ts";
export { addHealthRoutes, type ReadinessChecks } from "./health.ts";
export type { Identity, Scope } from "./identity.ts";
export { createLogger, type Logger } from "./logger.ts";
export { counter, describeMetrics, gauge, histogram, Metrics, WAIT_SECONDS, WORK_SECONDS } from "./metrics.ts";
export { openPorts } from "./open-ports.ts";
export { pacsAddress, pacsTokenVariable, pacsUrlVariable } from "./pacs-variables.ts";
export { progressOn } from "./progress.ts";
export { NO_LIMIT } from "./rate-limits.ts";
export { type RunningService, runService } from "./run-service.ts";
export { countJob, serviceMetrics } from "./service-metrics.ts";
export { newToken, parseStaticTokens, staticTokenEntry, staticTokenScheme } from "./static-tokens.ts";
export { traceOf } from "./trace-of.ts";
export { type CollectorRefusal, NO_TRACING, type Tracing, tryCollector } from "./tracing.ts";
export { Transport } from "./transport.ts";
export { SOFTWARE_VERSION } from "./version.ts";
