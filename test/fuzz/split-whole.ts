/** What a body consists of, by a reader that is as plain as can be: it has the whole of it, and one regular expression. */
export interface SplitBody {
  /** The parts in their order, each with what stands before and behind its blank line; the last may be cut short. */
  parts: { header: string; body: Buffer }[];
  /** How it ends: with the closing delimiter, within a part, or without any delimiter at all. */
  end: "closed" | "truncated" | "no boundary";
}

/** Takes a multipart body apart (RFC 2046 5.1.1) that lies in memory, to hold the reader of streams to. */
export function splitWhole(bytes: Uint8Array, boundary: string): SplitBody {
  // One character a byte, and a line end before the first delimiter, which may open the body.
  const text = `\n${Buffer.from(bytes).toString("latin1")}`;
  const first = delimiter(boundary, "\n");
  const opening = first.exec(text);
  if (opening === null) return { parts: [], end: "no boundary" };
  const parts: SplitBody["parts"] = [];
  const line = /^[^\n]*\n/.exec(text.slice(first.lastIndex, first.lastIndex + 1024))?.[0];
  const others = delimiter(boundary, line === undefined || line.endsWith("\r\n") ? "\r\n" : "\n");
  let [from, closed] = [first.lastIndex, opening[1] === "--"];
  while (!closed) {
    others.lastIndex = from;
    const next = others.exec(text);
    parts.push(partOf(text.slice(from, next?.index)));
    if (next === null) return { parts, end: "truncated" };
    from = others.lastIndex;
    closed = next[1] === "--";
  }
  return { parts, end: "closed" };
}

function delimiter(boundary: string, lineEnd: string): RegExp {
  const literal = boundary.replace(/[^A-Za-z0-9]/g, "\\$&");
  return new RegExp(`${lineEnd}--${literal}(?:(--)|(?=[ \\t\\r\\n]))`, "g");
}

function partOf(text: string): { header: string; body: Buffer } {
  const blank = /\r?\n\r?\n/.exec(text);
  if (blank === null) return { header: text, body: Buffer.alloc(0) };
  return {
    header: text.slice(0, blank.index),
    body: Buffer.from(text.slice(blank.index + blank[0].length), "latin1"),
  };
}
