// Shapes that mean something, each with its word beside it wherever it is used, so that neither colour nor shape stands alone.

import { element, shape } from "./elements.js";
import { PRIORITIES } from "./words.js";

const SHAPES = {
  HIGH: () => shape("path", { d: "M8 1.5 15 14H1z", fill: "currentColor" }),
  MEDIUM: () => shape("circle", { cx: 8, cy: 8, r: 4.5, fill: "currentColor" }),
  LOW: () => shape("path", { d: "M8 14 2 3.5h12z", fill: "none", "stroke-width": 1.6, stroke: "currentColor" }),
  pin: () =>
    shape("path", {
      d: "M5 1h6v1.5L10 3.2v3.6l2.5 2.4V11H8.8L8 15.5 7.2 11H3.5V9.2L6 6.8V3.2L5 2.5z",
      fill: "currentColor",
    }),
  disagreement: () =>
    shape("path", { d: "M3 8h10M8 3v10", stroke: "currentColor", "stroke-width": 2.4, transform: "rotate(45 8 8)" }),
  agreement: () => shape("path", { d: "M3 6h10M3 10.5h10", stroke: "currentColor", "stroke-width": 2.2 }),
  person: () =>
    shape("path", {
      d: "M8 8a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 8 8zm-6 6.5c0-3 2.6-4.9 6-4.9s6 1.9 6 4.9z",
      fill: "currentColor",
    }),
  done: () =>
    shape("path", { d: "m2.5 8.5 3.8 3.8 7.2-8.2", fill: "none", stroke: "currentColor", "stroke-width": 2.2 }),
};

/** @param {keyof typeof SHAPES} name */
export const symbol = (name) => shape("svg.symbol", { viewBox: "0 0 16 16", "aria-hidden": "true" }, SHAPES[name]());

/** @param {"HIGH" | "MEDIUM" | "LOW"} priority */
export const badge = (priority) =>
  element("span.badge", { "data-priority": priority }, symbol(priority), PRIORITIES[priority]);

/**
 * @param {keyof typeof SHAPES} name
 * @param {string} words
 * @param {string} [title]
 */
export const mark = (name, words, title) =>
  element("span.mark", { "data-mark": name, title }, symbol(name), element("span.one-line", {}, words));
