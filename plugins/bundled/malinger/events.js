/* FHIRcast events as Målinger reads them. Pure functions (FHIRcast 3.0.0, sections 2.2 to 2.4). */

/** Precision of a timestamp in milliseconds: 1 with fractions, 1000 with seconds, 60000 with minutes. */
function precision(text) {
  if (/:\d\d:\d\d\.\d/.test(text)) return 1;
  return /T\d\d:\d\d:\d\d/.test(text) ? 1000 : 60000;
}

/** Whether `stamp` is earlier than `current`, compared at the coarser precision of the two. */
export function isOlder(stamp, current) {
  if (!stamp || !current) return false;
  const coarser = Math.max(precision(stamp), precision(current));
  const cut = (text) => Math.floor(Date.parse(text) / coarser);
  return cut(stamp) < cut(current);
}

/**
 * One frame from the hub:
 * {kind: "confirmed", lease} · {kind: "denied"} · {kind: "open"|"close", id, stamp, patient} · {kind: "other", id?}
 */
export function read(text) {
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    return { kind: "other" };
  }
  if (frame["hub.mode"] === "subscribe") return { kind: "confirmed", lease: Number(frame["hub.lease_seconds"]) || 0 };
  if (frame["hub.mode"] === "denied") return { kind: "denied" };
  const event = frame.event;
  if (!event || !frame.id) return { kind: "other" };
  const name = String(event["hub.event"] || "").toLowerCase();
  const entry = (event.context || []).find(({ key }) => key === "patient");
  const patient = entry && ((entry.resource || {}).id || String((entry.reference || {}).reference || "").replace(/^Patient\//, ""));
  const facts = { id: frame.id, stamp: frame.timestamp, patient: patient || null };
  if (name === "patient-open" && patient) return { kind: "open", ...facts };
  if (name === "patient-close" && patient) return { kind: "close", ...facts };
  return { kind: "other", id: frame.id };
}

/**
 * What an event does to the context {patient, stamp}:
 * "ignore" an older one or a close of another patient, "keep" the same patient, "switch", or "clear".
 */
export function decide(context, event) {
  if (event.kind === "open") {
    if (isOlder(event.stamp, context.stamp)) return "ignore";
    return event.patient === context.patient ? "keep" : "switch";
  }
  if (event.kind === "close") {
    return event.patient === context.patient && !isOlder(event.stamp, context.stamp) ? "clear" : "ignore";
  }
  return "ignore";
}

/** Milliseconds to wait before try number `tries` (from 0): quick at first, at most 10 s. */
export function pause(tries, chance = 0.5) {
  const most = Math.min(10000, 150 * 2 ** Math.min(tries, 8));
  return Math.round(most * (0.5 + chance * 0.5));
}
