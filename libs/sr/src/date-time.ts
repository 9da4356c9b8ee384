const OFFSET = /^([+-])(\d\d)([0-5]\d)$/;

/** A moment as DICOM writes it, at an offset from UTC like "+0100": DA, TM and DT (PS3.5 6.2). */
export function dateTimeAt(moment: Date, utcOffset: string): { date: string; time: string; dateTime: string } {
  const [, sign, hours, minutes] = OFFSET.exec(utcOffset) ?? ["", "+", "0", "0"];
  const shift = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -60_000 : 60_000);
  const digits = new Date(moment.getTime() + shift).toISOString().replace(/[-:TZ]/g, "");
  const date = digits.slice(0, 8);
  const time = digits.slice(8, 14);
  return { date, time, dateTime: `${date}${time}${isUtcOffset(utcOffset) ? utcOffset : "+0000"}` };
}

/** Whether the text is an offset from UTC as Timezone Offset From UTC (0008,0201) has it: -1200 to +1400. */
export function isUtcOffset(text: string): boolean {
  const [, sign, hours, minutes] = OFFSET.exec(text) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  return sign !== undefined && total <= (sign === "-" ? 720 : 840) && text !== "-0000";
}
