/* Following the patient of the workspace by FHIRcast: subscribe, acknowledge, renew the lease, come back after a loss. */
import { decide, pause, read } from "./events.js";

const EVENTS = "Patient-open,Patient-close";
const LEASE_SECONDS = 7200;
const SILENT_MILLISECONDS = 2000;

export class Follower {
  /**
   * `session` gives hub address, topic and token. `on.change(patientId | null)` must clear the screen before it
   * returns; `on.link(up)` tells a loss that lasts longer than two seconds, and its end.
   */
  constructor(session, on) {
    this.session = session;
    this.on = on;
    this.context = { patient: session.patient, stamp: null };
    this.url = session.answer["hub.url"];
    this.topic = session.answer["hub.topic"];
    this.tries = 0;
    this.over = false;
    this.joined = false;
    window.addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => !document.hidden && this.hurry());
  }

  get able() {
    return Boolean(this.url && this.topic);
  }

  start() {
    if (this.able) this.connect();
  }

  async subscribe(endpoint) {
    await this.session.renew(endpoint ? this.lease : undefined);
    const form = new URLSearchParams({
      "hub.channel.type": "websocket",
      "hub.mode": "subscribe",
      "hub.topic": this.topic,
      "hub.events": EVENTS,
      "hub.lease_seconds": String(LEASE_SECONDS),
      "subscriber.name": "Målinger",
      ...(endpoint ? { "hub.channel.endpoint": endpoint } : {}),
    });
    const answer = await fetch(this.url, {
      method: "POST",
      body: form,
      headers: { authorization: this.session.authorization },
    });
    if (!answer.ok) {
      const error = new Error("subscription refused");
      error.status = answer.status;
      throw error;
    }
    return (await answer.json())["hub.channel.endpoint"];
  }

  async connect() {
    clearTimeout(this.retry);
    if (this.over || this.connecting) return;
    this.connecting = true;
    try {
      this.endpoint = await this.subscribe();
      this.listen(this.endpoint);
    } catch (error) {
      this.connecting = false;
      const status = error.status || 0;
      if (error.kind === "ended" || [400, 403].includes(status)) this.end();
      else this.again();
    }
  }

  listen(endpoint) {
    const socket = new WebSocket(endpoint);
    this.socket = socket;
    socket.addEventListener("message", ({ data }) => this.receive(socket, data));
    socket.addEventListener("close", () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.connecting = false;
      clearTimeout(this.renewal);
      if (!this.over) this.again();
    });
  }

  receive(socket, data) {
    const event = read(data);
    if (event.kind === "confirmed") this.confirmed(event.lease);
    else if (event.kind === "denied") this.end();
    else if (event.id) {
      const change = decide(this.context, event);
      if (change === "switch" || change === "clear") {
        this.context = { patient: change === "clear" ? null : event.patient, stamp: event.stamp };
        const load = this.on.change(this.context.patient);
        this.acknowledge(socket, event.id);
        if (load) load();
      } else {
        if (change === "keep") this.context.stamp = event.stamp;
        this.acknowledge(socket, event.id);
      }
    }
  }

  /** 200: the screen shows nothing of another patient any more (FHIRcast 2.4). */
  acknowledge(socket, id) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ id, status: 200 }));
  }

  confirmed(lease) {
    this.tries = 0;
    this.connecting = false;
    this.lease = lease || LEASE_SECONDS;
    clearTimeout(this.silence);
    this.silence = null;
    this.on.link(true);
    clearTimeout(this.renewal);
    this.renewal = setTimeout(() => this.prolong(), this.lease * 700);
    if (this.joined) this.compare();
    this.joined = true;
  }

  async prolong() {
    try {
      await this.subscribe(this.endpoint);
      this.renewal = setTimeout(() => this.prolong(), this.lease * 700);
    } catch {
      this.renewal = setTimeout(() => this.prolong(), 5000);
    }
  }

  /** After a loss: a patient that was closed meanwhile is not told again, so ask for the current context. */
  async compare() {
    const before = this.context;
    try {
      const answer = await fetch(`${this.url}/${encodeURIComponent(this.topic)}`, {
        headers: { authorization: this.session.authorization },
        cache: "no-store",
      });
      if (!answer.ok) return;
      const current = await answer.json();
      if (this.context === before && before.patient && current["context.type"] === "") {
        this.context = { patient: null, stamp: before.stamp };
        this.on.change(null);
      }
    } catch {
      /* The next loss or event tells. */
    }
  }

  again() {
    this.silence ||= setTimeout(() => this.on.link(false), SILENT_MILLISECONDS);
    this.retry = setTimeout(() => this.connect(), pause(this.tries, Math.random()));
    this.tries += 1;
  }

  hurry() {
    if (this.able && !this.socket && !this.over) this.connect();
  }

  end() {
    this.over = true;
    clearTimeout(this.retry);
    clearTimeout(this.renewal);
    clearTimeout(this.silence);
  }
}
