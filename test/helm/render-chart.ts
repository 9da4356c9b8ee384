import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

/** An object of Kubernetes, as a chart makes it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
}

/** Debian puts Go's libraries there; without modules, nothing is fetched. */
const go = ["GO111MODULE=off", "GOFLAGS=", "GOPATH=/usr/share/gocode", "go"];

/** Whether charts can be rendered here: where Go is, and the packages that render.go is made of. */
export function canRender(): boolean {
  const packages = ["github.com/Masterminds/sprig", "gopkg.in/yaml.v3"];
  return spawnSync("env", [...go, "list", ...packages]).status === 0;
}

/** Compiles render.go into a folder, and answers with what renders a chart with values by it. */
export function buildRenderer(folder: string): (chart: string, options: RenderOptions) => string {
  const program = join(folder, "render");
  execFileSync("env", [...go, "build", "-o", program, join(import.meta.dirname, "render.go")]);
  return (chart, { release = "redspot", notes = false, values }) => {
    const options = ["-chart", chart, "-release", release, "-namespace", "radiology", ...(notes ? ["-notes"] : [])];
    const { status, stdout, stderr } = spawnSync(program, [...options, ...values], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
}

interface RenderOptions {
  release?: string;
  /** NOTES.txt instead of the objects. */
  notes?: boolean;
  /** Files of values. */
  values: readonly string[];
}

/** The objects in a stream of YAML documents. Throws where one is no YAML, or names a key twice. */
export function objectsIn(yaml: string): KubernetesObject[] {
  return parseAllDocuments(yaml, { uniqueKeys: true }).flatMap((document) => {
    if (document.errors[0]) throw document.errors[0];
    const found = document.toJS() as KubernetesObject | null;
    return found === null ? [] : [found];
  });
}
