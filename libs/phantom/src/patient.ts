import type { Random } from "./random.ts";

/** Somebody who does not exist, and whose name says so. */
export interface InventedPatient {
  /** PN, component groups by "=" (PS3.5 6.2.1). */
  readonly name: string;
  readonly id: string;
  readonly sex: "F" | "M" | "O";
}

const GIVEN = ["ALDER", "BIRCH", "CEDAR", "ELM", "FIR", "HAZEL", "IVY", "JUNIPER", "LINDEN", "MAPLE", "OAK", "ROWAN"];
const ACCENTED = ["FRÊNE", "CHÊNE", "BÜCHE", "ÁLAMO", "GRÅN", "OLŠE"];
const IDEOGRAPHIC = [
  ["SAKURA", "桜", "さくら"],
  ["MATSU", "松", "まつ"],
  ["TAKE", "竹", "たけ"],
  ["UME", "梅", "うめ"],
] as const;

export function inventPatient(random: Random): InventedPatient {
  const script = random.weighted([
    [0.84, "plain"] as const,
    [0.09, "accented"] as const,
    [0.07, "ideographic"] as const,
  ]);
  const given = random.pick(GIVEN);
  const accented = random.pick(ACCENTED);
  const [romaji, kanji, kana] = random.pick(IDEOGRAPHIC);
  const name =
    script === "plain"
      ? `PHANTOM^${given}`
      : script === "accented"
        ? `PHANTOM^${accented}`
        : `PHANTOM^${romaji}=幻影^${kanji}=げんえい^${kana}`;
  return {
    name,
    id: `PHANTOM-${String(random.integer(0, 9_999_999)).padStart(7, "0")}`,
    sex: random.weighted([[0.6, "F"] as const, [0.38, "M"] as const, [0.02, "O"] as const]),
  };
}

/** Whether a text needs a Specific Character Set (0008,0005). */
export const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text);
