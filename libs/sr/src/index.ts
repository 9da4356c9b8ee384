export { COMPREHENSIVE_3D_SR, type Device, type PredecessorDocument } from "./document.ts";
export { buildReport, type Report, type ReportRequest, reportUids } from "./report.ts";
export { SrError, type SrErrorCode } from "./sr-error.ts";
