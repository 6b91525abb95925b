/* One measure over time as SVG: grey band without points, a line, a mark at the last value. */
import { s } from "./page.js";
import { map, stretches, valueWindow } from "./scale.js";

const DOTS_AT_LEAST = 7;
const DAY = 86400000;
/* No line is drawn over a longer time without a measurement. */
const GAP_DAYS = { weight: 45, glucose: 3 };
const USUAL_GAP_DAYS = 8;
const RIGHT_MARGIN = 10;

/** A triangle pointing up, `size` high, its middle at (x, y). */
function triangle(x, y, size, kind) {
  const half = size * 0.6;
  const d = `M${x} ${y - size * 0.62}L${x + half} ${y + size * 0.38}L${x - half} ${y + size * 0.38}Z`;
  return s("path", { d, class: `point ${kind}` });
}

/**
 * Draw `entries` [{at, value, points}] into a picture of `width` by `height` pixels.
 * `normal` is [low, high] or null; `time` is {from, to, ticks}; `gap`: days without a value over which a line still goes;
 * `fine`: differences below 1 matter; `joined` false: no line between the values.
 */
export function chart({ name, entries, normal, time, width, height, label, gap, fine = false, joined = true }) {
  const picture = s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "chart" });
  const x = map(time.from.getTime(), time.to.getTime(), 0, width - RIGHT_MARGIN);
  const inside = entries.filter(({ at }) => at >= time.from && at <= time.to);
  const [low, high] = valueWindow(name, inside.map(({ value }) => value), undefined, fine);
  const edge = 9;
  const y = map(low, high, height - edge, edge);
  const clip = (value) => Math.max(0, Math.min(height, value));
  if (normal) {
    const top = clip(y(normal[1]));
    picture.append(s("rect", { x: 0, y: top, width, height: clip(y(normal[0])) - top, class: "band" }));
  }
  for (const { at } of time.ticks) {
    const left = Math.round(x(at.getTime())) + 0.5;
    picture.append(s("line", { x1: left, x2: left, y1: 0, y2: height, class: "grid" }));
  }
  if (!inside.length) return picture;
  const place = (entry) => [Math.round(x(entry.at.getTime()) * 10) / 10, Math.round(y(entry.value) * 10) / 10];
  for (const part of joined ? stretches(inside, (gap || GAP_DAYS[name] || USUAL_GAP_DAYS) * DAY) : []) {
    picture.append(s("polyline", { points: part.map((entry) => place(entry).join(",")).join(" "), class: "line" }));
  }
  const spread = x(inside.at(-1).at.getTime()) - x(inside[0].at.getTime());
  const roomy = spread / inside.length >= DOTS_AT_LEAST || inside.length < 4;
  inside.slice(0, -1).forEach((entry) => {
    const [left, top] = place(entry);
    if (entry.points) picture.append(triangle(left, top, roomy ? 9 : 7, entry.points > 1 ? "bad" : "off"));
    else if (roomy) picture.append(s("circle", { cx: left, cy: top, r: 2.5, class: "point" }));
  });
  const last = inside.at(-1);
  const [left, top] = place(last);
  const mark = last.points ? triangle(left, top, 14, last.points > 1 ? "bad" : "off") : s("circle", { cx: left, cy: top, r: 5, class: "point" });
  mark.classList.add("last");
  picture.append(mark);
  return picture;
}

/** The labels below the charts, as one picture. */
export function axis(time, width) {
  const picture = s("svg", { width, height: 22, viewBox: `0 0 ${width} 22`, class: "axis", "aria-hidden": "true" });
  const x = map(time.from.getTime(), time.to.getTime(), 0, width - RIGHT_MARGIN);
  const centred = time.ticks.some(({ centre }) => centre);
  const column = time.ticks.length > 1 ? x(time.ticks[1].at.getTime()) - x(time.ticks[0].at.getTime()) : width;
  const every = Math.ceil((centred ? 46 : 44) / Math.max(column, 1));
  time.ticks.forEach(({ at, label, centre }, index) => {
    if ((time.ticks.length - 1 - index) % every !== 0) return;
    const left = x(at.getTime()) + (centre ? column / 2 : 0);
    const anchor = centre ? "middle" : left > width - 24 ? "end" : left < 16 ? "start" : "middle";
    picture.append(s("text", { x: Math.min(left, width), y: 15, "text-anchor": anchor }, label));
  });
  return picture;
}
