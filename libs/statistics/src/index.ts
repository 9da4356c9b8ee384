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
export { normalDistribution, normalQuantile, twoSided } from "./normal.ts";
export { quantile } from "./quantile.ts";
export { randomStream, shuffle } from "./random-stream.ts";
export { studentQuantile } from "./student-t.ts";
