/** A stroke from one point to another, in a letter's own units: 4 wide, 6 high, y downwards. */
export type Stroke = readonly [x1: number, y1: number, x2: number, y2: number];

// Each letter as lines through points; a point is two digits, x then y; a space lifts the pen.
const GLYPHS: Record<string, string> = {
  A: "06204246 1444",
  B: "060030414233 0333444536 3606",
  C: "4130100105163645",
  D: "06002042442606",
  E: "40000646 0333",
  F: "400006 0333",
  G: "41301001051636454323",
  H: "0006 4046 0343",
  I: "2026 1030 1636",
  J: "4045361605",
  K: "0006 4003 0346",
  L: "000646",
  M: "0600234046",
  N: "06004640",
  O: "100105163645413010",
  P: "060030414233 3303",
  Q: "100105163645413010 2446",
  R: "060030414233 3303 1346",
  S: "413010010213334445361605",
  T: "0040 2026",
  U: "000516364540",
  V: "002640",
  W: "0016233640",
  X: "0046 4006",
  Y: "002340 2326",
  Z: "00400646",
  0: "100105163645413010 4105",
  1: "112026 1636",
  2: "01103041420646",
  3: "0110304142334445361605 1333",
  4: "36300444",
  5: "40000313334445361605",
  6: "403010010516364544331304",
  7: "004016",
  8: "13020110304142331304051636454433",
  9: "0616364541301001021343",
  ":": "2122 2425",
  ".": "2526",
  "-": "1333",
  "/": "0640",
  "*": "2125 0244 4204",
  ",": "2516",
  "%": "0640 0111 3545",
  "(": "30121436",
  ")": "10323416",
  "=": "0242 0444",
  Ä: "061222324246 1545 1011 3031",
  Ö: "120305163645433212 1011 3031",
  Ü: "020516364542 1011 3031",
};

/** The strokes of a text from left to right, and its width, in units of a letter's 6 of height. */
export function lettering(text: string): { strokes: Stroke[]; width: number } {
  const strokes: Stroke[] = [];
  let left = 0;
  for (const character of text.toUpperCase()) {
    for (const line of (GLYPHS[character] ?? "").split(" ")) {
      for (let i = 0; i + 3 < line.length; i += 2) {
        const [x1, y1, x2, y2] = [...line.slice(i, i + 4)].map(Number) as [number, number, number, number];
        strokes.push([left + x1, y1, left + x2, y2]);
      }
    }
    left += 6;
  }
  return { strokes, width: Math.max(0, left - 2) };
}
