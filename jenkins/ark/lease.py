"""What every message after the claim needs."""

from .console import Stop
from .exchange import Message
from .refusals import line_for


def leased(folder):
    """The claim of this build. Throws Stop when it was not granted."""
    claim = folder.read("claim")
    if claim is None:
        raise Stop("this build was not granted a claim", "no_claim")
    return claim


def with_lease(claim, **content):
    return {"lease": claim["lease"], "deployment_id": claim["deployment_id"], **content}


def tell(coordinator, name, content, deadline):
    """Returns the signed answer with status 200 or 202. Throws Stop with one line for a refusal."""
    answer = coordinator.tell(Message(name, content), deadline)
    if answer.status not in (200, 202):
        raise Stop(f"{name} refused: {line_for(answer)}", answer.code or "callback_refused")
    return answer
