/* EHR launch: the workspace opens this page with iss and launch; the library does the rest (SMART App Launch 2.2). */
import { mark, show, troubleNotice, waiting } from "./page.js";
import { kindOfStatus } from "./smart.js";

const SCOPE =
  "launch openid fhirUser online_access patient/Patient.rs patient/Encounter.rs patient/Observation.crus " +
  "patient/DocumentReference.crus user/Practitioner.rs messaging/ui";

show(waiting());
try {
  await window.FHIR.oauth2.authorize({
    clientId: "notat",
    scope: SCOPE,
    redirectUri: "index.html",
    pkceMode: "required",
    completeInTarget: true,
  });
} catch (error) {
  const status = Number(error && error.status) || 0;
  mark("error", "");
  const opened = new URLSearchParams(location.search).has("iss");
  show(troubleNotice(status ? kindOfStatus(status) : opened ? "network" : "launch", opened && (() => location.reload())));
}
