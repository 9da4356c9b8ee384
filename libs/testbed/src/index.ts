export { ALLOCATOR } from "./allocator.ts";
export { type Modality, storeByDimse } from "./c-store.ts";
export { type CertificateAndKey, type CertificateAuthority, certificateAuthority } from "./certificate-authority.ts";
export { type ChildProgram, type Exit, type ProgramOptions, startProgram } from "./child-program.ts";
export { dockerAnswers, type StartBy } from "./docker.ts";
export { findProgram, hasProgram } from "./find-program.ts";
export { freePort, requireFreePort } from "./free-port.ts";
export { acknowledge, type MllpAnswer, type MllpReceiver, startMllpReceiver } from "./mllp-receiver.ts";
export { type OrthancOptions, type RunningOrthanc, startOrthanc } from "./orthanc.ts";
export { type ForwardTo, orthancConfiguration, pushScript } from "./orthanc-configuration.ts";
export { countReports, type FoundReport, findReports, pushAgain, studyPage } from "./pacs-queries.ts";
export { type PrometheusOptions, type RunningPrometheus, type Sample, startPrometheus } from "./prometheus.ts";
export { type ReadingListLine, readReadingList } from "./reading-list.ts";
export { type RedisOptions, type RunningRedis, startRedis } from "./redis.ts";
export { type RedspotOptions, type RunningRedspot, startRedspot } from "./redspot.ts";
export {
  backboneCache,
  type RunningService,
  type ServiceName,
  type ServiceOptions,
  serviceNames,
  startService,
} from "./service.ts";
export { type SyslogReceiver, startSyslogReceiver } from "./syslog-receiver.ts";
export { TestbedError, type TestbedErrorCode } from "./testbed-error.ts";
export { type CollectedSpan, startTraceCollector, type TraceCollector } from "./trace-collector.ts";
export { type WaitOptions, waitUntil } from "./wait-until.ts";
export { type WorkFolder, workFolder } from "./work-folder.ts";
