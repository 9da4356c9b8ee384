import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1";
import { ScaledObject, TriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1";
import { PrometheusRule, ServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import { Deployment, StatefulSet } from "kubernetes-models/apps/v1";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import { Ingress, NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { ConfigMap, PersistentVolumeClaim, Pod, Service, ServiceAccount } from "kubernetes-models/v1";
import type { KubernetesObject } from "./render-chart.ts";

/**
 * What charts of this repository may make: the schema of each kind, and where its type is. Kubernetes' own come from its
 * OpenAPI description, the others from the definitions (CRDs) of KEDA, the Prometheus Operator and the Gateway API.
 */
const kinds = {
  "apps/v1 Deployment": { Model: Deployment, types: "kubernetes-models/apps/v1" },
  "apps/v1 StatefulSet": { Model: StatefulSet, types: "kubernetes-models/apps/v1" },
  "autoscaling/v2 HorizontalPodAutoscaler": {
    Model: HorizontalPodAutoscaler,
    types: "kubernetes-models/autoscaling/v2",
  },
  "gateway.networking.k8s.io/v1 HTTPRoute": {
    Model: HTTPRoute,
    types: "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1",
  },
  "keda.sh/v1alpha1 ScaledObject": { Model: ScaledObject, types: "@kubernetes-models/keda/keda.sh/v1alpha1" },
  "keda.sh/v1alpha1 TriggerAuthentication": {
    Model: TriggerAuthentication,
    types: "@kubernetes-models/keda/keda.sh/v1alpha1",
  },
  "monitoring.coreos.com/v1 PrometheusRule": {
    Model: PrometheusRule,
    types: "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
  },
  "monitoring.coreos.com/v1 ServiceMonitor": {
    Model: ServiceMonitor,
    types: "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
  },
  "networking.k8s.io/v1 Ingress": { Model: Ingress, types: "kubernetes-models/networking.k8s.io/v1" },
  "networking.k8s.io/v1 NetworkPolicy": { Model: NetworkPolicy, types: "kubernetes-models/networking.k8s.io/v1" },
  "policy/v1 PodDisruptionBudget": { Model: PodDisruptionBudget, types: "kubernetes-models/policy/v1" },
  "v1 ConfigMap": { Model: ConfigMap, types: "kubernetes-models/v1" },
  "v1 PersistentVolumeClaim": { Model: PersistentVolumeClaim, types: "kubernetes-models/v1" },
  "v1 Pod": { Model: Pod, types: "kubernetes-models/v1" },
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
