/** After a connection that was refused for good, when to try anew. */
const ANEW_MS = 5_000;

/** Even without an event, the list is asked for so often. */
const ANYWAY_MS = 30_000;

/**
 * Hears of changes by server-sent events: `change` of some studies, `refresh` of many.
 *
 * @param {{ onChange: () => void, onState: (live: boolean) => void }} listeners
 */
export function hearChanges({ onChange, onState }) {
  let source;
  let anew;
  const open = () => {
    source = new EventSource("reading-list/events");
    source.addEventListener("open", () => onState(true));
    source.addEventListener("change", onChange);
    source.addEventListener("refresh", onChange);
    source.addEventListener("error", () => {
      onState(false);
      // Why, the list's own answer tells.
      onChange();
      // The browser tries again by itself unless it was refused.
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(anew);
        anew = setTimeout(open, ANEW_MS);
      }
    });
  };
  open();
  const anyway = setInterval(onChange, ANYWAY_MS);
  return () => {
    clearTimeout(anew);
    clearInterval(anyway);
    source.close();
  };
}
