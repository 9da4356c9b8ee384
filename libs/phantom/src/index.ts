export { type ImageClass, MANUFACTURERS } from "./header.ts";
export { BREAKS_STANDARD, ODDITIES, type Oddity } from "./oddity.ts";
export { type Radiograph, type RadiographOptions, renderRadiograph } from "./radiograph.ts";
export { type Random, randomFor } from "./random.ts";
export {
  type DayOptions,
  DEFAULT_DATE,
  makeStudies,
  makeStudy,
  type PhantomInstance,
  type PhantomStudy,
  planStudies,
  type StudyOptions,
} from "./study.ts";
export {
  type BodyPart,
  EXCLUSIONS,
  type Exclusion,
  type FractureTruth,
  type FractureType,
  type FractureWish,
  type StudyTruth,
  type Truth,
} from "./truth.ts";
