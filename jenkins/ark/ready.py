"""Subcommand ready: reports the started release until the coordinator has decided."""

import time

from . import stages
from .claim import deadline_of
from .console import Stop, say
from .decision import has_to_retire, take_decision
from .exchange import Message
from .lease import leased, with_lease
from .refusals import line_for

WAITS_S = (0.3, 0.5, 1)
EVERY_S = 2


def ready(folder, coordinator):
    """Reports the started release and repeats until the coordinator decided and the old one may go."""
    claim, result = leased(folder), folder.read("started")
    if claim["action"] == "stop":
        return
    folder.write("stage", "publish")
    message = Message("ready", ready_content(claim, result))
    # Before the first byte leaves: from now on the coordinator may have switched.
    folder.write("ready", True)
    waits, told = list(WAITS_S), None
    while True:
        answer = coordinator.tell(message, deadline_of(claim))
        if answer.status == 200:
            break
        if answer.status != 202:
            raise Stop(f"ready refused: {line_for(answer)}", answer.code or "callback_refused")
        told = say_state(answer.body, told)
        time.sleep(waits.pop(0) if waits else EVERY_S)
        if time.time() >= deadline_of(claim):
            raise Stop(
                "the coordinator did not decide in time; nothing is removed without its decision", "callback_lost"
            )
    take_decision(folder, claim, answer.body)
    tell_switched(folder, coordinator, claim)


def tell_switched(folder, coordinator, claim):
    """For the pages: the link leads to the new release, and what was there before goes."""
    decision = folder.read("decision")
    if decision["decision"] != "switched":
        return
    stages.note(coordinator, claim, stage="publish", status="done")
    if has_to_retire(folder, decision):
        folder.write("stage", "retire")
        stages.note(coordinator, claim, stage="retire", status="started")


def ready_content(claim, result):
    primary = next(endpoint["name"] for endpoint in claim["endpoints"] if endpoint["primary"])
    target = result["endpoints"][primary]
    return with_lease(
        claim,
        target_host=claim["host"]["address"],
        target_port=target["port"],
        container_name=target["container_name"],
        container_id=target["container_id"],
        endpoints=result["endpoints"],
        image_ids=result["image_ids"],
        project=result["project"],
    )


def say_state(body, told):
    state = body.get("state")
    if state != told:
        words = {"verifying": "the coordinator checks the new release", "draining": "the old release drains"}
        say(words.get(state, f"state {state}"))
    return state
