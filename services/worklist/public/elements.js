// Elements from names and text; never from markup, so that no value can become part of the page's structure.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} name tag, with classes after dots: "span.muted"
 * @param {Record<string, string | number | undefined>} [attributes]
 * @param {...(Node | string | undefined)} children
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return fill(document.createElement(tag), classes, attributes, children);
}

/**
 * @param {string} name
 * @param {Record<string, string | number | undefined>} [attributes]
 * @param {...(Node | string | undefined)} children
 * @returns {SVGElement}
 */
export function shape(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return fill(document.createElementNS(SVG, tag), classes, attributes, children);
}

function fill(node, classes, attributes, children) {
  if (classes.length > 0) node.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) node.setAttribute(name, String(value));
  node.append(...children.filter((child) => child !== undefined));
  return node;
}
