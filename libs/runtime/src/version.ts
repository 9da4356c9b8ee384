import manifest from "../package.json" with { type: "json" };

/** The version of Redspot, as the package says it. Reports carry it. */
export const SOFTWARE_VERSION: string = manifest.version;
