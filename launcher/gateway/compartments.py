"""The Patient compartment of FHIR R4 as a table (CompartmentDefinition/patient 4.0.1), and what stands outside it.

A row names the search parameters by which a resource belongs to a patient, and the element each one reads.
We are stricter than the definition: a resource that also points to *another* patient through one of these
elements is in nobody's compartment (S4). Linked patients are not followed (SAL-41): a grant for a patient does
not reach the record of a patient that ``Patient.link`` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from launcher.gateway.elements import values_at
from launcher.gateway.references import patient_of
from launcher.gateway.resource_types import words


@dataclass(frozen=True, slots=True)
class Membership:
    """``paths``: search parameter to element path. ``narrow``: the parameter that finds one patient's resources."""

    paths: dict[str, str]
    narrow: str = "patient"


def _row(paths: str, narrow: str = "patient") -> Membership:
    pairs = (pair.partition(":")[::2] for pair in paths.split())
    return Membership(dict(pairs), narrow)


PATIENT_COMPARTMENT: dict[str, Membership] = {
    "Account": _row("subject:subject"),
    "AdverseEvent": _row("subject:subject", "subject"),
    "AllergyIntolerance": _row("patient:patient recorder:recorder asserter:asserter"),
    "Appointment": _row("actor:participant.actor"),
    "AppointmentResponse": _row("actor:actor"),
    "AuditEvent": _row("entity:entity.what patient:agent.who"),
    "Basic": _row("patient:subject author:author"),
    "BodyStructure": _row("patient:patient"),
    "CarePlan": _row("patient:subject performer:activity.detail.performer"),
    "CareTeam": _row("patient:subject participant:participant.member"),
    "ChargeItem": _row("subject:subject"),
    "Claim": _row("patient:patient payee:payee.party"),
    "ClaimResponse": _row("patient:patient"),
    "ClinicalImpression": _row("subject:subject"),
    "Communication": _row("subject:subject sender:sender recipient:recipient"),
    "CommunicationRequest": _row("subject:subject sender:sender recipient:recipient requester:requester"),
    "Composition": _row("subject:subject author:author attester:attester.party"),
    "Condition": _row("patient:subject asserter:asserter"),
    "Consent": _row("patient:patient"),
    "Coverage": _row(
        "policy-holder:policyHolder subscriber:subscriber beneficiary:beneficiary payor:payor", "beneficiary"
    ),
    "CoverageEligibilityRequest": _row("patient:patient"),
    "CoverageEligibilityResponse": _row("patient:patient"),
    "DetectedIssue": _row("patient:patient"),
    "DeviceRequest": _row("subject:subject performer:performer"),
    "DeviceUseStatement": _row("subject:subject"),
    "DiagnosticReport": _row("subject:subject"),
    "DocumentManifest": _row("subject:subject author:author recipient:recipient"),
    "DocumentReference": _row("subject:subject author:author"),
    "Encounter": _row("patient:subject"),
    "EnrollmentRequest": _row("subject:candidate"),
    "EpisodeOfCare": _row("patient:patient"),
    "ExplanationOfBenefit": _row("patient:patient payee:payee.party"),
    "FamilyMemberHistory": _row("patient:patient"),
    "Flag": _row("patient:subject"),
    "Goal": _row("patient:subject"),
    "Group": _row("member:member.entity", "member"),
    "ImagingStudy": _row("patient:subject"),
    "Immunization": _row("patient:patient"),
    "ImmunizationEvaluation": _row("patient:patient"),
    "ImmunizationRecommendation": _row("patient:patient"),
    "Invoice": _row("subject:subject recipient:recipient"),
    "List": _row("subject:subject source:source item:entry.item"),
    "MeasureReport": _row("patient:subject"),
    "Media": _row("subject:subject"),
    "MedicationAdministration": _row("patient:subject performer:performer.actor"),
    "MedicationDispense": _row("patient:subject receiver:receiver"),
    "MedicationRequest": _row("subject:subject"),
    "MedicationStatement": _row("subject:subject"),
    "MolecularSequence": _row("patient:patient"),
    "NutritionOrder": _row("patient:patient"),
    "Observation": _row("subject:subject performer:performer"),
    "Patient": _row("_id:id", "_id"),
    "Person": _row("patient:link.target"),
    "Procedure": _row("patient:subject performer:performer.actor"),
    "Provenance": _row("patient:target"),
    "QuestionnaireResponse": _row("subject:subject author:author"),
    "RelatedPerson": _row("patient:patient"),
    "RequestGroup": _row("subject:subject participant:action.participant"),
    "ResearchSubject": _row("individual:individual"),
    "RiskAssessment": _row("subject:subject"),
    "Schedule": _row("actor:actor", "actor"),
    "ServiceRequest": _row("subject:subject performer:performer"),
    "Specimen": _row("subject:subject"),
    "SupplyDelivery": _row("patient:patient"),
    "SupplyRequest": _row("subject:deliverTo", "subject"),
    "VisionPrescription": _row("patient:patient"),
    # Ours: R4 leaves these out of the compartment although they can belong to one patient.
    "Device": _row("patient:patient"),
    "Task": _row("patient:for"),
}

