/** Lengths and counts at which readers go wrong. */
const SHORTS = [0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff];
const LONGS = [...SHORTS, 0x10000, 0x7ffffffe, 0x7fffffff, 0x80000000, 0xfffffffc, 0xfffffffe, 0xffffffff];

/** Tags of items, their ends and pixel data; prefix and representations; what multipart bodies are framed by. */
const TAGS = ["feff00e0", "feff0de0", "feffdde0", "e07f1000", "08001800", "20000d00", "02001000"];
const WORDS = ["DICM", "SQ", "UN", "OB", "OW", "UI", "\r\n", "\r\n--b\r\n", "\r\n--b--", "--b", "\n\n", "\0", "../"];

/** Bytes that mean something to the readers under test, little endian. */
export const TELLING_BYTES: readonly Buffer[] = [
  ...SHORTS.map((number) => littleEndian(number, 2)),
  ...LONGS.map((number) => littleEndian(number, 4)),
  ...TAGS.map((hex) => Buffer.from(hex, "hex")),
  ...WORDS.map((text) => Buffer.from(text, "latin1")),
];

function littleEndian(number: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntLE(number, 0, length);
  return bytes;
}
