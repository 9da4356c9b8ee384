export {
  binaries,
  type DataSet,
  dataSetOf,
  type Element,
  type ElementValue,
  items,
  keywordOf,
  number,
  numbers,
  pick,
  tagOf,
  text,
  texts,
  values,
} from "./data-set.ts";
export { DicomError, type DicomErrorCode } from "./dicom-error.ts";
export { readDicomJson } from "./dicom-json.ts";
export { type BulkBytes, type BulkValue, type EncodeOptions, encodePart10 } from "./encode-part10.ts";
export { writeNativeDicomModel } from "./native-dicom-model.ts";
export { type Part10, type ReadOptions, readPart10, type WriteOptions, writePart10 } from "./part10.ts";
export { readNativeDicomModel } from "./read-native-dicom-model.ts";
export { hasPixels, isImage, isStorage } from "./sop-class.ts";
export { TransferSyntax } from "./transfer-syntax.ts";
export { deriveUid, isUid } from "./uid.ts";
export { LONG_LENGTH, SHORT_LENGTH } from "./value-representation.ts";
