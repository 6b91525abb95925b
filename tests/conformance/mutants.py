"""Servers broken on purpose, one for each row: a row that passes on its mutant proves nothing.

Each mutant replaces one name in the running server for as long as the block lasts.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unittest import mock

from launcher.gateway.scope_rules import parse_scope, parse_scopes

Broken = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Mutant:
    """``places`` are ``module:name`` or ``module:Class.name``; ``broken`` makes the replacement of the original."""

    places: tuple[str, ...]
    broken: Broken


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The mutant in place of the server's own part."""
    with ExitStack() as stack:
        for place in mutant.places:
            module, _, path = place.partition(":")
            *owners, name = path.split(".")
            owner = importlib.import_module(module)
            for part in owners:
                owner = getattr(owner, part)
            original = getattr(owner, name)
            stack.enter_context(mock.patch.object(owner, name, mutant.broken(original)))
        stack.callback(_forget)
        _forget()
        yield
    _forget()


def _forget() -> None:
    parse_scope.cache_clear()
    parse_scopes.cache_clear()


def at(*places: str) -> Callable[[Broken], Mutant]:
    """A mutant at these places."""
    return lambda broken: Mutant(places, broken)


def always(value: Any) -> Broken:
    """A function that ignores its arguments."""
    return lambda original: lambda *args, **named: value


def instead(value: Any) -> Broken:
    """A constant in the place of another."""
    return lambda original: value


def after(change: Callable[[Any], Any]) -> Broken:
    """The original, its result changed."""
    return lambda original: lambda *args, **named: change(original(*args, **named))


def edited(edit: Callable[[dict[str, Any]], Any]) -> Mutant:
    """Discovery documents, changed on their way out."""

    def broken(original: Any) -> Any:
        def answer(content: bytes, *args: Any, **named: Any) -> Any:
            document = json.loads(content)
            edit(document)
            return original(json.dumps(document), *args, **named)

        return answer

    return Mutant(("launcher.server.discovery_routes:Response",), broken)


def without(name: str) -> Mutant:
    """Discovery without one member."""
    return edited(lambda document: document.pop(name, None))


def with_capability(word: str) -> Mutant:
    """Discovery with one capability more."""
    return edited(lambda document: document.get("capabilities", []).append(word))


