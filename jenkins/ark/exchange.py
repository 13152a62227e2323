"""One message to the coordinator until it is answered: posted, re-signed, repeated, believed only when signed."""

import http.client
import json
import secrets
import time
from urllib.parse import urlsplit

from .console import Stop, say

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 5
TRY_S = 15
BUSY_S = 60
ANSWER_BYTES = 1024 * 1024
# Signed and for a while only: the coordinator is at work, or something behind it is away.
PATIENT = (423, 429, 500, 502, 503, 504)


class Answer:
    """A signed answer: status and the JSON object of its body."""

    def __init__(self, status, body):
        self.status = status
        self.body = body

    @property
    def code(self):
        return str(self.body.get("code", ""))


class Message:
    """One logical message: its id and body stay the same over all tries."""

    def __init__(self, name, content):
        self.name = name
        self.id = f"msg_{secrets.token_urlsafe(18)}"
        self.body = json.dumps(content).encode()


class Coordinator:
    """Where callbacks go. `deadline` is in time.time() seconds."""

    def __init__(self, base_url, key, clock=time):
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
            raise Stop("ARK_CALLBACK_URL is not an address such as http://127.0.0.1:3000/api/callbacks")
        self._parts = parts
        self._key = key
        self._clock = clock

    def tell(self, message, deadline):
        """Posts until there is a signed answer that settles it, and returns that, whatever its status.

        Throws Stop when the deadline passes, when the key was revoked, and at any unsigned answer that is no
        invitation to try again.
        """
        wait, busy_since, told = FIRST_WAIT_S, None, None
        while True:
            answer, trouble = self._try(message, deadline)
            now = self._clock.time()
            if answer is not None:
                if answer.status not in PATIENT:
                    return answer
                busy_since = busy_since or now
                trouble = holder_of(answer)
                if now - busy_since >= BUSY_S:
                    raise Stop(f"gave up after {BUSY_S} s: {trouble}", answer.code or "busy")
            else:
                busy_since = None
            if trouble != told:
                say(f"{message.name}: {trouble}; trying again")
                told = trouble
            if now + wait >= deadline:
                raise Stop(f"{message.name} was not answered in time: {trouble}", "callback_lost")
            self._clock.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)

    def _try(self, message, deadline):
        """(answer, None) when it is signed, (None, words) when it should be tried again; else throws Stop."""
        try:
            status, headers, body = self._post(message, deadline)
        except (OSError, http.client.HTTPException) as error:
            return None, f"the coordinator did not answer ({type(error).__name__})"
        if self._key.signed(message.id, status, headers, body):
            return Answer(status, as_object(body)), None
        if status == 401 and as_object(body).get("code") == "callback_key_revoked":
            raise Stop("the callback key of this Jenkins was revoked; nothing was undone", "callback_key_revoked")
        if status in (401, 429) or status >= 500:
            return None, f"answered {status} without a signature"
        raise Stop(
            f"{message.name} was answered with {status} by somebody who does not know our key", "answer_unsigned"
        )

    def _post(self, message, deadline):
        timeout = max(1, min(TRY_S, deadline - self._clock.time()))
        https = self._parts.scheme == "https"
        kind = http.client.HTTPSConnection if https else http.client.HTTPConnection
        connection = kind(self._parts.hostname, self._parts.port, timeout=timeout)
        try:
            headers = self._key.headers(message.id, int(self._clock.time()), message.body)
            connection.request("POST", f"{self._parts.path.rstrip('/')}/{message.name}", message.body, headers)
            response = connection.getresponse()
            body = response.read(ANSWER_BYTES + 1)
            if len(body) > ANSWER_BYTES:
                raise http.client.HTTPException("the answer is too long")
            return response.status, {name.lower(): value for name, value in response.getheaders()}, body
        finally:
            connection.close()


def as_object(body):
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def holder_of(answer):
    """Why we wait, with the holder and the link where the coordinator names them."""
    words = answer.body.get("detail") or answer.body.get("title") or f"status {answer.status}"
    by = answer.body.get("by")
    link = answer.body.get("link")
    return f"{words}{f' (by {by})' if by else ''}{f': {link}' if link else ''}"
