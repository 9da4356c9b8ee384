/**
 * The keys of the page, in the order in which the help shows them. `single`: a letter, which can be switched off (WCAG
 * 2.1.4); `inList`: only while the list has the focus.
 */
export const SHORTCUTS = [
  { act: "next", keys: ["ArrowDown"], shown: "↓", words: "next study", inList: true },
  { act: "previous", keys: ["ArrowUp"], shown: "↑", words: "previous study", inList: true },
  { act: "first", keys: ["Home"], shown: "Home", words: "first study on the page", inList: true },
  { act: "last", keys: ["End"], shown: "End", words: "last study on the page", inList: true },
  { act: "open", keys: ["Enter"], shown: "Enter", words: "open in the PACS viewer", inList: true },
  { act: "next", keys: ["j"], shown: "J", words: "next study", single: true },
  { act: "previous", keys: ["k"], shown: "K", words: "previous study", single: true },
  { act: "open", keys: ["o"], shown: "O", words: "open in the PACS viewer", single: true },
  { act: "take", keys: ["t"], shown: "T", words: "take, or put back", single: true },
  { act: "complete", keys: ["c"], shown: "C", words: "complete, or reopen", single: true },
  { act: "disagree", keys: ["d"], shown: "D", words: "disagree with the finding, or take that back", single: true },
  { act: "pin", keys: ["m"], shown: "M", words: "move up, or back", single: true },
  { act: "undo", keys: ["u"], shown: "U", words: "undo what you did last", single: true },
  { act: "activation", keys: ["a"], shown: "A", words: "activation on or off", single: true },
  { act: "stronger", keys: ["+", "="], shown: "+", words: "activation stronger", single: true },
  { act: "fainter", keys: ["-"], shown: "−", words: "activation fainter", single: true },
  { act: "refresh", keys: ["r"], shown: "R", words: "show the changes that wait", single: true },
  { act: "toRead", keys: ["1"], shown: "1", words: "studies to read", single: true },
  { act: "done", keys: ["2"], shown: "2", words: "studies done", single: true },
  { act: "pageForward", keys: ["n"], shown: "N", words: "next page of the list", single: true },
  { act: "pageBack", keys: ["p"], shown: "P", words: "previous page of the list", single: true },
  { act: "help", keys: ["?"], shown: "?", words: "this help", single: true },
];

/**
 * @param {Record<string, () => void>} acts by the names of SHORTCUTS
 * @param {{ isListFocused: () => boolean, areSingleKeysOn: () => boolean }} context
 */
export function listenToKeys(acts, { isListFocused, areSingleKeysOn }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]") || takesText(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const shortcut = SHORTCUTS.find(
      ({ keys, single, inList }) =>
        keys.includes(key) && (!single || areSingleKeysOn()) && (!inList || isListFocused()),
    );
    if (!shortcut) return;
    event.preventDefault();
    acts[shortcut.act]?.();
  });
}

const takesText = (target) =>
  target instanceof Element && target.matches("select, textarea, input:not([type=checkbox], [type=range])");
