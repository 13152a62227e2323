"""One clear line for every refusal of a claim or a later callback."""

LINES = {
    "superseded": "superseded: a newer deployment took over; the host was not touched",
    "busy": "busy: another build is at work on this instance",
    "duplicate_build": "duplicate: another build already carries out this deployment",
    "instance_deleted": "deleted: this instance is gone, there is nothing to deploy",
    "instance_not_found": "unknown instance",
    "deployment_not_found": "unknown deployment",
    "fields_edited": "edited: the parameters differ from what was ordered",
    "build_mismatch": "this build does not carry the ids that it claims",
    "start_from_panel": "start this from the panel, or give INSTANCE_ID",
    "not_allowed_now": "not allowed now",
    "wrong_job": "wrong job for this deployment",
    "build_unknown": "Jenkins does not show this build to the coordinator",
    "build_not_running": "Jenkins says that this build is not running",
    "already_decided": "this deployment was decided already",
    "lease_invalid": "this build holds no lease any more",
    "target_not_offered": "the coordinator did not offer this host, port or project",
    "candidate_differs": "this build reported another target before",
    "callback_reused": "this message was sent before with another content",
}


def line_for(answer):
    """The line for a signed refusal: what it means, the coordinator's own words, the link."""
    body = answer.body
    meaning = LINES.get(answer.code, f"refused with status {answer.status} {answer.code}")
    words = [str(body["detail"])] if body.get("detail") else []
    fields = [str(error.get("field")) for error in body.get("errors", []) if isinstance(error, dict)]
    fields += [str(field) for field in body.get("fields", [])]
    if fields:
        words.append(f"fields: {', '.join(fields)}")
    link = body.get("link")
    if link:
        words.append(f"see {link}")
    return f"{meaning}. {' - '.join(words)}" if words else meaning
