export { normalDistribution, normalQuantile, twoSided } from "./normal.ts";
export { quantile } from "./quantile.ts";
export { randomStream, shuffle } from "./random-stream.ts";
export { studentQuantile } from "./student-t.ts";
