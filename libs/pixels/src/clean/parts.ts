/** The connected parts (8-neighbours) of a mask. */
export interface Parts {
  /** Each cell's part, counted from 1; 0 where the mask is 0. */
  labels: Int32Array;
  /** How many cells each part has; of part 0, none. */
  sizes: number[];
}

/**
 * Finds the connected parts of a mask, in two passes over it (Rosenfeld and Pfaltz 1966), with union by path halving.
 */
export function labelParts(mask: Uint8Array, width: number, height: number): Parts {
  const labels = new Int32Array(mask.length);
  // Provisional labels are made where no neighbour before has one: at most at every second cell of every second row.
  const parents = new Int32Array(((width + 1) >> 1) * ((height + 1) >> 1) + 2);
  let made = 0;
  const rootOf = (label: number): number => {
    let at = label;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!;
      at = parents[at]!;
    }
    return at;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (mask[at] === 0) continue;
      const above = y > 0 ? labels[at - width]! : 0;
      // What lies above joins all the other neighbours already.
      if (above > 0) {
        labels[at] = above;
        continue;
      }
      const aboveRight = y > 0 && x < width - 1 ? labels[at - width + 1]! : 0;
      const before = x > 0 ? labels[at - 1]! || (y > 0 ? labels[at - width - 1]! : 0) : 0;
      if (before > 0 && aboveRight > 0) {
        const [a, b] = [rootOf(before), rootOf(aboveRight)];
        parents[Math.max(a, b)] = Math.min(a, b);
        labels[at] = Math.min(a, b);
      } else if (before > 0 || aboveRight > 0) labels[at] = before || aboveRight;
      else {
        made++;
        parents[made] = made;
        labels[at] = made;
      }
    }
  }
  // A label's parent is never above it, so that one pass makes each the number of its part.
  const sizes = [0];
  for (let label = 1; label <= made; label++) {
    if (parents[label] === label) parents[label] = sizes.push(0) - 1;
    else parents[label] = parents[parents[label]!]!;
  }
  for (let at = 0; at < labels.length; at++) {
    if (labels[at] === 0) continue;
    labels[at] = parents[labels[at]!]!;
    sizes[labels[at]!]!++;
  }
  return { labels, sizes };
}

/** The mask without what is thinner than three cells and without parts of fewer than `least` cells. */
export function keepLargeParts(mask: Uint8Array, width: number, height: number, least: number): Uint8Array {
  const opened = grow(shrink(mask, width, height), width, height);
  const { labels, sizes } = labelParts(opened, width, height);
  for (let at = 0; at < opened.length; at++) if (sizes[labels[at]!]! < least) opened[at] = 0;
  return opened;
}

/** The mask without the cells at its edge; beyond the image it is taken to go on. */
export function shrink(mask: Uint8Array, width: number, height: number): Uint8Array {
  const inverse = new Uint8Array(mask.length);
  for (let at = 0; at < mask.length; at++) inverse[at] = 1 - mask[at]!;
  const grown = grow(inverse, width, height);
  for (let at = 0; at < grown.length; at++) grown[at] = 1 - grown[at]!;
  return grown;
}

/** The mask with the cells next to it. */
export function grow(mask: Uint8Array, width: number, height: number): Uint8Array {
  const grown = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - 1), Math.min(height - 1, y + 1)];
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] === 0) continue;
      const [left, right] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      for (let ny = top; ny <= bottom; ny++) {
        for (let nx = left; nx <= right; nx++) grown[ny * width + nx] = 1;
      }
    }
  }
  return grown;
}
