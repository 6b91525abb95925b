/* One SMART session of an app. Every request goes through the fhirclient library. */

const RENEW_BEFORE_SECONDS = 60;
const ANSWER_WITHIN_MILLISECONDS = 20000;
const PAGES = 10;

/** Something went wrong; `kind` says whose fault: launch, network, busy, ended, refused, missing, conflict, invalid, server. */
export class Trouble extends Error {
  constructor(kind, status = 0) {
    super(kind);
    this.kind = kind;
    this.status = status;
  }
}

/** The kind of trouble that an HTTP status stands for. */
export function kindOfStatus(status) {
  if (status === 401) return "ended";
  if (status === 403) return "refused";
  if (status === 404 || status === 410) return "missing";
  if (status === 409 || status === 412) return "conflict";
  if (status === 429 || status === 503) return "busy";
  if (status === 400 || status === 422) return "invalid";
  return status >= 400 ? "server" : "network";
}

function trouble(error) {
  if (error instanceof Trouble) return error;
  const status = Number(error && (error.status || error.statusCode)) || 0;
  return new Trouble(kindOfStatus(status), status);
}

/** Finish the launch (or take it up again after a reload). Throws Trouble. */
export async function openSession(library = window.FHIR) {
  library.oauth2.settings.refreshTokenWithClientId = true;
  let client;
  try {
    client = await library.oauth2.ready();
  } catch (error) {
    const status = Number(error && error.status) || 0;
    throw new Trouble(status >= 500 || status === 429 ? kindOfStatus(status) : "launch", status);
  }
  return new Session(client);
}

export class Session {
  constructor(client) {
    this.client = client;
  }

  /** Members of the token response, `hub.url` and `hub.topic` among them (FHIRcast). */
  get answer() {
    return this.client.state.tokenResponse || {};
  }

  get patient() {
    return this.client.patient.id;
  }

  get encounter() {
    return this.client.encounter.id;
  }

  /** The signed-in user as `Practitioner/id`, or null. */
  get user() {
    return this.client.user.fhirUser;
  }

  /** The `Authorization` header for requests that are not FHIR (the hub). */
  get authorization() {
    return this.client.getAuthorizationHeader();
  }

  /** Whether the granted scopes hold one that matches `pattern`. */
  may(pattern) {
    return String(this.answer.scope || "").split(" ").some((scope) => pattern.test(scope));
  }

  /** Refresh the access token when less than `before` seconds of it are left. */
  async renew(before = RENEW_BEFORE_SECONDS) {
    const { client } = this;
    const kept = this.answer.refresh_token;
    const left = (client.state.expiresAt || 0) - Date.now() / 1000;
    if (!kept || left > before) return;
    try {
      await client.refresh();
    } catch (error) {
      const status = Number(error && error.status) || 0;
      if (status === 400 || status === 401) throw new Trouble("ended", status);
      /* The library forgets the refresh token on any failure; a locked or restarting gateway is not the end. */
      client.state.tokenResponse.refresh_token = kept;
      if (client.state.key) await client.environment.getStorage().set(client.state.key, client.state);
      if (left <= 0) throw trouble(error);
    }
  }

  async request(url, options = {}) {
    await this.renew();
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), ANSWER_WITHIN_MILLISECONDS);
    try {
      return await this.client.request({ url, cache: "no-store", signal: stop.signal, ...options }, options.pages || {});
    } catch (error) {
      throw trouble(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** One resource. */
  read(reference) {
    return this.request(reference);
  }

  /** The resources of a search, following its pages; outcomes are left out. */
  async search(type, parameters) {
    const query = new URLSearchParams(parameters).toString();
    const pages = await this.request(`${type}?${query}`, { pages: { pageLimit: PAGES } });
    const bundles = Array.isArray(pages) ? pages : [pages];
    return bundles
      .flatMap((bundle) => (bundle && bundle.entry) || [])
      .map((entry) => entry.resource)
      .filter((resource) => resource && resource.resourceType !== "OperationOutcome");
  }

  /** Store one resource under the id it has: repeating it after a lost answer changes nothing. */
  put(resource) {
    return this.request(`${resource.resourceType}/${resource.id}`, {
      method: "PUT",
      body: JSON.stringify(resource),
      headers: { "content-type": "application/fhir+json", prefer: "return=representation" },
    });
  }

  /** Several resources at once, all or nothing: a transaction of PUTs. */
  putAll(resources) {
    const base = this.client.state.serverUrl.replace(/\/$/, "");
    const entry = resources.map((resource) => ({
      fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
      resource,
      request: { method: "PUT", url: `${resource.resourceType}/${resource.id}` },
    }));
    return this.request(base, {
      method: "POST",
      body: JSON.stringify({ resourceType: "Bundle", type: "transaction", entry }),
      headers: { "content-type": "application/fhir+json" },
    });
  }
}
