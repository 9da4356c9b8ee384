// What the browser remembers of how somebody likes the page: three words, nothing about studies or people.

/** @param {"appearance" | "single-keys" | "opacity"} name */
export function remembered(name) {
  try {
    return localStorage.getItem(`redspot-${name}`) ?? undefined;
  } catch {
    // A browser that keeps nothing for pages.
    return undefined;
  }
}

/**
 * @param {"appearance" | "single-keys" | "opacity"} name
 * @param {string} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(`redspot-${name}`, value);
  } catch {
    // It holds for as long as the page is open.
  }
}
