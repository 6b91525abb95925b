"""The two scripts behind ``window.parent`` of a pane's page: one where the page sees it, one where it cannot.

The first stands in the page's own world and is the window that the app posts to. The second stands in the application
world, names the document's origin as Chromium knows it, keeps a flood away from the GUI thread, and has the channel.
They speak by events that carry text only. Both run in the main frame of the app's own origins and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

LONGEST_MESSAGE = 128 * 1024
"""Characters of a message as JSON."""

MESSAGES_AT_ONCE = 40
MESSAGES_PER_SECOND = 20
TOLD_AGAIN_MS = 1000

_SHIM = """(() => {
  const given = %s;
  if (window !== window.top || !given.origins.includes(location.origin)) return;
  const { stringify, parse } = JSON;
  const { defineProperty, freeze } = Object;
  const dispatch = EventTarget.prototype.dispatchEvent.bind(document);
  const toSelf = EventTarget.prototype.dispatchEvent.bind(window);
  const [Message, Custom, Exception, Address] = [MessageEvent, CustomEvent, DOMException, URL];
  const say = (name, detail) => dispatch(new Custom(name, { detail }));
  const originOf = wanted => {
    if (wanted === '*' || wanted === '/') return wanted;
    try { return new Address(wanted).origin; } catch (error) {
      throw new Exception(`Invalid target origin '${wanted}' in a call to 'postMessage'.`, 'SyntaxError');
    }
  };
  const postMessage = function (message, target) {
    if (arguments.length === 0) throw new TypeError('1 argument required, but only 0 present.');
    const wanted = target !== null && typeof target === 'object' ? target.targetOrigin : target;
    const origin = originOf(wanted === undefined ? '/' : String(wanted));
    if (origin === '*') return say('vaktrom-refused', 'any_origin');
    if (origin !== given.host) return;
    let text;
    try { text = stringify(message); } catch (error) { return say('vaktrom-refused', 'unreadable'); }
    if (typeof text !== 'string') return say('vaktrom-refused', 'unreadable');
    if (text.length > given.longest) return say('vaktrom-refused', 'too_large');
    say('vaktrom-post', text);
  };
  const host = { postMessage, closed: false, length: 0, opener: null, focus() {}, blur() {}, close() {} };
  for (const name of ['window', 'self', 'parent', 'top', 'frames']) host[name] = host;
  defineProperty(host, 'location', {
    get() { throw new Exception('Blocked a frame from accessing a cross-origin frame.', 'SecurityError'); },
  });
  freeze(host);
  document.addEventListener('vaktrom-answer', event => {
    event.stopImmediatePropagation();
    const answer = new Message('message', { data: parse(event.detail), origin: given.host });
    defineProperty(answer, 'source', { value: host });
    toSelf(answer);
  }, true);
  const stand = name => defineProperty(window, name, { configurable: true, enumerable: true, get: () => host });
  stand('parent');
  if (window.opener === null && !window.name) stand('opener');
})();"""

_GLUE = """(() => {
  const given = %s;
  if (window !== window.top || !given.origins.includes(location.origin)) return;
  const own = Array.from(crypto.getRandomValues(new Uint32Array(4)), part => part.toString(16)).join('-');
  const waiting = [];
  const refused = new Map();
  let port = null, left = given.burst, last = performance.now(), told = -given.again, telling = false;
  const send = (...call) => { if (port === null) waiting.push(call); else port[call[0]](own, ...call.slice(1)); };
  const tell = () => {
    telling = false;
    told = performance.now();
    for (const [reason, count] of refused) send('refuse', location.origin, reason, count);
    refused.clear();
  };
  const refuse = reason => {
    refused.set(reason, (refused.get(reason) || 0) + 1);
    if (telling) return;
    telling = true;
    setTimeout(tell, Math.max(0, told + given.again - performance.now()));
  };
  document.addEventListener('vaktrom-post', event => {
    const now = performance.now();
    left = Math.min(given.burst, left + (now - last) * given.rate / 1000);
    last = now;
    if (typeof event.detail !== 'string') return refuse('unreadable');
    if (event.detail.length > given.longest) return refuse('too_large');
    if (left < 1) return refuse('flood');
    left -= 1;
    send('take', location.origin, event.detail);
  });
  document.addEventListener('vaktrom-refused', event => {
    if (['any_origin', 'unreadable', 'too_large'].includes(event.detail)) refuse(event.detail);
  });
  new QWebChannel(qt.webChannelTransport, channel => {
    port = channel.objects.messaging;
    port.begin(own);
    port.answered.connect((document_, number, text) => {
      if (document_ !== own) return;
      document.dispatchEvent(new CustomEvent('vaktrom-answer', { detail: text }));
      port.delivered(number);
    });
    for (const call of waiting.splice(0)) send(...call);
  });
})();"""


def shim_script(host_origin: str, origins: Iterable[str]) -> str:
    """For the page's own world: ``window.parent`` and ``window.opener`` are a window of ``host_origin``."""
    return _SHIM % _given(host=host_origin, origins=sorted(origins), longest=LONGEST_MESSAGE)


def glue_script(channel_library: str, origins: Iterable[str]) -> str:
    """For the application world: Qt's own channel library, and what carries messages through it."""
    given = _given(
        origins=sorted(origins),
        longest=LONGEST_MESSAGE,
        burst=MESSAGES_AT_ONCE,
        rate=MESSAGES_PER_SECOND,
        again=TOLD_AGAIN_MS,
    )
    return f"{channel_library}\n{_GLUE % given}"


def _given(**values: object) -> str:
    return json.dumps(values).replace("<", "\\u003c")
