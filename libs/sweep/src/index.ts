export { daysBetween, dicomDate, readDay } from "./days.ts";
export { InstancesOfStudies } from "./instances-of-studies.ts";
export { type Ask, type ImageInPacs, PacsStudies } from "./pacs-studies.ts";
export { politely } from "./polite.ts";
export { rankByFlag, rankByProbabilities, rankByScore } from "./rank-gain.ts";
export { STANDINGS, type Standing } from "./standing.ts";
