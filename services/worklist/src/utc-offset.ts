/** This machine's offset from UTC at a moment, as DICOM writes it: "+0100" (PS3.3 C.12.1.1.8). Its zone is TZ's. */
export function localUtcOffset(moment: Date): string {
  const minutes = -moment.getTimezoneOffset();
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}${two(Math.abs(minutes) % 60)}`;
}
