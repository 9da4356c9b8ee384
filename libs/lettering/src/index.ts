export { type Drawing, draw, placed } from "./burn-in.ts";
export { lettering, type Stroke } from "./lettering.ts";
