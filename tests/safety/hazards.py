"""The hazard table: what could hurt somebody, the safety rule against it, where it is controlled, and what proves it.

Rules S1 to S8 are the safety rules that no feature may break. ``test_hazard_table.py`` holds this table to the tree:
every rule has rows, every control is a file, every test exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

RULES: dict[str, str] = {
    "S1": "The banner names the patient that the hub has confirmed, as the record names him.",
    "S2": "A pane's header names the patient that the gateway lets that pane read.",
    "S3": "A pane is changing, asking, following, pinned, out of sync or closed; never usable with an unmarked other patient.",
    "S4": "Nothing outside the token's grant is returned or stored; asked before it goes up, judged before it comes down.",
    "S5": "A close closes only what it names; order is arrival; a stale open changes nothing.",
    "S6": "Nothing of one user is reachable by another.",
    "S7": "No token, code, identity number or clinical text in logs, addresses, command lines or unencrypted on disk.",
    "S8": "Killing any process loses nothing that was told to be stored, and the user is told the truth in seconds.",
}


@dataclass(frozen=True, slots=True)
class Hazard:
    """``control`` is the file that holds the hazard off, ``test`` a pytest id without parameters."""

    hazard: str
    rule: str
    control: str
    test: str


def _rows(rule: str, *rows: tuple[str, str, str]) -> Iterator[Hazard]:
    for hazard, control, test in rows:
        yield Hazard(hazard, rule, control, f"tests/{test}")


HUB = "context/hub.py"
ORDER = "context/patient_context.py"
PANES = "context/pane_state.py"
RUNNER = "launcher/server/hub/runner.py"
CHECK = "launcher/upstream/fhir.py"
TAB = "shell/bridge/tab_controller.py"
ARRIVAL = "shell/bridge/drafts.py"
CLIPBOARD = "shell/bridge/clipboard.py"
POLICY = "launcher/gateway/policy.py"
FILTER = "launcher/gateway/filter.py"
READS = "launcher/server/fhir/reads.py"
WRITES = "launcher/server/fhir/writes.py"
PANE_CALLS = "launcher/server/panes.py"
SESSIONS = "launcher/server/sessions.py"
REFRESH = "launcher/oauth/refresh.py"
AUDIT = "launcher/stores/audit.py"
CHROMIUM = "shell/web/chromium.py"
PROFILE = "shell/web/pane_profile.py"
PAGE = "shell/web/page.py"

HAZARDS: tuple[Hazard, ...] = (
    *_rows(
        "S1",
        ("The banner shows whom the user clicked while the hub has another patient", TAB,
         "safety/test_banner.py::test_nothing_is_shown_before_the_hub_has_confirmed"),
        ("A patient that the hub refused is shown all the same", TAB,
         "safety/test_banner.py::test_a_refused_patient_is_never_shown"),
        ("A patient whom the user may not read is opened, or refused without a word", "launcher/server/hub/runner.py",
         "safety/test_banner.py::test_a_patient_of_others_is_refused_in_words"),
        ("Name or birth date in the banner come from another app's event", TAB,
         "safety/test_banner.py::test_name_and_number_come_from_the_record"),
        ("A patient was closed while the shell was not connected, and stands in the banner", "shell/gateway_client/hub.py",
         "safety/test_context_changes_elsewhere.py::test_a_close_that_was_missed_is_read_after_the_socket_is_back"),
        ("The tab waits for ever for a patient whom the hub has passed over", TAB,
         "safety/test_context_changes_elsewhere.py::test_an_own_open_that_came_too_late_is_told"),
        ("A patient becomes current whose identifiers disagree with the record", CHECK,
         "launcher/gateway/test_upstream_fhir.py::test_why_a_patient_may_not"),
        ("A patient becomes current whom this user may not read", RUNNER,
         "launcher/hub/test_calls.py::test_a_patient_that_fails_the_check_is_not_opened"),
        ("A user opens, reads or writes a patient who is neither of his unit nor on his list", CHECK,
         "launcher/server/test_patient_access.py::test_only_a_patient_whom_the_user_may_read_is_opened"),
        ("The record system is silent and the patient changes unchecked", RUNNER,
         "launcher/hub/test_calls.py::test_no_answer_in_time_is_503_and_changes_nothing"),
        ("Two opens at once: the slower check decides the patient", RUNNER,
         "launcher/hub/test_calls.py::test_opens_take_turns_in_order_of_arrival"),
        ("Two residents with nearly the same name are taken for each other", "shell/presenters/similar_names.py",
         "shell/presenters/test_start_list_rows.py::test_namesakes_are_marked_and_others_are_not"),
        ("\"Allergies not recorded\" reads like \"no allergies\"", "shell/presenters/patient_facts.py",
         "shell/presenters/test_start_list_rows.py::test_never_asked_and_none_known_are_two_things"),
        ("On a narrow screen a serious allergy becomes a number", "shell/widgets/patient_banner.py",
         "shell/widgets/test_banner.py::test_cave_and_namesake_never_become_a_number"),
    ),
    *_rows(
        "S2",
        ("The header names the shared patient over a pane that still shows another", PANES,
         "context/test_pane_state.py::test_header_names_the_panes_own_patient"),
        ("An app that launches itself in a pane gets, or asks for, another patient than its header names",
         "launcher/server/authorization.py",
         "shell/web/test_gateway_pages.py::test_a_launch_of_its_own_gets_the_panes_patient_and_no_picker"),
        ("The gateway tells the header another patient than the app may read", PANE_CALLS,
         "launcher/server/test_panes.py::test_a_follower_moves_after_its_acknowledgement"),
        ("A pane without a grant is given a patient's name", PANE_CALLS,
         "launcher/server/test_panes.py::test_a_new_pane_has_no_patient"),
    ),
    *_rows(
        "S3",
        ("A pane can be used while it shows another patient than the banner, unmarked", PANES,
         "context/test_pane_state.py::test_no_usable_pane_has_another_patient_without_the_mark"),
        ("At some paint a pane can be used under another patient's banner", "shell/widgets/pane_frame.py",
         "story/test_main_story.py::test_one_login_one_resident_three_apps_and_a_note_seen_at_once"),
        ("The curtain goes up for the gateway's question and a former patient's page is still there",
         "shell/bridge/pane_controller.py",
         "shell/bridge/test_consent_question.py::test_the_page_before_it_has_ended_first"),
        ("A page of an app is taken for the gateway's question, and uncovered", "shell/web/probes.py",
         "shell/web/test_consent_question.py::test_no_other_page_is_taken_for_it"),
        ("The user lets an app in for one patient when another has been opened", PANES,
         "shell/bridge/test_consent_question.py::test_another_patient_ends_the_question"),
        ("The old patient shines through the curtain", "shell/widgets/curtain.py",
         "shell/widgets/test_panes.py::test_the_curtain_hides_every_pixel_of_the_page"),
        ("Between the old page and the new one there is a frame without page or curtain", "shell/bridge/pane_controller.py",
         "story/test_warm_relaunch.py::test_a_relaunch_never_shows_a_frame_without_page_or_curtain"),
        ("An app acknowledges at once, paints the old patient and reads nothing", PANES,
         "story/test_random_switches.py::test_no_pane_shows_anybody_but_whom_its_header_names"),
        ("A page hangs and takes the others with it, or stands still unnoticed", "shell/web/probes.py",
         "shell/web/test_containment.py::"
         "test_a_page_that_loops_is_told_of_after_five_seconds_while_the_other_paints_on"),
        ("A key reaches the page below the curtain", "shell/widgets/pane_frame.py",
         "shell/widgets/test_panes.py::test_the_page_below_the_curtain_is_shown_but_out_of_reach"),
        ("A pane kept for unsaved work is taken for one that followed", "shell/bridge/switching.py",
         "story/test_main_story.py::test_unsaved_work_is_pinned_and_marked_while_the_rest_follows"),
        ("The patient changes while the gateway knows nothing of the pin", "shell/bridge/switching.py",
         "shell/bridge/test_patient_tabs.py::test_a_change_goes_on_only_with_a_confirmed_pin"),
        ("One person stands in two tabs", "shell/bridge/workspace_controller.py",
         "shell/bridge/test_patient_tabs.py::test_a_second_choice_of_the_same_person_makes_no_second_tab"),
        ("The answer to a question about one patient acts on the next", "shell/bridge/workspace_controller.py",
         "shell/bridge/test_patient_tabs.py::test_a_change_by_somebody_else_ends_the_question"),
        ("Somebody else changes the patient and a note that is not saved is gone", ARRIVAL,
         "safety/test_context_changes_elsewhere.py::test_a_change_by_somebody_else_keeps_unsaved_and_unanswered_work"),
        ("What is typed between the question and the change is lost", ARRIVAL,
         "safety/test_context_changes_elsewhere.py::test_an_own_change_takes_what_was_given_up_and_nothing_written_since"),
        ("A kept note stands behind no tab once its patient was closed", "shell/bridge/workspace_controller.py",
         "shell/bridge/test_patient_tabs.py::test_kept_work_stays_within_reach_when_its_patient_was_closed"),
        ("A kept note looks as if it were about the new patient", TAB,
         "story/test_main_story.py::test_somebody_else_changes_the_patient_and_unsaved_work_is_kept_and_marked"),
        ("An app is launched for a patient who is no longer current", "shell/bridge/launching.py",
         "safety/test_context_changes_elsewhere.py::"
         "test_a_launch_for_a_patient_who_is_no_longer_current_leaves_no_pane"),
        ("Late, lost and doubled messages leave a usable pane on another patient than the banner", PANES,
         "context/test_whole_desktop.py::test_twenty_thousand_steps"),
        ("An app is let through to the next patient while the desktop is cut off from the hub", "context/hub.py",
         "context/test_fences.py::test_no_fence_moves_while_the_shell_is_away_and_all_when_it_is_back"),
        ("An app stays in an encounter that is no longer the open one", PANES, "context/test_pane_state.py::test_relaunch"),
        ("An app cannot be opened after an encounter was closed", "shell/bridge/launching.py",
         "safety/test_context_changes_elsewhere.py::test_a_launch_after_a_closed_encounter_reads_the_version_anew"),
        ("An app follows without having read anything of the new patient", PANES,
         "context/test_pane_state.py::test_fhircast"),
        ("An app that never answers stays usable", PANES,
         "context/test_pane_state.py::test_no_good_answer_in_ten_seconds"),
        ("A late paint of the old patient's page lifts the curtain", PANES,
         "context/test_pane_state.py::test_a_late_paint_of_the_old_page_brings_nothing_back"),
        ("A follower reads the new patient before the shell has drawn its curtains", HUB,
         "context/test_fences.py::test_shell_first_then_the_others_then_the_fence"),
        ("A follower's fence moves although it refused the change", HUB,
         "context/test_fences.py::test_other_answers_do_not"),
        ("A pinned app is moved to another patient under the user's hands", PANE_CALLS,
         "launcher/server/test_panes.py::test_pinning_freezes_the_fence_and_ends_the_subscription"),
        ("A crashed page looks like a page that still follows", PAGE,
         "shell/web/test_page_policy.py::test_renderer_crash_curtains_the_pane"),
        ("A page that hangs shows old values as if they were new", "shell/web/probes.py",
         "shell/web/test_page_policy.py::test_renderer_hang_curtains_the_pane"),
        ("Unsaved work is dropped because the page does not answer", "shell/web/probes.py",
         "shell/web/test_page_policy.py::test_a_page_that_does_not_answer_counts_as_unsaved"),
        ("A launch made for one patient opens after the patient has changed",
         "launcher/server/workspace/launch_calls.py",
         "launcher/server/test_launch.py::test_409_when_the_context_has_moved"),
    ),
    *_rows(
        "S4",
        ("An app reads another patient by guessing addresses", POLICY,
         "launcher/gateway/test_isolation.py::test_no_attack_by_address_gets_through"),
        ("An app writes into another patient's record", WRITES,
         "launcher/gateway/test_isolation.py::test_no_attack_by_writing_gets_through"),
        ("An upstream that ignores the narrowed search leaks others' data", FILTER,
         "launcher/gateway/test_reads.py::test_an_upstream_that_ignores_narrowing_leaks_nothing"),
        ("Whether somebody is a patient here shows in the kind of refusal", READS,
         "launcher/gateway/test_isolation.py::test_foreign_is_missing_byte_for_byte"),
        ("The patient changes while the answer is on its way, and the old one's data are shown", READS,
         "launcher/gateway/test_reads.py::test_the_fence_moves_while_the_upstream_answers"),
        ("A note begun for one patient is stored with the next", WRITES,
         "launcher/gateway/test_writes.py::test_the_fence_moves_between_look_and_write"),
        ("What was judged is not what is stored", WRITES,
         "launcher/gateway/test_writes.py::test_the_bytes_that_were_judged_are_the_bytes_that_are_stored"),
        ("72.50 kg becomes 72.5 on the way", FILTER,
         "launcher/gateway/test_reads.py::test_decimals_keep_their_zeros_in_a_search"),
        ("One forbidden entry of a transaction is left out and the rest is stored", "launcher/server/fhir/bundles.py",
         "launcher/gateway/test_bundles.py::test_a_transaction_with_one_forbidden_entry_fails_whole"),
        ("An app is granted more than the organisation approved", "launcher/smart/scopes.py",
         "launcher/oauth/test_scope_granting.py::test_never_more_than_approved_and_never_more_than_asked"),
        ("Data are shown or stored without a record of the access", WRITES,
         "launcher/gateway/test_writes.py::test_nothing_is_written_that_cannot_be_recorded"),
        ("An app goes on reading after its right was taken away", "launcher/server/tokens.py",
         "launcher/server/test_panes.py::test_revocation_reaches_an_open_socket_at_once"),
    ),
    *_rows(
        "S5",
        ("Closing one patient's encounter closes another patient", ORDER,
         "context/test_context_changes.py::test_a_close_closes_only_the_anchor_it_names"),
        ("A late event of an hour ago takes the screen back to the former patient", ORDER,
         "context/test_context_changes.py::test_a_stale_open_is_relayed_unchanged_and_changes_nothing"),
        ("A workstation whose clock is ahead locks everybody else out", ORDER,
         "context/test_context_changes.py::test_an_open_from_the_future_is_refused"),
        ("An app that joins late is told of a patient who is no longer current", ORDER,
         "context/test_context_changes.py::test_opening_a_patient_ends_every_anchor_of_another_for_late_joiners"),
        ("Events of one patient tab reach the apps of another", RUNNER,
         "launcher/hub/test_channels.py::test_topics_do_not_hear_each_other"),
    ),
    *_rows(
        "S6",
        ("A page of another site reads, grants or ends something with a user's cookies", "launcher/server/cookies.py",
         "launcher/attacks/test_cross_site.py::test_nothing_is_read_given_or_ended"),
        ("A pane's cookie goes with a form of another site", PROFILE,
         "shell/web/test_gateway_pages.py::test_the_panes_cookie_goes_with_a_visit_and_not_with_a_form_of_another_site"),
        ("The next colleague reaches panes, contexts or tokens of the last", SESSIONS,
         "launcher/server/test_panes.py::test_nothing_of_another_user"),
        ("A colleague unlocks somebody else's session", "launcher/server/workspace/session_calls.py",
         "launcher/server/test_lock.py::test_another_user_cannot_unlock"),
        ("A locked session still answers with patient data", "launcher/server/tokens.py",
         "launcher/server/test_lock.py::test_locked_means_503_for_everything"),
        ("What lies behind the lock page can be seen, or reached with a key", "shell/windows/lock_page.py",
         "shell/widgets/test_window.py::test_lock_covers_everything_and_no_key_reaches_the_desk"),
        ("A page leaves cookies or storage behind for the next", PROFILE,
         "shell/web/test_page_policy.py::test_profiles_keep_nothing_and_share_nothing"),
        ("The screen is locked and the gateway, which was not told, goes on answering apps", "shell/bridge/locking.py",
         "shell/bridge/test_locking.py::test_told_until_confirmed"),
        ("A patient's name is read aloud beside a locked screen", "shell/widgets/announcements.py",
         "shell/bridge/test_locking.py::test_nothing_of_a_patient_is_said_or_shown_over_a_locked_screen"),
        ("What was copied from one patient is pasted after he was closed", CLIPBOARD,
         "shell/bridge/test_patient_tabs.py::"
         "test_a_patient_who_is_open_no_more_leaves_no_words_and_nothing_in_our_clipboard"),
        ("A patient whom another has replaced is still named in a note, or waits in the clipboard",
         "shell/bridge/workspace_controller.py",
         "shell/bridge/test_patient_tabs.py::"
         "test_who_is_still_open_beside_or_in_a_pinned_pane_keeps_what_was_copied"),
        ("Somebody comes into the room while a patient is on the screen", "shell/windows/privacy.py",
         "story/test_hidden_screen.py::test_f12_in_a_page_hides_the_screen_and_escape_shows_it"),
        ("A menu, a dialog or a note stays on the hidden screen, or is read aloud", "shell/windows/privacy.py",
         "shell/widgets/test_privacy.py::test_f12_hides_whatever_is_open_before_the_next_event"),
        ("The same app is open for two patients and mixes what it keeps of them", PROFILE,
         "story/test_interruption.py::test_two_patients_in_two_tabs_never_mix"),
        ("A patient's number stays in the clipboard after lock", CLIPBOARD,
         "safety/test_clipboard.py::test_what_we_wrote_is_cleared"),
        ("A program that holds [::1] becomes an app's origin and takes its codes", CHROMIUM,
         "safety/test_hostile_listener.py::test_a_hostile_listener_sees_no_request"),
        ("A pane's cookie opens the workspace or another app", "launcher/server/cookies.py",
         "launcher/server/test_launch.py::test_a_pane_cookie_opens_only_its_own_client"),
        ("A notification shows a patient's name on a shared screen", PAGE,
         "shell/web/test_page_policy.py::test_notification_is_refused"),
        ("An app sends its page, and the patient with it, to an address that nobody approved", PAGE,
         "shell/web/test_page_policy.py::test_navigation_outside_is_refused"),
        ("The desktop dies and leaves a signed-in gateway behind", "shell/composition/process_life.py",
         "story/test_kill_shell.py::test_kill_9_of_the_shell_leaves_no_process_and_no_login_behind"),
        ("A web page or local program poses as the shell", "launcher/server/workspace/calls.py",
         "launcher/server/test_hosts.py::test_the_workspace_refuses_any_origin"),
        ("A stolen refresh token is used beside the true one", REFRESH,
         "launcher/server/test_refresh.py::test_after_ten_seconds_a_repetition_ends_the_grant"),
    ),
    *_rows(
        "S7",
        ("Tokens, numbers or notes stand in files, words on standard error, command lines", "launcher/server/serve.py",
         "safety/test_nothing_left_behind.py::test_no_secret_is_left_behind"),
        ("Whom somebody looked at can be read in the audit file", AUDIT,
         "launcher/gateway/test_audit_log.py::test_nothing_of_a_record_stands_readable_on_disk"),
        ("An identity number travels in an address of the record system", READS,
         "launcher/gateway/test_reads.py::test_a_person_search_by_get_goes_up_as_post"),
        ("A patient picked on a page stands in that page's address", "launcher/server/picker.py",
         "launcher/server/test_standalone.py::test_no_person_is_searched_for_in_an_address"),
        ("An error of ours repeats what was in the request", "launcher/server/fhir/plane.py",
         "launcher/gateway/test_plane.py::test_an_error_of_our_own_tells_nothing"),
        ("A request id that is an identity number goes into logs", "launcher/server/fhir/exchange.py",
         "launcher/gateway/test_plane.py::test_a_request_id_that_looks_like_a_person_is_replaced"),
        ("What the shell keeps for the next gateway can be read", "launcher/stores/sealing.py",
         "launcher/server/test_restart.py::test_records_are_sealed"),
        ("A file with patients in it stays on the computer", PAGE,
         "shell/web/test_page_policy.py::test_download_is_refused"),
    ),
    *_rows(
        "S8",
        ("A note that the app was told is stored is gone after a crash", WRITES,
         "safety/test_kill_gateway.py::test_kill_9_in_the_middle_of_writes"),
        ("An access that was answered is not in the audit log after a crash", AUDIT,
         "launcher/gateway/test_audit_log.py::test_kill_in_the_middle_loses_nothing_that_was_answered"),
        ("The gateway dies and everybody has to sign in again", "launcher/stores/journal.py",
         "launcher/server/test_process.py::test_kill_9_in_mid_use_loses_nothing"),
        ("The gateway is gone and old values look like current ones", "shell/bridge/pane_controller.py",
         "story/test_main_story.py::test_kill_9_of_the_gateway_curtains_within_a_second_and_needs_no_new_login"),
        ("After a restart the hub names another patient than before", RUNNER,
         "launcher/hub/test_channels.py::test_a_restarted_gateway_keeps_the_context"),
        ("After a restart an app reads before shell and app have agreed on the patient", HUB,
         "context/test_fences.py::test_after_a_restart_nothing_moves_until_shell_and_follower_have_answered"),
        ("Accesses are taken out of the audit log", AUDIT,
         "launcher/gateway/test_audit_log.py::test_tampering_shows"),
        ("Two writers change the same resource and one is lost", WRITES,
         "launcher/gateway/test_writes.py::test_a_resource_that_moves_between_look_and_write_is_not_touched"),
        ("The same note is stored twice after a lost answer", "plugins/bundled/notat/saving.js",
         "plugins/test_apps_in_browser.py::test_notat_keeps_the_text_and_never_stores_twice"),
        ('The record system is down and its silence looks like "nothing there"', "launcher/upstream/fhir.py",
         "launcher/gateway/test_upstream_fhir.py::test_an_upstream_that_is_gone"),
        ("A login ends in the middle of a shift and takes work with it", REFRESH,
         "launcher/server/test_refresh.py::test_tokens_renew_unseen_through_a_ten_hour_shift"),
    ),
)  # fmt: skip

RESIDUAL: tuple[tuple[str, str, str], ...] = (
    (
        "An app reads the new patient and goes on drawing the old one",
        "S3",
        "One thing cannot be seen from outside: an app that reads the new patient and goes on drawing the old one.",
    ),
)
"""What no control of ours holds off: the hazard, its rule, and the words with which the README tells it as a limit."""
