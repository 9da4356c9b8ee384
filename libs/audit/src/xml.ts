const REFERENCES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** What XML 1.0 cannot hold, in whatever form: control characters, lone surrogates and two others. */
const IMPOSSIBLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** An element with its attributes, those that are undefined left out, and either text or elements that are written already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  content: string | readonly string[] = [],
): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : ` ${key}="${escaped(value)}"`,
  );
  const inside = typeof content === "string" ? escaped(content) : content.join("");
  const start = `<${name}${written.join("")}`;
  return inside === "" ? `${start}/>` : `${start}>${inside}</${name}>`;
}

/** Line ends are space: a message is one line, in files and in syslog. */
function escaped(text: string): string {
  return text
    .replace(IMPOSSIBLE, "\uFFFD")
    .replace(/[\t\n\r]+/g, " ")
    .replace(/[&<>"]/g, (character) => REFERENCES[character]!);
}
