/**
 * The connected parts (8-neighbours) of a mask: `labels` has each cell's part, counted from 1, 0 where the mask is 0;
 * `sizes[part]` is its number of cells.
 */
export function labelParts(mask: Uint8Array, width: number, height: number): { labels: Int32Array; sizes: number[] } {
  const labels = new Int32Array(width * height);
  const sizes = [0];
  const stack: number[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || labels[start]) continue;
    const part = sizes.length;
    let size = 0;
    labels[start] = part;
    stack.push(start);
    while (stack.length > 0) {
      const at = stack.pop()!;
      size++;
      const x = at % width;
      const [left, right] = [x > 0 ? -1 : 0, x < width - 1 ? 1 : 0];
      const [up, down] = [at >= width ? -width : 0, at < width * (height - 1) ? width : 0];
      for (let dy = up; dy <= down; dy += width) {
        for (let dx = left; dx <= right; dx++) {
          const next = at + dy + dx;
          if (mask[next] && !labels[next]) {
            labels[next] = part;
            stack.push(next);
          }
        }
      }
    }
    sizes.push(size);
  }
  return { labels, sizes };
}

/** The mask without what is thinner than three cells and without parts of fewer than `least` cells. */
export function keepLargeParts(mask: Uint8Array, width: number, height: number, least: number): Uint8Array {
  const opened = grow(shrink(mask, width, height), width, height);
  const { labels, sizes } = labelParts(opened, width, height);
  return opened.map((_, at) => (labels[at] && sizes[labels[at]!]! >= least ? 1 : 0));
}

/** The mask without the cells at its edge; beyond the image it is taken to go on. */
export function shrink(mask: Uint8Array, width: number, height: number): Uint8Array {
  return neighbourhood(mask, width, height, (a, b, c) => a & b & c);
}

/** The mask with the cells next to it. */
export function grow(mask: Uint8Array, width: number, height: number): Uint8Array {
  return neighbourhood(mask, width, height, (a, b, c) => a | b | c);
}

/** Joins each cell with its eight neighbours, first along rows, then along columns; beyond the image the edge goes on. */
function neighbourhood(
  mask: Uint8Array,
  width: number,
  height: number,
  join: (a: number, b: number, c: number) => number,
): Uint8Array {
  const rows = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) {
    const from = y * width;
    for (let x = 0; x < width; x++) {
      const at = from + x;
      rows[at] = join(mask[x > 0 ? at - 1 : at]!, mask[at]!, mask[x < width - 1 ? at + 1 : at]!);
    }
  }
  const both = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) {
    const from = y * width;
    const above = y > 0 ? from - width : from;
    const below = y < height - 1 ? from + width : from;
    for (let x = 0; x < width; x++) both[from + x] = join(rows[above + x]!, rows[from + x]!, rows[below + x]!);
  }
  return both;
}
