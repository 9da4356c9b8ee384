/** The connected parts (8-neighbours) of a mask. */
export interface Parts {
  /** How many cells each part has, counted from 1; of part 0, none. */
  sizes: number[];
  /** What each part is made of: far fewer than there are cells. Row by row, from left to right. */
  runs: Run[];
}

/** Cells of one row that follow each other and belong to one part. */
interface Run {
  part: number;
  /** Index of the first cell. */
  from: number;
  /** Index after the last cell. */
  to: number;
}

/**
 * Finds the connected parts of a mask: runs along the rows, joined where they touch one of the row above, with union by
 * path halving (He, Chao & Suzuki 2008).
 */
export function labelParts(mask: Uint8Array, width: number): Parts {
  const runs: Run[] = [];
  // A run's parent is a run of its part that comes no later.
  const parents: number[] = [];
  const rootOf = (run: number): number => {
    let at = run;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!;
      at = parents[at]!;
    }
    return at;
  };
  let above = 0;
  let row = -1;
  let firstOfRow = 0;
  eachRun(mask, width, (from, to, y) => {
    if (y !== row) {
      above = y === row + 1 ? firstOfRow : runs.length;
      firstOfRow = runs.length;
      row = y;
    }
    const run = runs.length;
    parents.push(run);
    runs.push({ part: 0, from, to });
    const [touchedFrom, touchedTo] = [from - width, to - width];
    while (above < firstOfRow && runs[above]!.to < touchedFrom) above++;
    for (let next = above; next < firstOfRow && runs[next]!.from <= touchedTo; next++) {
      const [a, b] = [rootOf(run), rootOf(next)];
      parents[Math.max(a, b)] = Math.min(a, b);
    }
  });
  const sizes = [0];
  runs.forEach((run, index) => {
    const parent = parents[index]!;
    run.part = parent === index ? sizes.push(0) - 1 : runs[parent]!.part;
    sizes[run.part]! += run.to - run.from;
  });
  return { sizes, runs };
}

/** Calls with each run of cells that are 1 along a row, in order: from its first cell to the one after its last. */
export function eachRun(mask: Uint8Array, width: number, visit: (from: number, to: number, row: number) => void): void {
  // Searching is the library's own, and passes over empty rows at no cost.
  for (let from = mask.indexOf(1); from >= 0; ) {
    const row = Math.floor(from / width);
    const end = (row + 1) * width;
    let to = from + 1;
    while (to < end && mask[to] === 1) to++;
    visit(from, to, row);
    from = mask.indexOf(1, to);
  }
}

/** The mask without what is thinner than three cells and without parts of fewer than `least` cells. */
export function keepLargeParts(mask: Uint8Array, width: number, height: number, least: number): Uint8Array {
  const opened = grow(shrink(mask, width, height), width, height);
  const { sizes, runs } = labelParts(opened, width);
  for (const { part, from, to } of runs) if (sizes[part]! < least) opened.fill(0, from, to);
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
  eachRun(mask, width, (from, to, row) => {
    const left = Math.max(from - 1, row * width);
    const right = Math.min(to + 1, (row + 1) * width);
    for (let next = Math.max(0, row - 1); next <= Math.min(height - 1, row + 1); next++) {
      const shift = (next - row) * width;
      for (let at = left + shift; at < right + shift; at++) grown[at] = 1;
    }
  });
  return grown;
}
