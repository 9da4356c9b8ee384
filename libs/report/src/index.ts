export { axis, COLOURS, draw, share } from "./drawing.ts";
export { escaped, Markup, markup } from "./markup.ts";
export { STYLE } from "./style.ts";
