"""Apps of different habits, as folders that the desktop is started with; each shows in colour and words whom it is about."""

from __future__ import annotations

import json
from pathlib import Path

from tests.plugins.test_readme import write_readme_app

LOADING = "#3c3ccc"
"""The whole page until the app has painted a patient."""
PALETTE = ("#b03030", "#2f8f3f", "#b08020", "#8030a0")
FOLLOWING = "launch openid fhirUser online_access user/Patient.rs fhircast/Patient-open.read fhircast/Patient-close.read"

STYLE = f"html, body {{ background: {LOADING}; color: #fff; margin: 0; height: 100%; overflow: hidden; }}"
APP = """
const HABIT = location.hostname.split(".")[0];
const PALETTE = %(palette)s;
FHIR.oauth2.settings.refreshTokenWithClientId = true;
let shown = null;
let heard = 0;

function paint(patient) {
  shown = patient;
  const number = [...patient.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  document.documentElement.style.background = document.body.style.background = PALETTE[number %% PALETTE.length];
  document.getElementById("name").textContent = patient.name[0].family;
  document.body.dataset.patient = patient.id;
  document.body.dataset.state = "ready";
}

function empty() {
  delete document.body.dataset.patient;
  document.getElementById("name").textContent = "";
  document.documentElement.style.background = document.body.style.background = "";
}

async function follow(client) {
  const answer = client.state.tokenResponse;
  const read = (id) => client.request(`Patient/${id}`).then(paint);
  const form = new URLSearchParams({
    "hub.channel.type": "websocket", "hub.mode": "subscribe", "hub.topic": answer["hub.topic"],
    "hub.events": "Patient-open", "hub.lease_seconds": "3600", "subscriber.name": HABIT,
  });
  const headers = { authorization: `Bearer ${answer.access_token}` };
  const subscribed = await fetch(answer["hub.url"], { method: "POST", body: form, headers });
  const socket = new WebSocket((await subscribed.json())["hub.channel.endpoint"]);
  socket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(data);
    if (!frame.event || frame.event["hub.event"].toLowerCase() !== "patient-open") return;
    const patient = frame.event.context.find((item) => item.key === "patient").resource.id;
    const reply = (status) => socket.send(JSON.stringify({ id: frame.id, status }));
    heard += 1;
    if (shown && patient === shown.id) { reply(200); if (HABIT !== "late") read(patient); return; }
    if (HABIT === "treg") {
      setTimeout(() => { empty(); reply(200); read(patient); }, 900);
    } else if (HABIT === "nekter" && heard %% 2 === 0) {
      reply(409);
    } else if (HABIT === "ryker" && heard %% 3 === 0) {
      socket.close();
    } else if (HABIT === "henger" && heard %% 6 === 0) {
      reply(200);
      for (;;);
    } else if (HABIT === "late") {
      reply(200);
      paint(shown);
    } else {
      empty(); reply(200); read(patient);
    }
  });
}

FHIR.oauth2.ready().then(async (client) => {
  paint(await client.request(`Patient/${client.patient.id}`));
  if (%(follows)s) await follow(client);
});
"""


def write_app(folder: Path, habit: str, *, follows: bool = True, script: str = "") -> Path:
    """An app whose id is its habit: ``treg`` is slow, ``nekter`` refuses every other event, ``ryker`` loses its socket,
    ``henger`` says yes and then loops for ever, ``late`` acknowledges at once, paints the old patient again and reads
    nothing; any other name behaves well.

    ``script`` is added to what the app does.
    """
    write_readme_app(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest.update(id=habit, client_name=habit.capitalize(), description=f"Appen {habit}")
    launch = (folder / "launch.js").read_text().replace("minapp", habit)
    if follows:
        manifest.update(follows="fhircast", scope=FOLLOWING)
        launch = launch.replace(
            "launch launch/patient openid fhirUser online_access patient/Patient.rs", FOLLOWING
        )
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "launch.js").write_text(launch)
    (folder / "app.css").write_text(STYLE)
    page = (folder / "index.html").read_text()
    for name in ("index.html", "launch.html"):
        page = (folder / name).read_text()
        (folder / name).write_text(page.replace("<meta", '<link rel="stylesheet" href="app.css">\n<meta', 1))
    words = {"palette": json.dumps(PALETTE), "follows": json.dumps(follows)}
    (folder / "app.js").write_text(APP % words + script)
    return folder


def colour_of(patient: str) -> str:
    """The colour that the apps paint for a patient."""
    return PALETTE[sum(map(ord, patient)) % len(PALETTE)]
