// Searches the pages, without a server: the index and the library that reads it are scripts, loaded on the first search.

const { to } = document.currentScript.dataset;
const search = document.querySelector("search");
const input = document.querySelector("#search");
const found = document.querySelector("#found");
const results = document.querySelector("#results");
const MOST = 12;

search.hidden = false;

/** Pages are long on a narrow screen: there the list of pages begins closed. */
if (matchMedia("(max-width: 60rem)").matches) document.querySelector("nav.site details").open = false;

let loaded;
function load() {
  loaded ??= Promise.all(["minisearch.js", "search-index.js"].map(script)).then(() => {
    const { options, index } = globalThis.redspotSearchIndex;
    return globalThis.MiniSearch.loadJS(index, options);
  });
  return loaded;
}

function script(name) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = to + name;
    element.onload = resolve;
    element.onerror = () => reject(new Error(name));
    document.head.append(element);
  });
}

async function show() {
  const words = input.value.trim();
  if (words === "") {
    results.replaceChildren();
    found.textContent = "";
    return;
  }
  let index;
  try {
    index = await load();
  } catch (error) {
    found.textContent = `The search cannot be loaded (${error.message}).`;
    return;
  }
  // What was typed meanwhile is searched by its own call.
  if (words !== input.value.trim()) return;
  const matches = index.search(words, {
    prefix: true,
    fuzzy: 0.15,
    combineWith: "AND",
    boost: { heading: 4, page: 2 },
  });
  found.textContent =
    matches.length === 0
      ? "Nothing found"
      : matches.length === 1
        ? "One passage"
        : `${matches.length} passages${matches.length > MOST ? `, the first ${MOST} shown` : ""}`;
  results.replaceChildren(...matches.slice(0, MOST).map(line));
}

function line({ heading, page, address, beginning }) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = to + address;
  link.textContent = heading === page ? page : `${page}: ${heading}`;
  const text = document.createElement("p");
  text.textContent = beginning;
  item.append(link, text);
  return item;
}

input.addEventListener("input", show);
input.addEventListener("focus", () => void load().catch(() => {}), { once: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && search.contains(document.activeElement)) {
    input.value = "";
    void show();
    input.focus();
  }
  const typing = event.target.closest?.("input, textarea, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    input.focus();
  }
});
