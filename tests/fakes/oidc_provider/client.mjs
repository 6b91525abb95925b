// An OpenID client that others wrote (npm openid-client), with a browser of a few lines.
// Standard input: one JSON line {issuer, client_id, method, private_jwk?, client_secret?, redirect_uri,
// post_logout_redirect_uri, username, password, scope, par}; prints one JSON line of what it got.
import { createInterface } from "node:readline";
import * as oidc from "openid-client";

const lines = createInterface({ input: process.stdin });
const wanted = JSON.parse(await new Promise((resolve) => lines.once("line", resolve)));
lines.close();

const cookies = new Map();
async function visit(url, options = {}) {
  for (let hop = 0; hop < 10; hop += 1) {
    if (String(url).startsWith(wanted.redirect_uri) || String(url).startsWith(wanted.post_logout_redirect_uri)) {
      return { url: new URL(url), html: "" };
    }
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { ...options, redirect: "manual", headers: { ...options.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split("=");
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
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
  const algorithm = { name: "RSA-PSS", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("jwk", wanted.private_jwk, algorithm, false, ["sign"]);
  return oidc.PrivateKeyJwt({ key, kid: wanted.private_jwk.kid });
}

const configuration = await oidc.discovery(
  new URL(wanted.issuer), wanted.client_id, undefined, await clientAuthentication(),
  { execute: [oidc.allowInsecureRequests] },
);
const verifier = oidc.randomPKCECodeVerifier();
const state = oidc.randomState();
const nonce = oidc.randomNonce();
const parameters = {
  redirect_uri: wanted.redirect_uri, scope: wanted.scope, state, nonce,
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
};
const start = wanted.par
  ? await oidc.buildAuthorizationUrlWithPAR(configuration, parameters)
  : oidc.buildAuthorizationUrl(configuration, parameters);
const login = await visit(start);
const csrf = /name="csrf_token" value="([^"]+)"/.exec(login.html)[1];
const callback = await visit(login.url, {
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams({ csrf_token: csrf, username: wanted.username, password: wanted.password }).toString(),
});
const tokens = await oidc.authorizationCodeGrant(configuration, callback.url, {
  pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true,
});
const claims = tokens.claims();
const userinfo = await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub);
const refreshed = await oidc.refreshTokenGrant(configuration, tokens.refresh_token);

const logout = oidc.buildEndSessionUrl(configuration, {
  post_logout_redirect_uri: wanted.post_logout_redirect_uri, id_token_hint: tokens.id_token, state: "out",
});
const out = await visit(logout);
const afterwards = await oidc.refreshTokenGrant(configuration, refreshed.refresh_token).then(
  () => "still works", (error) => error.error,
);
process.stdout.write(JSON.stringify({
  authorize_parameters: [...start.searchParams.keys()].sort(),
  claims, userinfo,
  rotated: refreshed.refresh_token !== tokens.refresh_token,
  refreshed_sub: refreshed.claims().sub,
  logged_out_at: out.url.href,
  refresh_after_logout: afterwards,
}) + "\n");
