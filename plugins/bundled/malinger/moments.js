/* Times as staff write them: 03:15, 23.11., 22.11. 20:10. Local time; all functions are pure. */

const DAYS = {
  nb: ["søn", "man", "tir", "ons", "tor", "fre", "lør"],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
};

const two = (number) => String(number).padStart(2, "0");

/** `03:15` */
export function clock(date) {
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `23.11.` */
export function day(date) {
  return `${two(date.getDate())}.${two(date.getMonth() + 1)}.`;
}

/** `23.11.2026` when the year is not that of `now`, else `23.11.` */
export function dayOf(date, now) {
  return date.getFullYear() === now.getFullYear() ? day(date) : `${day(date)}${date.getFullYear()}`;
}

/** `man 23.` */
export function weekday(date, language = "nb") {
  return `${DAYS[language][date.getDay()]} ${date.getDate()}.`;
}

/** `22.11. 20:10` */
export function moment(date, now = date) {
  return `${dayOf(date, now)} ${clock(date)}`;
}

export function sameDay(one, other) {
  return one.toDateString() === other.toDateString();
}

/** The first moment of the local day that lies `offset` days from that of `date`; right across changes of summer time. */
export function startOfDay(date, offset = 0) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + offset);
}

/** `12 min`, `2 t 48 min`, `3 t`, `2 døgn`; English: `2 h 48 min`, `2 d`. */
export function span(milliseconds, language = "nb") {
  const minutes = Math.max(0, Math.round(milliseconds / 60000));
  const [hour, days] = language === "en" ? ["h", "d"] : ["t", "døgn"];
  if (minutes < 60) return `${minutes} min`;
  if (minutes >= 48 * 60) return `${Math.floor(minutes / (24 * 60))} ${days}`;
  const rest = minutes % 60;
  return rest ? `${Math.floor(minutes / 60)} ${hour} ${rest} min` : `${minutes / 60} ${hour}`;
}

/** Whole years from a birth date `YYYY[-MM[-DD]]`. */
export function years(birthDate, now) {
  const [year, month = 1, dayOfMonth = 1] = String(birthDate || "").split("-").map(Number);
  if (!year) return null;
  const before = now.getMonth() + 1 < month || (now.getMonth() + 1 === month && now.getDate() < dayOfMonth);
  return now.getFullYear() - year - (before ? 1 : 0);
}
