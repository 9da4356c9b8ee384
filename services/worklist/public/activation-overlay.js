// The class activation map over the picture: where the model's evidence for a fracture lies.

const MAP = 8;
const SIZE = 299;

/** Evidence, in log odds, that is shown at half strength: what is strong still differs from what is stronger. */
const HALF = 6;

/** From little to much evidence; every step lighter than the last, so that it reads in grey too. */
const COLOURS = [
  [94, 20, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
];

/**
 * Draws the map on a canvas, between its cells bilinear. A cell's value with the head's bias is the log odds that the
 * whole image would have if all of it looked like this cell. Shown is what speaks for a fracture, and does so more than
 * the rest of the image; the scale is the same for every image, so that a faint patch on a negative study looks faint.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{ activationMap: number[], logit: number }} instance
 */
export function drawActivation(canvas, { activationMap, logit }) {
  canvas.width = SIZE;
  canvas.height = SIZE;
  const context = canvas.getContext("2d");
  if (!context) return;
  const mean = activationMap.reduce((sum, value) => sum + value, 0) / activationMap.length;
  const least = Math.max(mean, mean - logit);
  const image = context.createImageData(SIZE, SIZE);
  for (let row = 0; row < SIZE; row += 1) {
    for (let column = 0; column < SIZE; column += 1) {
      const evidence = Math.max(0, bilinear(activationMap, cellOf(row), cellOf(column)) - least);
      const strength = evidence / (evidence + HALF);
      const [red, green, blue] = colour(strength);
      image.data.set([red, green, blue, Math.round(255 * Math.min(1, 1.4 * strength))], 4 * (row * SIZE + column));
    }
  }
  context.putImageData(image, 0, 0);
}

/** Where a pixel's centre lies among the centres of the cells. */
function cellOf(pixel) {
  return Math.min(Math.max(((pixel + 0.5) * MAP) / SIZE - 0.5, 0), MAP - 1);
}

/**
 * @param {number[]} map row by row
 * @param {number} y
 * @param {number} x
 */
function bilinear(map, y, x) {
  const [top, left] = [Math.min(Math.floor(y), MAP - 2), Math.min(Math.floor(x), MAP - 2)];
  const [down, right] = [y - top, x - left];
  const value = (row, column) => map[row * MAP + column];
  return (
    (value(top, left) * (1 - right) + value(top, left + 1) * right) * (1 - down) +
    (value(top + 1, left) * (1 - right) + value(top + 1, left + 1) * right) * down
  );
}

function colour(strength) {
  const place = strength * (COLOURS.length - 1);
  const index = Math.min(Math.floor(place), COLOURS.length - 2);
  const share = place - index;
  return COLOURS[index].map((part, channel) => Math.round(part * (1 - share) + COLOURS[index + 1][channel] * share));
}
