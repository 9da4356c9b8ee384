import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The images that are built of this repository, and the workspaces that each holds (the Dockerfile says the same). */
export const IMAGES = {
  stow: ["stow"],
  inference: ["inference"],
  worklist: ["worklist"],
  admin: ["admin", "stow", "inference", "worklist"],
} as const;
export type ImageName = keyof typeof IMAGES;

/** What npm installs with them and the Dockerfile takes out again: the scope of TensorFlow.js, a peer that nothing loads. */
export const REMOVED_SCOPE = "@tensorflow";

/**
 * Licences that what we ship may have, as packages write them: those that ask for no more than a notice. A new one is looked at by
 * a person before it comes in here.
 */
export const ALLOWED_LICENCES: readonly string[] = [
  "Apache-2.0",
  "MIT",
  "ISC",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "(MIT AND Zlib)",
  "(MIT OR CC0-1.0)",
  "0BSD",
  "Apache-2.0 AND MIT",
];

interface Component {
  "bom-ref": string;
  name: string;
  version: string;
  purl: string;
  licenses?: { license?: { id?: string; name?: string }; expression?: string }[];
}

/** A bill of materials as CycloneDX 1.5 has it, as far as it is looked at here. */
export interface Bom {
  specVersion: string;
  serialNumber: string;
  metadata: { timestamp?: string; component: Component & { type: string } };
  components: Component[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

/**
 * What of npm is in an image, from package-lock.json: the same bytes each time, so that two builds can be compared. npm itself
 * makes it (`npm sbom`), of all packages; those that `npm ci --omit=dev --omit=optional` does not install are taken out here, since
 * `npm sbom --omit dev` also loses what runs in one workspace and is only tested with in another, and those that the Dockerfile removes. The image's name is put in, the
 * time left out, and the number derived from the content.
 */
export function billOfMaterials(root: string, image: ImageName): Bom {
  const workspaces = IMAGES[image].flatMap((name) => ["--workspace", `services/${name}`]);
  const made = execFileSync("npm", ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", ...workspaces], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const bom = JSON.parse(made) as Bom;
  delete bom.metadata.timestamp;
  Object.assign(bom.metadata.component, { type: "application", name: `redspot/${image}` });
  // npm calls a workspace by its folder.
  for (const component of bom.components) component.name = nameOf(component);
  const installed = installedByNpm(root);
  bom.components = bom.components.filter(
    ({ name, version }) => installed.has(`${name}@${version}`) && !name.startsWith(`${REMOVED_SCOPE}/`),
  );
  const kept = new Set([bom.metadata.component["bom-ref"], ...bom.components.map((one) => one["bom-ref"])]);
  bom.dependencies = bom.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) }));
  bom.serialNumber = "";
  bom.serialNumber = `urn:uuid:${uuidOf(JSON.stringify(bom))}`;
  return bom;
}

/** What npm installs without development and optional packages, as NAME@VERSION: it notes of each whether it is only such. */
function installedByNpm(root: string): Set<string> {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version?: string; link?: boolean; resolved?: string } & Record<string, unknown>>;
  };
  return new Set(
    Object.entries(packages).flatMap(([path, { version, link, resolved = "", ...flags }]) => {
      if (!path.includes("node_modules/") || flags.dev || flags.optional || flags.devOptional) return [];
      const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      return [`${name}@${link ? packages[resolved]?.version : version}`];
    }),
  );
}

/** What may not be shipped without somebody looking at it: packages whose licence is not allowed, or that name none. */
export function unlicensed(bom: Bom): string[] {
  return bom.components.flatMap(({ name, version, licenses = [] }) => {
    const words = licenses.map(({ license, expression }) => license?.id ?? expression ?? license?.name ?? "");
    if (words.length > 0 && words.every((licence) => ALLOWED_LICENCES.includes(licence))) return [];
    return [`${name}@${version}: ${words.join(", ") || "names no licence"}`];
  });
}

/** The name in a package's address, such as pkg:npm/%40redspot/dicom@0.1.0. */
function nameOf({ purl }: Component): string {
  return decodeURIComponent(/^pkg:npm\/(.+)@[^@]+$/.exec(purl)?.[1] ?? purl);
}

/** A name-based UUID of version 8 (RFC 9562 5.8). */
function uuidOf(content: string): string {
  const hex = createHash("sha256").update(content).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
