/* Storing a draft: all or nothing where the server can, and never twice. */

const NO_TRANSACTION = new Set([404, 405, 501]);

/** Store `resources`; throws Trouble and stores the same again under the same ids when called again. */
export async function store(session, resources) {
  if (resources.length === 1) return confirm(await session.put(resources[0]), resources[0]);
  try {
    const answer = await session.putAll(resources);
    const entries = (answer && answer.entry) || [];
    if (entries.length === resources.length && entries.every(({ response }) => /^20[01]/.test((response || {}).status || ""))) return undefined;
    throw Object.assign(new Error("unconfirmed"), { kind: "server", status: 0 });
  } catch (error) {
    if (!NO_TRANSACTION.has(error.status)) throw error;
  }
  for (const resource of resources) confirm(await session.put(resource), resource);
  return undefined;
}

/** Stored is what the server names back (NAV-12). */
function confirm(answer, resource) {
  if (answer && answer.id && answer.id !== resource.id) throw Object.assign(new Error("other id"), { kind: "server", status: 0 });
}
