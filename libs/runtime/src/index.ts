export { bearerAuth, tokenCheck } from "./bearer-auth.ts";
export { ConfigError, commonVariables, describeConfig, portVariable, readConfig } from "./config.ts";
export { addHealthRoutes, type ReadinessChecks } from "./health.ts";
export { listen } from "./listen.ts";
export { createLogger, type Logger } from "./logger.ts";
export { type Closers, runService } from "./run-service.ts";
export { SOFTWARE_VERSION } from "./version.ts";
