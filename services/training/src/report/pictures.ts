import { INPUT_SIZE, MAP_SIZE } from "@redspot/model";
import { COLOURS, type Markup, markup } from "@redspot/report";
import { encode } from "fast-png";

const dataUri = (png: Uint8Array) => `data:image/png;base64,${Buffer.from(png).toString("base64")}`;

/** A model input as a grey PNG. */
function greyImage(pixels: Float32Array): string {
  const data = Uint8Array.from(pixels, (grey) => Math.round(255 * grey));
  return dataUri(encode({ width: INPUT_SIZE, height: INPUT_SIZE, channels: 1, depth: 8, data }));
}

const OVERLAY = 8 * MAP_SIZE;

/** A class activation map as a veil: orange speaks for a fracture, blue against one, clear is neither. */
function veil(map: Float32Array, strongest: number): string {
  const data = new Uint8Array(4 * OVERLAY ** 2);
  for (let at = 0; at < OVERLAY ** 2; at++) {
    const value = smoothAt(map, at % OVERLAY, Math.floor(at / OVERLAY)) / strongest;
    const colour = Number.parseInt((value > 0 ? COLOURS.fracture : COLOURS.noFracture).slice(1), 16);
    data.set([colour >> 16, (colour >> 8) & 255, colour & 255, Math.round(170 * Math.min(1, Math.abs(value)))], 4 * at);
  }
  return dataUri(encode({ width: OVERLAY, height: OVERLAY, channels: 4, depth: 8, data }));
}

/** The map between the middles of its cells, bilinear. */
function smoothAt(map: Float32Array, x: number, y: number): number {
  const place = (at: number) => Math.min(MAP_SIZE - 1, Math.max(0, ((at + 0.5) * MAP_SIZE) / OVERLAY - 0.5));
  const [u, v] = [place(x), place(y)];
  const [left, top] = [Math.floor(u), Math.floor(v)];
  const [right, bottom] = [Math.min(MAP_SIZE - 1, left + 1), Math.min(MAP_SIZE - 1, top + 1)];
  const cell = (column: number, row: number) => map[row * MAP_SIZE + column]!;
  const above = cell(left, top) + (u - left) * (cell(right, top) - cell(left, top));
  const below = cell(left, bottom) + (u - left) * (cell(right, bottom) - cell(left, bottom));
  return above + (v - top) * (below - above);
}

/** What the network saw, and beside it the same under its class activation map, the strongest place for a fracture ringed. */
export function activationPicture(pixels: Float32Array, map: Float32Array, strongest: number, name: string): Markup {
  const cell = INPUT_SIZE / MAP_SIZE;
  const peak = map.reduce((best, value, at) => (value > map[best]! ? at : best), 0);
  const [x, y] = [((peak % MAP_SIZE) + 0.5) * cell, (Math.floor(peak / MAP_SIZE) + 0.5) * cell];
  const apart = INPUT_SIZE + 6;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${apart + INPUT_SIZE} ${INPUT_SIZE}" role="img" aria-label="${name}: model input, and the same with its class activation map">
<image id="seen-${name}" width="${INPUT_SIZE}" height="${INPUT_SIZE}" href="${greyImage(pixels)}"/>
<use href="#seen-${name}" x="${apart}"/>
<image x="${apart}" width="${INPUT_SIZE}" height="${INPUT_SIZE}" href="${veil(map, strongest)}"/>
<circle cx="${apart + x}" cy="${y}" r="26" fill="none" stroke="white" stroke-width="2.5" stroke-dasharray="5 3"/>
</svg>`;
}

/** Figure 2 of Kim & MacKinnon: the filters of the first layer, each in its own range, mid-grey standing for none. */
export function filterPicture(filters: readonly Float32Array[]): Markup {
  const [columns, cell] = [16, 10];
  const step = 3 * cell + 6;
  const squares = filters.map((filter, at) => {
    const most = filter.reduce((sum, value) => Math.max(sum, Math.abs(value)), 1e-12);
    const [left, top] = [(at % columns) * step, Math.floor(at / columns) * step];
    return Array.from({ length: 9 }, (_, place) => {
      const channels = [0, 1, 2].map((channel) => Math.round(128 + (127 * filter[9 * channel + place]!) / most));
      const [x, y] = [left + (place % 3) * cell, top + Math.floor(place / 3) * cell];
      return markup`<rect x="${x}" y="${y}" width="${cell + 0.3}" height="${cell + 0.3}" fill="rgb(${channels.join()})"/>`;
    });
  });
  const [width, height] = [columns * step, Math.ceil(filters.length / columns) * step];
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="The ${filters.length} filters of the first layer, 3 x 3 in three colours">${squares.flat()}</svg>`;
}
