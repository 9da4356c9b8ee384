import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Deployment } from "kubernetes-models/apps/v1";
import { PersistentVolumeClaim, Service, ServiceAccount } from "kubernetes-models/v1";
import type { KubernetesObject } from "./render-chart.ts";

/** What charts of this repository may make: the schema of each kind, and where its type is. */
const kinds = {
  "apps/v1 Deployment": { Model: Deployment, types: "kubernetes-models/apps/v1" },
  "v1 PersistentVolumeClaim": { Model: PersistentVolumeClaim, types: "kubernetes-models/v1" },
  "v1 Service": { Model: Service, types: "kubernetes-models/v1" },
  "v1 ServiceAccount": { Model: ServiceAccount, types: "kubernetes-models/v1" },
} as Record<string, { Model: new (data: never) => { validate(): void }; types: string }>;

const modules = join(import.meta.dirname, "..", "..", "node_modules");

/**
 * What Kubernetes' API would refuse in these objects: values of the wrong type or out of range, by the schemas of its
 * OpenAPI description, and fields that it does not know. The schemas let the latter pass, so TypeScript's compiler
 * looks for them, with the types made of the same description.
 */
export function kubernetesMistakes(objects: readonly KubernetesObject[]): string[] {
  const unknown = objects.filter((object) => kinds[kindOf(object)] === undefined);
  if (unknown.length > 0) return unknown.map((object) => `no schema of ${kindOf(object)}`);
  return [...objects.flatMap(schemaMistakes), ...typeMistakes(objects)];
}

const kindOf = ({ apiVersion, kind }: KubernetesObject) => `${apiVersion} ${kind}`;

function schemaMistakes(object: KubernetesObject): string[] {
  try {
    new kinds[kindOf(object)]!.Model(object as never).validate();
    return [];
  } catch (error) {
    return [`${object.kind} ${object.metadata.name}: ${(error as Error).message}`];
  }
}

function typeMistakes(objects: readonly KubernetesObject[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "redspot-kubernetes-"));
  try {
    symlinkSync(modules, join(folder, "node_modules"));
    const declarations = objects.map((object, i) => {
      const type = `import("${kinds[kindOf(object)]!.types}").I${object.kind}`;
      return `export const object${i}: ${type} = ${JSON.stringify(object, null, 1)};`;
    });
    writeFileSync(join(folder, "objects.mts"), declarations.join("\n"));
    const flags = [
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--module",
      "nodenext",
      "--types",
      "",
      "--pretty",
      "false",
    ];
    const tsc = join(modules, "typescript", "bin", "tsc");
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, ...flags, "objects.mts"], {
      cwd: folder,
      encoding: "utf8",
    });
    return status === 0 ? [] : `${stdout}${stderr}`.trim().split("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
