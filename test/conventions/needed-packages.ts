import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Locked {
  version?: string;
  /** A workspace: where it is. */
  link?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
}

/**
 * The packages that services need when they run, as NAME@VERSION, by package-lock.json: their dependencies and the dependencies of
 * these, each found as Node finds it, from the inside out. What is optional is left out, as the images leave it out.
 */
export function neededBy(root: string, services: readonly string[]): Set<string> {
  const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages as Record<string, Locked>;
  const seen = new Set<string>();
  const found = new Set<string>();
  const follow = (path: string) => {
    const { link, resolved = "" } = locked[path] ?? {};
    const place = link ? resolved : path;
    if (seen.has(place)) return;
    seen.add(place);
    const { version, dependencies = {} } = locked[place] ?? {};
    found.add(`${path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)}@${version}`);
    for (const name of Object.keys(dependencies)) follow(placeOf(name, place, locked));
  };
  for (const service of services) follow(`node_modules/@redspot/${service}`);
  return found;
}

function placeOf(name: string, from: string, locked: Readonly<Record<string, Locked>>): string {
  for (let folder = from; ; folder = outside(folder)) {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (locked[place]) return place;
    if (folder === "") throw new Error(`package-lock.json has no ${name}, which ${from} needs`);
  }
}

/** The package around one, or the root. */
function outside(folder: string): string {
  return folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")));
}