SUBJECT_PARAMETERS: frozenset[str] = frozenset({"patient", "subject", "beneficiary", "individual"})
"""Parameters whose bare value (``subject=x``) is read as a patient's id under a grant for one patient."""

WITHOUT_COMPARTMENT: frozenset[str] = frozenset(
    words("""
    ActivityDefinition CapabilityStatement ChargeItemDefinition CodeSystem CompartmentDefinition ConceptMap
    DeviceDefinition Endpoint EventDefinition GraphDefinition HealthcareService ImplementationGuide InsurancePlan
    Library Location Measure Medication MedicationKnowledge NamingSystem ObservationDefinition OperationDefinition
    Organization OrganizationAffiliation PlanDefinition Practitioner PractitionerRole Questionnaire SearchParameter
    Slot SpecimenDefinition StructureDefinition StructureMap Substance ValueSet
    """)
)
"""Types that belong to no patient and may be read and searched, never written, under a grant for one patient.

``Binary`` and ``Bundle`` are not among them, nor ``Linkage``, ``MessageHeader``, ``Subscription``: they can carry
or reach anybody's data and say nothing that could be judged.
"""


def contained_types(resource: Mapping[str, Any]) -> dict[str, str]:
    """``#id`` to type of the contained resources."""
    contained = resource.get("contained")
    if not isinstance(contained, list):
        return {}
    return {
        f"#{item.get('id')}": str(item.get("resourceType")) for item in contained if isinstance(item, dict)
    }


def patients_of(
    resource: Mapping[str, Any], bases: tuple[str, ...], known_types: Mapping[str, str] | None = None
) -> set[str]:
    """Ids of the patients a resource is about, by its compartment elements; ``""`` stands for an unproven one.

    Contained resources count as the resource itself. The first element of a row is the decisive one.
    ``known_types``: see ``references.patient_of``.
    """
    resource_type = resource.get("resourceType")
    if resource_type == "Patient":
        return {str(resource.get("id"))}
    membership = PATIENT_COMPARTMENT.get(str(resource_type))
    if membership is None:
        return _patients_inside(resource, bases, known_types or {}) if "contained" in resource else set()
    types = contained_types(resource) if "contained" in resource else {}
    if known_types:
        types = {**known_types, **types}
    found = _patients_inside(resource, bases, types) if "contained" in resource else set()
    for number, path in enumerate(membership.paths.values()):
        for element in values_at(resource, path):
            patient = patient_of(element, bases, types, decisive=number == 0)
            if patient is not None:
                found.add(patient)
    return found


def _patients_inside(
    resource: Mapping[str, Any], bases: tuple[str, ...], types: Mapping[str, str]
) -> set[str]:
    """The patients of the contained resources: what stands inside is shown with what stands around it.

    A contained Patient is somebody whose id proves nothing, contained resources contain none (R4, dom-2), and a type
    that says nothing of whose it is (a Bundle, a Binary) may hold anybody's data.
    """
    contained = resource["contained"]
    found: set[str] = set()
    for item in contained if isinstance(contained, list) else [None]:
        if not isinstance(item, dict) or "contained" in item or not _says_whose_it_is(item):
            found.add("")
        else:
            found |= patients_of(item, bases, types)
    return found


def _says_whose_it_is(contained: Mapping[str, Any]) -> bool:
    resource_type = str(contained.get("resourceType"))
    return resource_type in WITHOUT_COMPARTMENT or resource_type in PATIENT_COMPARTMENT.keys() - {"Patient"}


def in_compartment(
    resource: Mapping[str, Any],
    patient: str | None,
    bases: tuple[str, ...],
    known_types: Mapping[str, str] | None = None,
) -> bool:
    """True when the resource is about this patient and about no other, proven by literal references."""
    return bool(patient) and patients_of(resource, bases, known_types) == {patient}


def element_names(resource_type: str) -> set[str]:
    """Top-level elements that must stay in an answer so that its patient can be judged."""
    membership = PATIENT_COMPARTMENT.get(resource_type)
    return {path.split(".")[0] for path in membership.paths.values()} if membership else set()
