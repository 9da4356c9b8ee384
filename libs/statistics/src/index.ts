export { type AreaDifference, areaUnderCurve, compareAreas } from "./area-under-curve.ts";
export { byClass, rowsOf } from "./classes.ts";
export {
  type ControlChart,
  calibrationZ,
  type Distance,
  kolmogorovSmirnov,
  movingShare,
  populationStability,
  type WeightedSample,
  weightedSample,
} from "./drift.ts";
export type { Estimate } from "./estimate.ts";
export { type McNemar, mcNemar, pairedDifference } from "./mcnemar.ts";
export { normalDistribution, normalQuantile, twoSided } from "./normal.ts";
export { quantile } from "./quantile.ts";
export { randomStream, shuffle } from "./random-stream.ts";
export { studentQuantile } from "./student-t.ts";
export { wilson, Z95 } from "./wilson.ts";
