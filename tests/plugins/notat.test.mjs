
test("the workspace is told of the draft, and nobody else", async () => {
  const { answerHost } = await import(base + "host.js");
  const posted = [];
  const host = { postMessage: (message, origin) => posted.push([message, origin]) };
  const heard = [];
  const page = { parent: host, addEventListener: (_, listener) => heard.push(listener) };
  const answer = { smart_web_messaging_handle: "h", smart_web_messaging_origin: "http://host" };
  let begun = null;
  answerHost({}, () => begun, page);
  answerHost(answer, () => begun, { ...page, get parent() { return this; } });
  assert.equal(posted.length + heard.length, 0);
  answerHost(answer, () => begun, page);
  assert.deepEqual([posted[0][0].payload, posted[0][1]], [{ answers: ["unsaved.query"] }, "http://host"]);
  const ask = (changes) => heard[0]({
    origin: "http://host", source: host,
    data: { messagingHandle: "h", messageId: "q", messageType: "unsaved.query", payload: {} }, ...changes,
  });
  ask({});
  begun = NOW;
  ask({});
  begun = true;
  ask({});
  const told = posted.slice(1).map(([message]) => message);
  assert.deepEqual(told.map((one) => one.responseToMessageId), ["q", "q", "q"]);
  assert.deepEqual(told.map((one) => one.payload), [{ unsaved: false }, { unsaved: true, since: NOW.toISOString() }, { unsaved: true }]);
  ask({ origin: "http://elsewhere" });
  ask({ source: {} });
  ask({ data: { messagingHandle: "other", messageId: "q", messageType: "unsaved.query" } });
  assert.equal(posted.length, 4);
});
