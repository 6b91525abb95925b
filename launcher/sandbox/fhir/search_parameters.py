"""The resource types of the sandbox's FHIR server and their search parameters: one table.

Parsing, SQL, indexing, the CapabilityStatement and the tests all loop over it. Names and meaning follow FHIR R4's search
parameter registry; ``status``, ``category`` and ``code`` of Flag are ours (R5 has the first two).

A path is dotted element names; alternatives are parted by ``|``; ``telecom[system=phone]`` keeps the elements whose member has
that value. The parameters of every type (``_id``, ``_lastUpdated``, ``_tag``, ...) stand in ``COMMON``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

Kind = Literal["token", "reference", "date", "string", "uri"]


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """One row; ``number`` is its key in the index tables, ``targets`` the types a reference may name (empty: any)."""

    resource_type: str
    name: str
    kind: Kind
    path: str
    targets: tuple[str, ...]
    number: int


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    kind: Kind
    path: str
    targets: tuple[str, ...] = ()


def _token(name: str, path: str = "") -> _Row:
    return _Row(name, "token", path or name)


def _date(name: str, path: str = "") -> _Row:
    return _Row(name, "date", path or name)


def _string(name: str, path: str = "") -> _Row:
    return _Row(name, "string", path or name)


def _uri(name: str, path: str = "") -> _Row:
    return _Row(name, "uri", path or name)


def _reference(name: str, path: str, *targets: str) -> _Row:
    return _Row(name, "reference", path, targets)


_IDENTIFIER = _token("identifier")
_STATUS = _token("status")
_CODE = _token("code")
_CATEGORY = _token("category")
_TYPE = _token("type")
_ACTIVE = _token("active")
_ENCOUNTER = _reference("encounter", "encounter", "Encounter")
_PATIENT_SUBJECT = (
    _reference("patient", "subject", "Patient"),
    _reference("subject", "subject", "Patient", "Group"),
)
_ANY_SUBJECT = (_reference("patient", "subject", "Patient"), _reference("subject", "subject"))
_PATIENT = _reference("patient", "patient", "Patient")
_STAFF = ("Practitioner", "PractitionerRole")
_ACTORS = (
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "CareTeam",
    "Patient",
    "RelatedPerson",
    "Device",
    "HealthcareService",
)
_PERSON = (
    _string("name"),
    _string("family", "name.family"),
    _string("given", "name.given"),
    _token("gender"),
    _token("telecom", "telecom.value"),
    _token("phone", "telecom[system=phone].value"),
    _token("email", "telecom[system=email].value"),
)
_ADDRESS = (
    _string("address"),
    _string("address-city", "address.city"),
    _string("address-postalcode", "address.postalCode"),
)
_MEDICATION = (
    _token("code", "medicationCodeableConcept"),
    _reference("medication", "medicationReference", "Medication"),
)

COMMON: tuple[_Row, ...] = (
    _token("_tag", "meta.tag"),
    _token("_security", "meta.security"),
    _uri("_profile", "meta.profile"),
)

_TABLE: dict[str, tuple[_Row, ...]] = {
    "AllergyIntolerance": (
        _IDENTIFIER,
        _PATIENT,
        _token("clinical-status", "clinicalStatus"),
        _token("verification-status", "verificationStatus"),
        _token("code", "code | reaction.substance"),
        _CATEGORY,
        _token("criticality"),
        _TYPE,
        _date("date", "recordedDate"),
        _date("onset", "reaction.onset"),
        _date("last-date", "lastOccurrence"),
        _token("manifestation", "reaction.manifestation"),
        _token("severity", "reaction.severity"),
        _reference("recorder", "recorder", *_STAFF, "Patient", "RelatedPerson"),
        _reference("asserter", "asserter", *_STAFF, "Patient", "RelatedPerson"),
    ),
    "Appointment": (
        _IDENTIFIER,
        _reference("actor", "participant.actor", *_ACTORS, "Location"),
        _reference("patient", "participant.actor", "Patient"),
        _reference("practitioner", "participant.actor", "Practitioner"),
        _reference("location", "participant.actor", "Location"),
        _date("date", "start"),
        _STATUS,
        _token("appointment-type", "appointmentType"),
        _token("part-status", "participant.status"),
        _token("reason-code", "reasonCode"),
        _token("service-category", "serviceCategory"),
        _token("service-type", "serviceType"),
        _token("specialty"),
        _reference("slot", "slot", "Slot"),
    ),
    "AuditEvent": (
        _TYPE,
        _token("subtype"),
        _token("action"),
        _token("outcome"),
        _date("date", "recorded"),
        _reference("agent", "agent.who"),
        _string("agent-name", "agent.name"),
        _reference("entity", "entity.what"),
        _reference("patient", "agent.who | entity.what", "Patient"),
        _reference("source", "source.observer"),
    ),
    "Basic": (
        _IDENTIFIER,
        _CODE,
        *_ANY_SUBJECT,
        _date("created"),
        _reference("author", "author", *_STAFF, "Patient", "RelatedPerson", "Organization"),
    ),
    "Binary": (),
    "CarePlan": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _STATUS,
        _token("intent"),
        _CATEGORY,
        _date("date", "period"),
        _ENCOUNTER,
        _token("activity-code", "activity.detail.code"),
        _reference("activity-reference", "activity.reference"),
        _reference("performer", "activity.detail.performer", *_ACTORS),
        _reference("care-team", "careTeam", "CareTeam"),
        _reference("condition", "addresses", "Condition"),
        _reference("goal", "goal", "Goal"),
        _reference("based-on", "basedOn", "CarePlan"),
        _reference("part-of", "partOf", "CarePlan"),
    ),
    "CareTeam": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _STATUS,
        _CATEGORY,
        _date("date", "period"),
        _ENCOUNTER,
        _reference("participant", "participant.member", *_ACTORS),
    ),
    "ClinicalImpression": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _STATUS,
        _ENCOUNTER,
        _date("date", "effectiveDateTime | effectivePeriod"),
        _reference("assessor", "assessor", *_STAFF),
    ),
    "Communication": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _STATUS,
        _CATEGORY,
        _token("medium"),
        _ENCOUNTER,
        _date("sent"),
        _date("received"),
        _reference("recipient", "recipient", *_ACTORS, "Group"),
        _reference("sender", "sender", *_ACTORS),
        _reference("based-on", "basedOn"),
        _reference("part-of", "partOf"),
    ),
    "CommunicationRequest": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _STATUS,
        _CATEGORY,
        _token("priority"),
        _ENCOUNTER,
        _date("authored", "authoredOn"),
        _date("occurrence", "occurrenceDateTime | occurrencePeriod"),
        _reference("recipient", "recipient", *_ACTORS, "Group"),
        _reference("sender", "sender", *_ACTORS),
        _reference("requester", "requester", *_ACTORS),
    ),
    "Composition": (
        _IDENTIFIER,
        *_ANY_SUBJECT,
        _STATUS,
        _TYPE,
        _CATEGORY,
        _date("date"),
        _ENCOUNTER,
        _string("title"),
        _token("section", "section.code"),
        _date("period", "event.period"),
        _reference("author", "author", *_ACTORS),
        _reference("attester", "attester.party", *_ACTORS),
        _reference("entry", "section.entry"),
    ),
    "Condition": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _token("clinical-status", "clinicalStatus"),
        _token("verification-status", "verificationStatus"),
        _CATEGORY,
        _CODE,
        _token("severity"),
        _token("body-site", "bodySite"),
        _token("evidence", "evidence.code"),
        _date("onset-date", "onsetDateTime | onsetPeriod"),
        _date("abatement-date", "abatementDateTime | abatementPeriod"),
        _date("recorded-date", "recordedDate"),
        _ENCOUNTER,
        _reference("asserter", "asserter", *_STAFF, "Patient", "RelatedPerson"),
        _reference("evidence-detail", "evidence.detail"),
    ),
    "Consent": (
        _IDENTIFIER,
        _PATIENT,
        _STATUS,
        _token("scope"),
        _CATEGORY,
        _date("date", "dateTime"),
        _date("period", "provision.period"),
        _token("action", "provision.action"),
        _token("purpose", "provision.purpose"),
        _token("security-label", "provision.securityLabel"),
        _reference("actor", "provision.actor.reference", *_ACTORS, "Group"),
        _reference("consentor", "performer", *_ACTORS),
        _reference("organization", "organization", "Organization"),
        _reference("data", "provision.data.reference"),
        _reference("source-reference", "sourceReference"),
    ),
    "Device": (
        _IDENTIFIER,
        _STATUS,
        _TYPE,
        _PATIENT,
        _string("device-name", "deviceName.name | type.text"),
        _string("manufacturer"),
        _reference("location", "location", "Location"),
        _reference("organization", "owner", "Organization"),
    ),
    "DiagnosticReport": (
        _IDENTIFIER,
        *_ANY_SUBJECT,
        _STATUS,
        _CATEGORY,
        _CODE,
        _token("conclusion", "conclusionCode"),
        _date("date", "effectiveDateTime | effectivePeriod"),
        _date("issued"),
        _ENCOUNTER,
        _reference("performer", "performer", *_STAFF, "Organization", "CareTeam"),
        _reference("results-interpreter", "resultsInterpreter", *_STAFF, "Organization", "CareTeam"),
        _reference("result", "result", "Observation"),
        _reference("specimen", "specimen", "Specimen"),
        _reference("based-on", "basedOn"),
    ),
    "DocumentReference": (
        _token("identifier", "masterIdentifier | identifier"),
        *_ANY_SUBJECT,
        _STATUS,
        _TYPE,
        _CATEGORY,
        _date("date"),
        _date("period", "context.period"),
        _string("description"),
        _token("contenttype", "content.attachment.contentType"),
        _token("format", "content.format"),
        _token("language", "content.attachment.language"),
        _token("event", "context.event"),
        _token("facility", "context.facilityType"),
        _token("setting", "context.practiceSetting"),
        _token("security-label", "securityLabel"),
        _token("relation", "relatesTo.code"),
        _reference("encounter", "context.encounter", "Encounter", "EpisodeOfCare"),
        _reference("related", "context.related"),
        _reference("relatesto", "relatesTo.target", "DocumentReference"),
        _reference("author", "author", *_ACTORS),
        _reference("authenticator", "authenticator", *_STAFF, "Organization"),
        _reference("custodian", "custodian", "Organization"),
    ),
    "Encounter": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _STATUS,
        _token("class"),
        _TYPE,
        _date("date", "period"),
        _date("location-period", "location.period"),
        _token("participant-type", "participant.type"),
        _token("reason-code", "reasonCode"),
        _reference("service-provider", "serviceProvider", "Organization"),
        _reference("location", "location.location", "Location"),
        _reference("participant", "participant.individual", *_STAFF, "RelatedPerson"),
        _reference("practitioner", "participant.individual", "Practitioner"),
        _reference("episode-of-care", "episodeOfCare", "EpisodeOfCare"),
        _reference("appointment", "appointment", "Appointment"),
        _reference("based-on", "basedOn", "ServiceRequest"),
        _reference("diagnosis", "diagnosis.condition", "Condition", "Procedure"),
        _reference("reason-reference", "reasonReference"),
        _reference("part-of", "partOf", "Encounter"),
    ),
    "EpisodeOfCare": (
        _IDENTIFIER,
        _PATIENT,
        _STATUS,
        _TYPE,
        _date("date", "period"),
        _reference("organization", "managingOrganization", "Organization"),
        _reference("care-manager", "careManager", *_STAFF),
        _reference("condition", "diagnosis.condition", "Condition"),
        _reference("incoming-referral", "referralRequest", "ServiceRequest"),
    ),
    "FamilyMemberHistory": (_IDENTIFIER, _PATIENT, _STATUS, _date("date"), _token("relationship")),
    "Flag": (
        _IDENTIFIER,
        *_ANY_SUBJECT,
        _STATUS,
        _CATEGORY,
        _CODE,
        _date("date", "period"),
        _ENCOUNTER,
        _reference("author", "author", *_ACTORS),
    ),
    "Goal": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _token("lifecycle-status", "lifecycleStatus"),
        _token("achievement-status", "achievementStatus"),
        _CATEGORY,
        _date("start-date", "startDate"),
        _date("target-date", "target.dueDate"),
    ),
    "Group": (
        _IDENTIFIER,
        _TYPE,
        _token("actual"),
        _CODE,
        _token("characteristic", "characteristic.code"),
        _reference("member", "member.entity"),
        _reference("managing-entity", "managingEntity", *_STAFF, "Organization", "RelatedPerson"),
    ),
    "HealthcareService": (
        _IDENTIFIER,
        _ACTIVE,
        _string("name"),
        _token("service-type", "type"),
        _token("service-category", "category"),
        _token("specialty"),
        _reference("organization", "providedBy", "Organization"),
        _reference("location", "location", "Location"),
    ),
    "Immunization": (
        _IDENTIFIER,
        _PATIENT,
        _STATUS,
        _token("vaccine-code", "vaccineCode"),
        _token("reason-code", "reasonCode"),
        _token("status-reason", "statusReason"),
        _token("target-disease", "protocolApplied.targetDisease"),
        _date("date", "occurrenceDateTime"),
        _string("lot-number", "lotNumber"),
        _reference("location", "location", "Location"),
        _reference("manufacturer", "manufacturer", "Organization"),
        _reference("performer", "performer.actor", *_STAFF, "Organization"),
    ),
    "List": (
        _IDENTIFIER,
        *_ANY_SUBJECT,
        _STATUS,
        _CODE,
        _date("date"),
        _string("title"),
        _ENCOUNTER,
        _reference("item", "entry.item"),
        _reference("source", "source", *_STAFF, "Patient", "Device"),
        _token("empty-reason", "emptyReason"),
    ),
    "Location": (
        _IDENTIFIER,
        _string("name", "name | alias"),
        _STATUS,
        _TYPE,
        _token("operational-status", "operationalStatus"),
        *_ADDRESS,
        _reference("partof", "partOf", "Location"),
        _reference("organization", "managingOrganization", "Organization"),
    ),
    "Medication": (
        _IDENTIFIER,
        _CODE,
        _STATUS,
        _token("form"),
        _token("ingredient-code", "ingredient.itemCodeableConcept"),
        _reference("manufacturer", "manufacturer", "Organization"),
    ),
    "MedicationAdministration": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _STATUS,
        *_MEDICATION,
        _token("reason-given", "reasonCode"),
        _token("reason-not-given", "statusReason"),
        _date("effective-time", "effectiveDateTime | effectivePeriod"),
        _reference("context", "context", "Encounter", "EpisodeOfCare"),
        _reference("request", "request", "MedicationRequest"),
        _reference("performer", "performer.actor", *_ACTORS),
    ),
    "MedicationDispense": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _STATUS,
        *_MEDICATION,
        _date("whenhandedover", "whenHandedOver"),
        _date("whenprepared", "whenPrepared"),
        _reference("context", "context", "Encounter", "EpisodeOfCare"),
        _reference("prescription", "authorizingPrescription", "MedicationRequest"),
        _reference("performer", "performer.actor", *_ACTORS),
    ),
    "MedicationRequest": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _STATUS,
        _token("intent"),
        _token("priority"),
        _CATEGORY,
        *_MEDICATION,
        _date("authoredon", "authoredOn"),
        _date("date", "dosageInstruction.timing"),
        _ENCOUNTER,
        _reference("requester", "requester", *_ACTORS),
        _reference("intended-performer", "performer", *_ACTORS),
        _reference("intended-dispenser", "dispenseRequest.performer", "Organization"),
    ),
    "MedicationStatement": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _STATUS,
        _CATEGORY,
        *_MEDICATION,
        _date("effective", "effectiveDateTime | effectivePeriod"),
        _reference("context", "context", "Encounter", "EpisodeOfCare"),
        _reference("source", "informationSource", *_ACTORS),
        _reference("part-of", "partOf"),
    ),
    "NutritionOrder": (
        _IDENTIFIER,
        _PATIENT,
        _STATUS,
        _date("datetime", "dateTime"),
        _ENCOUNTER,
        _token("oraldiet", "oralDiet.type"),
        _reference("provider", "orderer", *_STAFF),
    ),
    "Observation": (
        _IDENTIFIER,
        *_ANY_SUBJECT,
        _STATUS,
        _CATEGORY,
        _CODE,
        _token("component-code", "component.code"),
        _token("combo-code", "code | component.code"),
        _token("value-concept", "valueCodeableConcept"),
        _token("component-value-concept", "component.valueCodeableConcept"),
        _token("combo-value-concept", "valueCodeableConcept | component.valueCodeableConcept"),
        _token("data-absent-reason", "dataAbsentReason"),
        _token("method"),
        _string("value-string", "valueString"),
        _date("value-date", "valueDateTime | valuePeriod"),
        _date("date", "effectiveDateTime | effectivePeriod | effectiveInstant | effectiveTiming"),
        _ENCOUNTER,
        _reference("performer", "performer", *_ACTORS),
        _reference("focus", "focus"),
        _reference("device", "device", "Device", "DeviceMetric"),
        _reference("specimen", "specimen", "Specimen"),
        _reference("based-on", "basedOn"),
        _reference("part-of", "partOf"),
        _reference("has-member", "hasMember", "Observation", "QuestionnaireResponse"),
        _reference("derived-from", "derivedFrom"),
    ),
    "Organization": (
        _IDENTIFIER,
        _string("name", "name | alias"),
        _ACTIVE,
        _TYPE,
        *_ADDRESS,
        _reference("partof", "partOf", "Organization"),
        _reference("endpoint", "endpoint", "Endpoint"),
    ),
    "Patient": (
        _IDENTIFIER,
        *_PERSON,
        *_ADDRESS,
        _ACTIVE,
        _date("birthdate", "birthDate"),
        _date("death-date", "deceasedDateTime"),
        _token("language", "communication.language"),
        _reference("general-practitioner", "generalPractitioner", *_STAFF, "Organization"),
        _reference("organization", "managingOrganization", "Organization"),
        _reference("link", "link.other", "Patient", "RelatedPerson"),
    ),
    "Practitioner": (_IDENTIFIER, *_PERSON, *_ADDRESS, _ACTIVE, _token("communication")),
    "PractitionerRole": (
        _IDENTIFIER,
        _ACTIVE,
        _token("role", "code"),
        _token("specialty"),
        _token("telecom", "telecom.value"),
        _date("date", "period"),
        _reference("practitioner", "practitioner", "Practitioner"),
        _reference("organization", "organization", "Organization"),
        _reference("location", "location", "Location"),
        _reference("service", "healthcareService", "HealthcareService"),
    ),
    "Procedure": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _STATUS,
        _CATEGORY,
        _CODE,
        _token("reason-code", "reasonCode"),
        _date("date", "performedDateTime | performedPeriod"),
        _ENCOUNTER,
        _reference("performer", "performer.actor", *_ACTORS),
        _reference("location", "location", "Location"),
        _reference("reason-reference", "reasonReference"),
        _reference("based-on", "basedOn"),
        _reference("part-of", "partOf"),
    ),
    "Provenance": (
        _reference("target", "target"),
        _reference("patient", "target", "Patient"),
        _reference("agent", "agent.who"),
        _token("agent-type", "agent.type"),
        _token("agent-role", "agent.role"),
        _reference("entity", "entity.what"),
        _reference("location", "location", "Location"),
        _date("recorded"),
        _date("when", "occurredDateTime | occurredPeriod"),
    ),
    "Questionnaire": (
        _IDENTIFIER,
        _uri("url"),
        _STATUS,
        _token("version"),
        _string("name"),
        _string("title"),
        _token("code", "item.code"),
        _date("date"),
    ),
    "QuestionnaireResponse": (
        _IDENTIFIER,
        *_ANY_SUBJECT,
        _STATUS,
        _uri("questionnaire"),
        _date("authored"),
        _ENCOUNTER,
        _reference("author", "author", *_ACTORS),
        _reference("source", "source", *_ACTORS),
        _reference("based-on", "basedOn"),
        _reference("part-of", "partOf"),
    ),
    "RelatedPerson": (
        _IDENTIFIER,
        _PATIENT,
        *_PERSON,
        *_ADDRESS,
        _ACTIVE,
        _token("relationship"),
        _date("birthdate", "birthDate"),
    ),
    "RiskAssessment": (
        _IDENTIFIER,
        *_PATIENT_SUBJECT,
        _date("date", "occurrenceDateTime | occurrencePeriod"),
        _ENCOUNTER,
        _reference("condition", "condition", "Condition"),
        _reference("performer", "performer", *_STAFF, "Device"),
    ),
    "Schedule": (
        _IDENTIFIER,
        _ACTIVE,
        _token("service-type", "serviceType"),
        _date("date", "planningHorizon"),
        _reference("actor", "actor", *_ACTORS, "Location"),
    ),
    "ServiceRequest": (
        _IDENTIFIER,
        *_ANY_SUBJECT,
        _STATUS,
        _token("intent"),
        _token("priority"),
        _CATEGORY,
        _CODE,
        _token("requisition"),
        _token("performer-type", "performerType"),
        _date("authored", "authoredOn"),
        _date("occurrence", "occurrenceDateTime | occurrencePeriod | occurrenceTiming"),
        _ENCOUNTER,
        _reference("requester", "requester", *_ACTORS),
        _reference("performer", "performer", *_ACTORS),
        _reference("specimen", "specimen", "Specimen"),
        _reference("based-on", "basedOn"),
        _reference("replaces", "replaces", "ServiceRequest"),
    ),
    "Slot": (
        _IDENTIFIER,
        _STATUS,
        _token("service-type", "serviceType"),
        _date("start"),
        _reference("schedule", "schedule", "Schedule"),
    ),
    "Specimen": (
        _token("identifier"),
        _token("accession", "accessionIdentifier"),
        *_ANY_SUBJECT,
        _STATUS,
        _TYPE,
        _date("collected", "collection.collectedDateTime | collection.collectedPeriod"),
    ),
    "Task": (
        _IDENTIFIER,
        _reference("patient", "for", "Patient"),
        _reference("subject", "for"),
        _STATUS,
        _token("business-status", "businessStatus"),
        _CODE,
        _token("intent"),
        _token("priority"),
        _token("group-identifier", "groupIdentifier"),
        _token("performer", "performerType"),
        _date("period", "executionPeriod"),
        _date("authored-on", "authoredOn"),
        _date("modified", "lastModified"),
        _ENCOUNTER,
        _reference("owner", "owner", *_ACTORS),
        _reference("requester", "requester", *_ACTORS),
        _reference("focus", "focus"),
        _reference("based-on", "basedOn"),
        _reference("part-of", "partOf", "Task"),
    ),
}


def _number_all() -> dict[str, dict[str, SearchParameter]]:
    numbered: dict[str, dict[str, SearchParameter]] = {}
    number = 0
    for resource_type in sorted(_TABLE):
        of_type: dict[str, SearchParameter] = {}
        for row in (*COMMON, *_TABLE[resource_type]):
            number += 1
            of_type[row.name] = SearchParameter(
                resource_type, row.name, row.kind, row.path, row.targets, number
            )
        numbered[resource_type] = of_type
    return numbered


SEARCH_PARAMETERS: dict[str, dict[str, SearchParameter]] = _number_all()
RESOURCE_TYPES: tuple[str, ...] = tuple(SEARCH_PARAMETERS)


def table_digest() -> str:
    """Changes when the table does; a database indexed by another table is indexed anew."""
    rows = [
        (row.number, row.resource_type, row.name, row.kind, row.path, row.targets)
        for of_type in SEARCH_PARAMETERS.values()
        for row in of_type.values()
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def patient_compartment() -> dict[str, tuple[SearchParameter, ...]]:
    """Per type, the parameters that put a resource into a patient's compartment (FHIR R4 compartmentdefinition-patient)."""
    compartment: dict[str, tuple[SearchParameter, ...]] = {}
    for resource_type, of_type in SEARCH_PARAMETERS.items():
        if resource_type == "Patient":
            continue
        into = tuple(
            row
            for row in of_type.values()
            if row.kind == "reference"
            and ("Patient" in row.targets or row.name in {"subject", "member"})
            and row.name not in {"entity", "agent", "data"}
        )
        if into:
            compartment[resource_type] = into
    return compartment
