export { allMatches, type PageOptions } from "./all-matches.ts";
export { ByteSource } from "./byte-source.ts";
export { Circuit, CircuitOpen } from "./circuit.ts";
export {
  DicomWebClient,
  type DicomWebClientOptions,
  type SearchParameters,
} from "./dicom-web-client.ts";
export { DicomWebError, type DicomWebErrorCode, errorOfStatus } from "./dicom-web-error.ts";
export { FAILURE_CLASSES, type FailureClass, failureClassOf, hexOf } from "./failure-reason.ts";
export { isBoundary, type MediaType, parseMediaType } from "./media-type.ts";
export { type MultipartLimits, type Part, readMultipart } from "./multipart.ts";
export { MultipartError, type MultipartErrorCode } from "./multipart-error.ts";
export type { InstancePath } from "./open-instance.ts";
export type { PartHeaders, PartProblem } from "./part-header.ts";
export {
  type FailedInstance,
  parseStoreResponse,
  type StoredInstance,
  type StoreOutcomes,
  type StoreResponse,
  storeResponse,
} from "./store-response.ts";
