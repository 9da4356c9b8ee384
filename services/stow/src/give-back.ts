/**
 * Gives a chunk's memory back at once, where the chunk is all that its memory holds; whoever still looks at it sees it
 * empty. Otherwise the chunks of a body, 64 KiB outside the heap each, pile up until the next collection of garbage,
 * and each new one comes into memory that is in no processor's cache.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
