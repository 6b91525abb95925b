/* The workspace asks before it takes this page away: does it hold something unsaved? (SMART Web Messaging, `unsaved.query`) */

const QUERY = "unsaved.query";

/**
 * Say that this page answers, and answer. `begun` gives the Date of the draft, true when its time is not known, or null.
 * `answer` is the token response; without a host in it nothing happens.
 */
export function answerHost(answer, begun, page = window) {
  const { smart_web_messaging_handle: handle, smart_web_messaging_origin: origin } = answer;
  const host = page.parent;
  if (!handle || !origin || host === page) return;
  page.addEventListener("message", (event) => {
    const message = event.data || {};
    const asks = message.messageType === QUERY && message.messagingHandle === handle;
    if (event.origin !== origin || event.source !== host || !asks) return;
    const since = begun();
    const payload = { unsaved: Boolean(since), ...(since instanceof Date && { since: since.toISOString() }) };
    host.postMessage({ messageId: crypto.randomUUID(), responseToMessageId: message.messageId, payload }, origin);
  });
  const messageType = "status.handshake";
  const payload = { answers: [QUERY] };
  host.postMessage({ messagingHandle: handle, messageId: crypto.randomUUID(), messageType, payload }, origin);
}
