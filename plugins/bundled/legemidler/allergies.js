/* What is known of allergies, and what is known not to be known. Pure functions. */

const NONE_KNOWN = new Set(["716186003", "409137002", "428607008", "429625007"]);
const NOT_TRUE = new Set(["refuted", "entered-in-error"]);

const codes = (concept) => ((concept && concept.coding) || []).map(({ code }) => code);
const words = (concept) => (concept && (concept.text || ((concept.coding || [])[0] || {}).display)) || "";

/**
 * {kind: "recorded", cave: [{what, reaction}], other: [{what, reaction}]} · {kind: "none-known"} · {kind: "not-recorded"}.
 * CAVE is what has high criticality.
 */
export function allergiesOf(resources) {
  const real = resources.filter(
    ({ resourceType, clinicalStatus, verificationStatus }) =>
      resourceType === "AllergyIntolerance" &&
      !codes(verificationStatus).some((code) => NOT_TRUE.has(code)) &&
      !codes(clinicalStatus).some((code) => ["inactive", "resolved"].includes(code)),
  );
  const named = real.filter(({ code }) => !codes(code).some((one) => NONE_KNOWN.has(one)));
  if (!named.length) return { kind: real.length ? "none-known" : "not-recorded" };
  const rows = named.map((one) => ({
    what: words(one.code) || "?",
    reaction: (one.reaction || []).flatMap(({ manifestation }) => (manifestation || []).map(words)).filter(Boolean).join(", "),
    high: one.criticality === "high",
  }));
  return { kind: "recorded", cave: rows.filter(({ high }) => high), other: rows.filter(({ high }) => !high) };
}
