import { draw, lettering, placed } from "@redspot/lettering";
import { type Activation, evidenceOf } from "./activation.ts";
import { activationOutline } from "./activation-region.ts";

/** A grey image of 8 bits, row by row. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly greys: Uint8Array;
}

/** A colour image: red, green and blue of each pixel, row by row (PS3.3 C.7.6.3.1.2). */
export interface ColourImage {
  readonly columns: number;
  readonly rows: number;
  readonly pixels: Uint8Array;
}

type Colour = readonly [red: number, green: number, blue: number];

/** From little to much evidence; every step lighter than the last, so that it reads in grey too. */
const COLOURS: readonly Colour[] = [
  [94, 20, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
];
const LINE: Colour = [252, 255, 164];
const TEXT: Colour = [255, 255, 255];

/** How much of the colour covers the image where the evidence is strongest: the bone must be seen through it. */
const MOST_COVER = 0.45;
/** The image is shown twice as large as the network saw it. */
const SCALE = 2;
const LINE_HEIGHT = 26;
const MARGIN = 12;
/** A letter's height, and from one to the next, in its own units. */
const LETTER_HEIGHT = 6;
const LETTER_STEP = 6;

/**
 * The image as the network saw it, with the evidence in colour, a line round the strongest of it, and lines of text
 * above and below: what is written is in the pixels, where no viewer can leave it out.
 */
export function drawPicture(
  image: GreyImage,
  activation: Activation,
  text: { readonly above: readonly string[]; readonly below: readonly string[] },
): ColourImage {
  const [columns, height] = [image.width * SCALE, image.height * SCALE];
  const top = text.above.length * LINE_HEIGHT;
  const rows = top + height + text.below.length * LINE_HEIGHT;
  const pixels = new Uint8Array(rows * columns * 3);
  const evidence = evidenceOf(activation);
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const grey = image.greys[y * image.width + x] ?? 0;
      const strength = Math.tanh(evidence((x + 0.5) / image.width, (y + 0.5) / image.height) / 4);
      const colour = mixed([grey, grey, grey], colourOf(strength), MOST_COVER * Math.min(1, 1.4 * strength));
      for (let row = 0; row < SCALE; row++) {
        const first = (top + SCALE * y + row) * columns + SCALE * x;
        for (let column = 0; column < SCALE; column++) pixels.set(colour, 3 * (first + column));
      }
    }
  }
  const outline = (activationOutline(activation) ?? []).map(({ x, y }) => [x * columns, top + y * height] as const);
  // Line by line and letter by letter: a drawing costs its strokes times the pixels around all of them.
  for (const [i, [x, y]] of outline.slice(1).entries()) {
    draw({ strokes: [[...outline[i]!, x, y]], half: 0.9 }, columns, rows, (at, cover) => mix(pixels, at, LINE, cover));
  }
  for (const [line, y] of [
    ...text.above.map((one, i) => [one, i * LINE_HEIGHT] as const),
    ...text.below.map((one, i) => [one, top + height + i * LINE_HEIGHT] as const),
  ]) {
    write(line, y, columns, rows, (at, cover) => mix(pixels, at, TEXT, cover));
  }
  return { columns, rows, pixels };
}

/** A line of text in the middle, as large as the lines' height and the image's width let it be. */
function write(text: string, y: number, columns: number, rows: number, paint: Parameters<typeof draw>[3]): void {
  const { width } = lettering(text);
  const scale = Math.min(13 / LETTER_HEIGHT, (columns - 2 * MARGIN) / width);
  const top = y + (LINE_HEIGHT - LETTER_HEIGHT * scale) / 2;
  for (const [i, letter] of [...text].entries()) {
    const at = { x: (columns - width * scale) / 2 + i * LETTER_STEP * scale, y: top, scale };
    draw({ strokes: placed(lettering(letter).strokes, at), half: scale * 0.35 }, columns, rows, paint);
  }
}

function mix(pixels: Uint8Array, at: number, colour: Colour, cover: number): void {
  const [red = 0, green = 0, blue = 0] = pixels.subarray(3 * at, 3 * at + 3);
  pixels.set(mixed([red, green, blue], colour, cover), 3 * at);
}

function mixed(under: Colour, over: Colour, cover: number): Colour {
  const channel = (i: 0 | 1 | 2) => Math.round(under[i] * (1 - cover) + over[i] * cover);
  return [channel(0), channel(1), channel(2)];
}

function colourOf(strength: number): Colour {
  const place = strength * (COLOURS.length - 1);
  const index = Math.min(Math.floor(place), COLOURS.length - 2);
  const share = place - index;
  const [low, high] = [COLOURS[index]!, COLOURS[index + 1]!];
  const channel = (i: 0 | 1 | 2) => low[i] * (1 - share) + high[i] * share;
  return [channel(0), channel(1), channel(2)];
}
