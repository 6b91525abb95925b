// An OpenID provider that others wrote (npm oidc-provider), with the sandbox's demo users.
// Configuration: one JSON line on standard input:
//   {"port": 0, "clients": [metadata...], "users": [{username, password, sub, claims}], "resource": "http://..."}
// Prints one JSON line when ready; ends when standard input ends.
import { createServer } from "node:http";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";

const lines = createInterface({ input: process.stdin });
const configuration = JSON.parse(await new Promise((resolve) => lines.once("line", resolve)));
lines.on("close", () => process.exit(0));

const users = new Map(configuration.users.map((user) => [user.sub, user]));
const HELSEID = [
  ["helseid://scopes/identity/security_level", "helseid://claims/identity/security_level"],
  ["helseid://scopes/identity/assurance_level", "helseid://claims/identity/assurance_level"],
  ["helseid://scopes/identity/network", "helseid://claims/identity/network"],
  ["helseid://scopes/hpr/hpr_number", "helseid://claims/hpr/hpr_number"],
];

const server = createServer();
await new Promise((resolve) => server.listen(configuration.port, "127.0.0.1", resolve));
const port = server.address().port;
const issuer = `http://localhost:${port}`;
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const { privateKey: curve } = generateKeyPairSync("ec", { namedCurve: "P-256" });

const provider = new Provider(issuer, {
  clients: configuration.clients,
  jwks: {
    keys: [
      { ...privateKey.export({ format: "jwk" }), kid: "rsa", use: "sig" },
      { ...curve.export({ format: "jwk" }), kid: "ec", use: "sig" },
    ],
  },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  conformIdTokenClaims: configuration.thin_id_tokens ?? false,
  scopes: ["openid", "offline_access", ...HELSEID.map(([scope]) => scope)],
  claims: {
    openid: ["sub", "sid", "auth_time", "amr"],
    profile: ["name", "given_name", "family_name"],
    ...Object.fromEntries(HELSEID.map(([scope, claim]) => [scope, [claim]])),
  },
  pkce: { required: () => true },
  clientAuthMethods: ["private_key_jwt", "client_secret_basic", "none"],
  rotateRefreshToken: true,
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed("refresh_token"),
  expiresWithSession: async () => false,
  ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Session: 43200, Grant: 43200, Interaction: 3600, RefreshToken: 43200 },
  findAccount: async (ctx, sub) =>
    users.has(sub) ? { accountId: sub, claims: async () => ({ sub, ...users.get(sub).claims }) } : undefined,
  extraTokenClaims: async (ctx, token) => users.get(token.accountId)?.claims,
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope([...ctx.oidc.requestParamScopes].join(" "));
    if (configuration.resource) grant.addResourceScope(configuration.resource, "fhir");
    await grant.save();
    return grant;
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: async (ctx, form) => {
        ctx.body = `<!doctype html><title>Logg ut</title>${form}
          <input type="hidden" form="op.logoutForm" name="logout" value="yes">
          <button type="submit" form="op.logoutForm">Logg ut</button>
          <script>document.getElementById("op.logoutForm").submit()</script>`;
      },
      postLogoutSuccessSource: async (ctx) => { ctx.body = "<!doctype html><title>Logget ut</title>Logget ut"; },
    },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: async () => false,
      getResourceServerInfo: async (ctx, resource) => ({
        scope: "fhir", audience: resource, accessTokenFormat: "jwt", accessTokenTTL: 600,
        jwt: { sign: { alg: "RS256" } },
      }),
    },
  },
  renderError: async (ctx, out) => {
    ctx.type = "html";
    ctx.body = `<!doctype html><title>Feil</title><p>${String(out.error).replace(/[^a-z_]/g, "")}</p>`;
  },
});

const page = (uid, problem) => `<!doctype html><html lang="nb"><meta charset="utf-8"><title>Logg inn</title>
<h1>Logg inn</h1><p role="alert">${problem}</p><form method="post" action="/interaction/${uid}">
<label>Brukernavn <input name="username" autocomplete="username" autofocus></label>
<label>Passord <input name="password" type="password" autocomplete="current-password"></label>
<button type="submit">Logg inn</button></form></html>`;

async function interaction(request, response) {
  const { uid } = await provider.interactionDetails(request, response);
  const html = (status, problem) => {
    response.writeHead(status, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" });
    response.end(page(uid, problem));
  };
  if (request.method !== "POST") return html(200, "");
  let body = "";
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  const user = configuration.users.find((one) => one.username === form.get("username"));
  if (!user || user.password !== form.get("password")) return html(403, "Brukernavnet eller passordet er feil.");
  return provider.interactionFinished(request, response, { login: { accountId: user.sub, amr: ["pwd"] } });
}

const callback = provider.callback();
server.on("request", (request, response) => {
  if (!request.url.startsWith("/interaction/")) return callback(request, response);
  interaction(request, response).catch(() => { response.writeHead(400); response.end(); });
});
process.stdout.write(JSON.stringify({ ready: true, issuer, port }) + "\n");
