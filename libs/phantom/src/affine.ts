/** An affine map of space, three rows of four (rotation and scale, then translation), lengths in mm. */
export type Affine = Float64Array;

export type Point = readonly [x: number, y: number, z: number];

const radians = (degrees: number) => (degrees * Math.PI) / 180;

export const identity = (): Affine => Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);

export const translation = (x: number, y: number, z: number): Affine =>
  Float64Array.of(1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z);

export const scaling = (x: number, y: number, z: number): Affine => Float64Array.of(x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0);

/** Rotation about an axis by degrees, counter-clockwise seen against the axis. */
export function rotation(axis: "x" | "y" | "z", degrees: number): Affine {
  const c = Math.cos(radians(degrees));
  const s = Math.sin(radians(degrees));
  if (axis === "x") return Float64Array.of(1, 0, 0, 0, 0, c, -s, 0, 0, s, c, 0);
  if (axis === "y") return Float64Array.of(c, 0, s, 0, 0, 1, 0, 0, -s, 0, c, 0);
  return Float64Array.of(c, -s, 0, 0, s, c, 0, 0, 0, 0, 1, 0);
}

/** The maps one after the other, the last given first. */
export function compose(...maps: readonly Affine[]): Affine {
  return maps.reduce((a, b) => {
    const product = new Float64Array(12);
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 4; column++) {
        let sum = column === 3 ? a[row * 4 + 3]! : 0;
        for (let k = 0; k < 3; k++) sum += a[row * 4 + k]! * b[k * 4 + column]!;
        product[row * 4 + column] = sum;
      }
    }
    return product;
  }, identity());
}

/** The map done about a point instead of about the origin. */
export const about = ([x, y, z]: Point, map: Affine): Affine =>
  compose(translation(x, y, z), map, translation(-x, -y, -z));

export function invert(a: Affine): Affine {
  const [m00, m01, m02, tx, m10, m11, m12, ty, m20, m21, m22, tz] = a as unknown as [
    ...[number, number, number, number],
    ...[number, number, number, number],
    ...[number, number, number, number],
  ];
  const c00 = m11 * m22 - m12 * m21;
  const c01 = m12 * m20 - m10 * m22;
  const c02 = m10 * m21 - m11 * m20;
  const f = 1 / (m00 * c00 + m01 * c01 + m02 * c02);
  const inverse = Float64Array.of(
    ...[c00 * f, (m02 * m21 - m01 * m22) * f, (m01 * m12 - m02 * m11) * f, 0],
    ...[c01 * f, (m00 * m22 - m02 * m20) * f, (m02 * m10 - m00 * m12) * f, 0],
    ...[c02 * f, (m01 * m20 - m00 * m21) * f, (m00 * m11 - m01 * m10) * f, 0],
  );
  const [x, y, z] = apply(inverse, [tx, ty, tz]);
  inverse[3] = -x;
  inverse[7] = -y;
  inverse[11] = -z;
  return inverse;
}

export function apply(a: Affine, [x, y, z]: Point): Point {
  return [
    a[0]! * x + a[1]! * y + a[2]! * z + a[3]!,
    a[4]! * x + a[5]! * y + a[6]! * z + a[7]!,
    a[8]! * x + a[9]! * y + a[10]! * z + a[11]!,
  ];
}
