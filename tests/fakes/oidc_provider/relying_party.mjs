// A relying party on npm openid-client against our gateway, with a browser of a few lines.
// Standard input: one JSON line {issuer, client_id, method, private_jwk?, client_secret?, redirect_uri,
// post_logout_redirect_uri, username, password, scope, aud, par}; prints one JSON line of what it got.
import { createInterface } from "node:readline";
import * as oidc from "openid-client";

const lines = createInterface({ input: process.stdin });
const wanted = JSON.parse(await new Promise((resolve) => lines.once("line", resolve)));
lines.close();

const cookies = new Map();
async function visit(url, options = {}) {
  for (let hop = 0; hop < 10; hop += 1) {
    const left = [wanted.redirect_uri, wanted.post_logout_redirect_uri].some((own) => String(url).startsWith(own));
    if (left) return { url: new URL(url), html: "" };
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { ...options, redirect: "manual", headers: { ...options.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      cookies.set(name, value);
    }
    if (response.status < 300 || response.status > 399) return { url: new URL(url), html: await response.text() };
    url = new URL(response.headers.get("location"), url);
    options = {};
  }
  throw new Error("too many redirects");
}

async function clientAuthentication() {
  if (wanted.method === "none") return oidc.None();
  if (wanted.method === "client_secret_basic") return oidc.ClientSecretBasic(wanted.client_secret);
  const algorithm = { name: "ECDSA", namedCurve: "P-384" };
  const key = await crypto.subtle.importKey("jwk", wanted.private_jwk, algorithm, false, ["sign"]);
  // SMART wants the header to say typ=JWT (SAL-55); the library leaves it out unless told.
  const typed = { [oidc.modifyAssertion]: (header) => { header.typ = "JWT"; } };
  return oidc.PrivateKeyJwt({ key, kid: wanted.private_jwk.kid }, typed);
}

const configuration = await oidc.discovery(
  new URL(wanted.issuer), wanted.client_id, undefined, await clientAuthentication(),
  { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] },
);

async function authorize(more = {}) {
  const checks = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(), idTokenExpected: true,
  };
  const parameters = {
    redirect_uri: wanted.redirect_uri, scope: wanted.scope, aud: wanted.aud,
    state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256", ...more,
  };
  const start = wanted.par
    ? await oidc.buildAuthorizationUrlWithPAR(configuration, parameters)
    : oidc.buildAuthorizationUrl(configuration, parameters);
  let page = await visit(start);
  const csrf = /name="csrf_token" value="([^"]+)"/.exec(page.html);
  if (csrf) {
    page = await visit(page.url, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        csrf_token: csrf[1], username: wanted.username, password: wanted.password,
      }).toString(),
    });
  }
  return {
    sent: [...start.searchParams.keys()].sort(), asked: Boolean(csrf),
    tokens: await oidc.authorizationCodeGrant(configuration, page.url, checks),
  };
}

const error = (failure) => failure.error ?? failure.cause?.error ?? String(failure);
const refused = (promise) => promise.then(() => "accepted", error);
const refresh = (tokens) => oidc.refreshTokenGrant(configuration, tokens.refresh_token);
const active = async (tokens) => wanted.method === "none"
  ? null
  : (await oidc.tokenIntrospection(configuration, tokens.access_token)).active;

const silent_before = await refused(authorize({ prompt: "none" }));
const first = await authorize();
const claims = first.tokens.claims();
const renewed = await refresh(first.tokens);
const user = await oidc.fetchProtectedResource(
  configuration, renewed.access_token, new URL(`${wanted.aud}/${claims.fhirUser}`), "GET",
);
const active_before = await active(renewed);

const second = await authorize({ prompt: "none" });
await oidc.tokenRevocation(configuration, second.tokens.refresh_token);
const after_revocation = await refused(refresh(second.tokens));

const third = await authorize({ prompt: "none" });
const out = await visit(oidc.buildEndSessionUrl(configuration, {
  post_logout_redirect_uri: wanted.post_logout_redirect_uri, id_token_hint: third.tokens.id_token, state: "out",
}));
process.stdout.write(JSON.stringify({
  sent: first.sent, asked: [first.asked, second.asked, third.asked], silent_before,
  claims, user: await user.json(),
  rotated: renewed.refresh_token !== first.tokens.refresh_token, refreshed_sub: renewed.claims().sub,
  active_before, after_revocation,
  logged_out_at: out.url.href, after_logout: await refused(refresh(third.tokens)),
  active_after: await active(third.tokens),
}) + "\n");
