"""Stages for the pages: what the job begins, and what the host says afterwards that it went through."""

import time

from .claim import deadline_of
from .console import Stop, say
from .lease import tell, with_lease

NAMES = ("prepare", "pull", "stop", "start", "gate", "publish", "retire")
STATUSES = ("started", "done")
LONGEST_AGO_MS = 86_400_000


def keep(folder, marks):
    """Keeps what the host's result says, `[{stage, status, ago_ms}]`, for the next callback to tell."""
    now = time.time()
    kept = folder.read("marks") or []
    for mark in filter(is_mark, marks if isinstance(marks, list) else []):
        kept.append({"stage": mark["stage"], "status": mark["status"], "at": now - mark["ago_ms"] / 1000})
        if mark["status"] == "started":
            folder.write("stage", mark["stage"])
    folder.write("marks", kept)


def is_mark(value):
    """A host may say anything; nobody but this job vouches for it."""
    if not isinstance(value, dict) or not isinstance(value.get("ago_ms"), int):
        return False
    return value.get("stage") in NAMES and value.get("status") in STATUSES and 0 <= value["ago_ms"] <= LONGEST_AGO_MS


def tell_kept(folder, coordinator, claim):
    """Tells what was kept, in its order. A page with a gap is no reason to stop a job: nothing is thrown."""
    marks = folder.read("marks") or []
    folder.forget("marks")
    for mark in marks:
        ago_ms = min(max(0, int((time.time() - mark["at"]) * 1000)), LONGEST_AGO_MS)
        if not note(coordinator, claim, stage=mark["stage"], status=mark["status"], ago_ms=ago_ms):
            return


def note(coordinator, claim, **content):
    """Tells one stage; False when that was refused or not answered in time."""
    try:
        tell(coordinator, "progress", with_lease(claim, **content), deadline_of(claim))
    except Stop as stop:
        if stop.code == "callback_key_revoked":
            raise
        say(f"the pages may lack a step: {stop.line}")
        return False
    return True