def _with(**members: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda answer: {**answer, **members}


def _dropping(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda answer: {name: value for name, value in answer.items() if name not in names}


def _xml_for_xml(original: Any) -> Any:
    return lambda *args, **named: original(*args, **{**named, "media_type": "application/fhir+json"})


def _put_back(original: Any) -> Any:
    """A launch id that stays after it was taken."""

    def launched(self: Any, request: Any, launch: str, *rest: Any) -> Any:
        now, kept = self._clock.now(), self._pending.launches
        ticket = kept.take(launch, now)
        kept.put(launch, ticket, now, timedelta(minutes=1))
        permission = original(self, request, launch, *rest)
        kept.put(launch, ticket, now, timedelta(minutes=1))
        return permission

    return launched


def _own_ticket(original: Any) -> Any:
    """A launch id that anybody may redeem."""

    def launched(self: Any, request: Any, launch: str, pane: Any, session: Any) -> Any:
        ticket = self._pending.launches.take(launch, self._clock.now())
        permission = importlib.import_module("launcher.server.authorization").Permission
        return permission(self._sessions.session(ticket.sid), ticket)

    return launched


def _long_lives(original: Any) -> Any:
    return lambda self, name: max(original(self, name), timedelta(hours=1))


def _without_state(original: Any) -> Any:
    def push(pushed: Any, parameters: Any, *rest: Any) -> Any:
        values = {name: value for name, value in parameters.values.items() if name != "state"}
        return original(pushed, replace(parameters, values=values), *rest)

    return push


def _state_lowered(original: Any) -> Any:
    def with_query(uri: str, parameters: Any) -> Any:
        low = {
            name: value.lower() if name == "state" and value else value for name, value in parameters.items()
        }
        return original(uri, low)

    return with_query


def _optional(original: Any) -> Any:
    return lambda self, name: self.get(name) or {"response_type": "code"}.get(name, "x" * 43)


def _prompt_dropped(original: Any) -> Any:
    return lambda *args: replace(original(*args), prompt=frozenset())


def _as_if(**changes: Any) -> Broken:
    """A dataclass result with other members."""
    return after(lambda result: replace(result, **changes))


def _expiry_ignored(original: Any) -> Any:
    return lambda self, token: original(self, replace(token, expires_at=2**40))


def _name_ignored(original: Any) -> Any:
    return lambda self, client_id, named, *rest, **more: original(self, client_id, None, *rest, **more)


def _name_refused(original: Any) -> Any:
    def expected(self: Any, client_id: str, named: Any, method: str, **more: Any) -> Any:
        return (
            original(self, client_id, named and method == "none" and named, method, **more)
            if (named is None or method == "none")
            else original(self, client_id, "another", method, **more)
        )

    return expected


def _references(members: dict[str, Any]) -> dict[str, Any]:
    return {
        name: f"Patient/{value}" if name in ("patient", "encounter") else value
        for name, value in members.items()
    }


def _strict_scopes(original: Any) -> Any:
    def granted(client: Any, asked: Any) -> Any:
        errors = importlib.import_module("launcher.oauth.errors")
        asked = tuple(asked)
        found = original(client, asked)
        if set(asked) - set(found):
            raise errors.AuthorizationRefused(
                "invalid_scope", "unknown", redirect_uri=client.redirect_uris[0], state=None
            )
        return found

    return granted


def _any_client(original: Any) -> Any:
    return lambda family, token, client_id, *rest: original(family, token, family.client_id, *rest)


def _reuse_is_rotation(original: Any) -> Any:
    def decide(*args: Any) -> str:
        decision: str = original(*args)
        return "rotate" if decision == "reuse" else decision

    return decide


def _by_type_only(original: Any) -> Any:
    return lambda self, resource_type, letters: self.type in ("*", resource_type)


def _letters_loose(original: Any) -> Any:
    return lambda suffix: bool(suffix) and set(suffix) <= set("cruds")


def _no_origin_check(original: Any) -> Any:
    return lambda self, origin, client_id: True


def _refresh_always(original: Any) -> Any:
    def answer(self: Any, grant: Any, session: Any, scopes: Any, refresh_token: Any, **named: Any) -> Any:
        return original(self, grant, session, scopes, refresh_token or "a.b", **named)

    return answer


def _prefix_is_enough(original: Any) -> Any:
    return lambda client, uri: any(uri.startswith(known.rpartition(":")[0]) for known in client.redirect_uris)


def _awaited(value: Any) -> Broken:
    def broken(original: Any) -> Any:
        async def answer(*args: Any, **named: Any) -> Any:
            return value

        return answer

    return broken


def _without_letter(letter: str) -> Broken:
    """Scopes that never cover one interaction."""
    return lambda original: lambda self, kind, letters: original(self, kind, set(letters) - {letter})


def _resource_dropped(original: Any) -> Any:
    def check(parameters: Any, fhir_base: str) -> None:
        values = {name: value for name, value in parameters.values.items() if name != "resource"}
        original(replace(parameters, values=values), fhir_base)

    return check


def _patch_as_put(original: Any) -> Any:
    return lambda method, *rest: original("PUT" if method == "PATCH" else method, *rest)


def _addresses_read(original: Any) -> Any:
    return lambda client, asked: original(client, [re.split("scopes/|#", scope)[-1] for scope in asked])


DISCOVERY = {
    "discovery-negotiates": at("launcher.server.discovery_routes:Response")(_xml_for_xml),
    "discovery-without-issuer": without("issuer"),
    "discovery-plain": edited(lambda d: d.get("code_challenge_methods_supported", []).append("plain")),
    "discovery-relative": edited(lambda d: d.update(token_endpoint="/oauth/token")),
    "discovery-unsupported-scope": edited(lambda d: d.get("scopes_supported", []).append("launch/task")),
    "discovery-unsupported-system-scope": edited(
        lambda d: d.get("scopes_supported", []).append("system/*.dus")
    ),
    "discovery-without-algorithms": without("token_endpoint_auth_signing_alg_values_supported"),
    "discovery-without-refresh": edited(lambda d: d.update(grant_types_supported=["authorization_code"])),
    "discovery-invented-capability": with_capability("context-passthrough-banner"),
    "discovery-without-encounter": edited(
        lambda d: d.get("capabilities") and d["capabilities"].remove("context-ehr-encounter")
    ),
    "discovery-app-state": with_capability("smart-app-state"),
    "discovery-brands": edited(lambda d: d.update(user_access_brand_bundle="https://b.example")),
    "discovery-slash": edited(lambda d: d.update(issuer=str(d.get("issuer")) + "/")),
    "discovery-without-introspection": without("introspection_endpoint"),
    "keys-empty": edited(lambda d: d.update(keys=[])),
    "cors-discovery-closed": at("launcher.server.cors:FOR_EVERYBODY")(instead(frozenset())),
}

AUTHORIZE = {
    "launch-address-extended": at("launcher.server.workspace.launch_calls:with_query")(
        after(lambda url: url + "&more=1")
    ),
    "launch-reusable": at("launcher.server.authorization:Authorization._launched")(_put_back),
    "launch-for-anybody": at("launcher.server.authorization:Authorization._launched")(_own_ticket),
    "nothing-expires": at("launcher.server.dependencies:GatewaySettings.life")(_long_lives),
    "post-loses-state": at("launcher.server.authorize_endpoint:push")(_without_state),
    "redirect-anywhere": at("launcher.oauth.authorization_request:redirect_is_registered")(always(True)),
    "redirect-by-prefix": at("launcher.oauth.authorization_request:redirect_is_registered")(
        _prefix_is_enough
    ),
    "parameters-optional": at("launcher.oauth.parameters:Parameters.need")(_optional),
    "repetition-allowed": at("launcher.server.authorize_endpoint:parse_parameters")(
        after(lambda parameters: replace(parameters, repeated=frozenset()))
    ),
    "resource-ignored": at("launcher.oauth.authorization_request:_check_audience")(_resource_dropped),
    "audience-unchecked": at("launcher.oauth.authorization_request:_check_audience")(always(None)),
    "challenge-optional": at("launcher.oauth.authorization_request:_challenge")(always("c" * 43)),
    "state-lower-case": at("launcher.server.authorize_endpoint:with_query")(_state_lowered),
    "prompt-ignored": at("launcher.server.authorize_endpoint:validate")(_prompt_dropped),
    "picker-forgets-encounter": at("launcher.server.picker:wants_encounter")(always(False)),
    "picker-skipped": at("launcher.server.authorization:Authorization.patient_is_missing")(always(False)),
    "consent-assumed": at("launcher.server.consent:Consents.is_missing")(always(False)),
    "wildcard-unsaid": at("launcher.server.consent_texts:TYPES")(instead({})),
    "patient-scope-without-patient": at("launcher.server.authorization:needs_patient")(always(False)),
}

TOKEN = {
    "verifier-unchecked": at("launcher.server.authorization:AuthorizationCode.is_proven_by")(always(True)),
    "code-replay-forgiven": at("launcher.server.sessions:SessionKeeper.end_grant")(always(None)),
    "bearer-lower-case": at("launcher.server.tokens:TokenIssuer.answer")(after(_with(token_type="bearer"))),
    "answers-storable": at("launcher.server.forms:NO_STORE")(instead({})),
    "tokens-never-expire": at("launcher.server.tokens:TokenVerifier.grant_and_session")(_expiry_ignored),
    "client-id-ignored": at("launcher.oauth.client_authentication:ClientAuthentication._expected")(
        _name_ignored
    ),
    "client-id-refused": at("launcher.oauth.client_authentication:ClientAuthentication._expected")(
        _name_refused
    ),
    "refusals-forbidden": at("launcher.oauth.errors:InvalidClient.status")(instead(403)),
    "context-as-references": at("launcher.server.tokens:context_members")(after(_references)),
    "fhir-context-unchecked": at("launcher.server.workspace.launch_calls:fhir_context_mistake")(always(None)),
    "unknown-scope-refused": at("launcher.server.authorization:granted_scopes")(_strict_scopes),
    "unknown-member": at("launcher.server.tokens:TokenIssuer.answer")(after(_with(practitioner="x"))),
    "style-named-once": at("launcher.server.style_sheets:style_key")(always("look")),
    "style-without-content": at("launcher.server.tokens:context_members")(
        after(
            lambda members: {**members, "smart_style_url": members.get("smart_style_url", "") + "?theme=now"}
        )
    ),
    "offline-dies": at("launcher.server.sessions:SessionKeeper._keep_offline")(
        lambda original: lambda self, session: self._records.drop("session", session.sid)
    ),
    "nonce-forgotten": at("launcher.server.tokens:id_token_claims")(after(_dropping("nonce"))),
    "fhir-user-absolute": at("launcher.server.tokens:id_token_claims")(
        after(lambda claims: {**claims, "fhirUser": "https://elsewhere.example/Practitioner/x"})
    ),
    "refresh-always": at("launcher.server.tokens:TokenIssuer.answer")(_refresh_always),
    "refresh-for-anybody": at("launcher.server.token_endpoint:decide")(_any_client),
    "refresh-widens": at("launcher.server.token_endpoint:narrowed_scopes")(
        lambda original: lambda granted, asked: tuple(asked)
    ),
    "reuse-forgiven": at("launcher.server.token_endpoint:decide")(_reuse_is_rotation),
    "introspection-poor": at("launcher.server.client_endpoints:context_members")(always({})),
    "introspection-open": at("launcher.server.client_endpoints:ClientEndpoints._introspecting_client")(
        _awaited(None)
    ),
    "introspection-for-no-service": at("launcher.server.client_endpoints:INTROSPECT")(instead("nothing")),
    "revocation-forgets": at(
        "launcher.server.sessions:SessionKeeper.revoke_token",
        "launcher.server.sessions:SessionKeeper.end_grant",
    )(always(None)),
    "opaque-access-token": at("launcher.server.tokens:TokenIssuer.answer")(
        after(lambda answer: {**answer, "access_token": "opaque"} if "patient" in answer else answer)
    ),
}

SCOPES = {
    "letters-ignored": at("launcher.gateway.scope_rules:ResourceScope.covers")(_by_type_only),
    "patch-is-update": at("launcher.gateway.interaction:_instance_level")(_patch_as_put),
    "gateway-asks-for-itself": at("launcher.server.upstream_tokens:SessionUpstreamTokens.token_for")(
        lambda original: lambda self, grant: self._own_token()
    ),
    "scopes-as-addresses": at("launcher.server.authorization:granted_scopes")(_addresses_read),
    "post-refused": at("launcher.gateway.scope_rules:ResourceScope.covers")(_without_letter("c")),
    "suffix-by-letter": at("launcher.gateway.scope_rules:is_ordered_subset")(_letters_loose),
    "profile-dropped": at("launcher.server.authorization:granted_scopes")(
        after(lambda scopes: tuple(scope for scope in scopes if scope != "profile"))
    ),
    "version-1-rewritten": at("launcher.smart.scope_words:is_v1")(always(False)),
    "granular-ignored": at("launcher.gateway.granular:matches")(always(True)),
    "everything-granted": at("launcher.server.authorization:granted_scopes")(
        lambda original: lambda client, asked: tuple(asked)
    ),
    "invalid-token-forbidden": at("launcher.server.fhir.plane:_unauthorized")(
        after(lambda answer: replace(answer, status=403))
    ),
    "cors-open": at("launcher.server.cors:ClientCors._allowed")(_no_origin_check),
    "cors-headers-missing": at("launcher.server.cors:ALLOWED_HEADERS")(instead("Accept")),
    "grants-without-limit": at("launcher.gateway.grant_facts:GrantFacts.limited")(always(False)),
    "encounter-forgotten": at("launcher.server.workspace.launch_calls:LaunchCalls._encounter")(
        _awaited(None)
    ),
    "nothing-implied": at("launcher.server.fhir.access:facts_of")(_as_if(implied_reads=frozenset())),
    "update-creates-nothing": at("launcher.gateway.scope_rules:ResourceScope.covers")(_without_letter("u")),
}

CLIENTS = {
    "keys-by-value-ignored": at("launcher.oauth.client_authentication:_check_signature")(
        lambda original: lambda assertion, client, keys: original(assertion, client, ())
    ),
    "keys-by-address-ignored": at("launcher.server.client_keys:ClientKeys.keys")(_awaited([])),
    "one-of-two-keys": at("launcher.oauth.client_authentication:_check_signature")(
        lambda original: (
            lambda assertion, client, keys: original(
                assertion, client, list({key["kid"]: key for key in keys}.values())
            )
        )
    ),
    "keys-kept": at("launcher.server.client_keys:ClientKeys._life")(always(10**6)),
    "assertion-claims-unchecked": at(
        "launcher.oauth.client_authentication:ClientAuthentication._check_claims"
    )(lambda original: lambda self, assertion, now: now + timedelta(minutes=5)),
    "assertions-reusable": at("launcher.oauth.client_authentication:UsedAssertions.first_use")(always(True)),
    "signature-unchecked": at("launcher.oauth.client_authentication:_check_signature")(always(None)),
    "secret-unchecked": at("launcher.oauth.client_authentication:_digest_matches")(always(True)),
    "backend-for-everybody": at("launcher.server.token_endpoint:TokenEndpoint._backend")(
        lambda original: (
            lambda self, client, *rest: original(
                self, replace(client, token_endpoint_auth_method="private_key_jwt"), *rest
            )
        )
    ),
    "backend-long": at("launcher.server.tokens:TokenIssuer.backend_answer")(after(_with(expires_in=3600))),
}

HOSTED = {
    "tls-missing": at("shell.composition.hosted:tls_of")(always(None)),
    "servers-cannot-call": at("shell.composition.hosted_apps:Surroundings")(
        lambda original: lambda own_origin, loopback: original(own_origin, True)
    ),
}

MUTANTS: dict[str, Mutant] = {**DISCOVERY, **AUTHORIZE, **TOKEN, **SCOPES, **CLIENTS, **HOSTED}
