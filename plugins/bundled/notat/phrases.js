/* Ready-made phrases. `…` is the place to fill in. */
export const PHRASES = {
  nb: [
    "Sov godt, oppe én gang.",
    "Urolig fra kl. …",
    "Spist godt til …",
    "Drukket … ml.",
    "Smertefri i hvile.",
    "Stelt i seng, hud hel.",
    "Gikk til toalettet med støtte.",
    "Pårørende ringt og informert.",
    "Ringer legevakt hvis …",
  ],
  en: [
    "Slept well, up once.",
    "Restless from …",
    "Ate well at …",
    "Drank … ml.",
    "No pain at rest.",
    "Cared for in bed, skin intact.",
    "Walked to the toilet with support.",
    "Family called and informed.",
    "Will call the doctor if …",
  ],
};

/** Put a phrase into `text` at `start`..`end`: {text, start, end}, the last two around `…` or after the phrase. */
export function insert(text, start, end, phrase) {
  const before = text.slice(0, start);
  const glue = before && !/\s$/.test(before) ? " " : "";
  const whole = before + glue + phrase + text.slice(end);
  const place = phrase.indexOf("…");
  const from = before.length + glue.length + (place < 0 ? phrase.length : place);
  return { text: whole, start: from, end: place < 0 ? from : from + 1 };
}
