import { registerHooks } from "node:module";

/**
 * Plants a bug in a module's source as a service loads it. It stops the service where the place that it changes is no
 * longer there.
 */
export function replaceSource(path: string, place: string, bug: string): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(path)) return loaded;
      const source = String(loaded.source);
      if (!source.includes(place)) throw new Error(`${url} has changed: plant this bug anew`);
      return { ...loaded, source: source.replace(place, bug) };
    },
  });
}
