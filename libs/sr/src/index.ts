export type { PredecessorDocument } from "./document.ts";
export type { GreyImage } from "./explanation/draw-picture.ts";
export { buildPicture, type Picture, type PictureReference, picturesOf } from "./explanation/pictures.ts";
export { LANGUAGE_TAGS, type LanguageTag } from "./languages/languages.ts";
export { buildReport, type Report, type ReportRequest, reportUids } from "./report.ts";
export { REPORT_CLASSES, type ReportClass } from "./report-class.ts";
export { DEFAULT_OPTIONS, EXPLANATIONS, type Explanation, type ReportOptions } from "./report-options.ts";
export { SrError, type SrErrorCode } from "./sr-error.ts";
