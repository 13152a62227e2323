"""Standard Webhooks signatures, for what we send and for the answers we believe."""

import base64
import binascii
import hashlib
import hmac

from .console import Stop

PREFIX = "whsec_"


class Key:
    """A callback key, `whsec_<base64 of 32 bytes>`. Its text is never shown."""

    def __init__(self, text):
        try:
            self._bytes = base64.b64decode(text.strip()[len(PREFIX) :], validate=True)
        except (binascii.Error, ValueError):
            self._bytes = b""
        if not text.strip().startswith(PREFIX) or len(self._bytes) != 32:
            raise Stop("the credential ark-callback-key is missing or is not of the form whsec_<base64 of 32 bytes>")

    @property
    def id(self):
        """First 8 hex digits of the key's SHA-256: tells the coordinator which key signs."""
        return hashlib.sha256(self._bytes).hexdigest()[:8]

    def headers(self, webhook_id, timestamp, body):
        return {
            "content-type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": self._sign(f"{webhook_id}.{timestamp}.".encode() + body),
            "x-key-id": self.id,
        }

    def signed(self, webhook_id, status, headers, body):
        """True when an answer to `webhook_id` carries a signature of ours. The compare takes constant time.

        The answer's timestamp is part of what is signed but is not compared with this machine's clock: an answer
        belongs to one id of ours, so an old one can only repeat what was said to the same message.
        """
        timestamp = headers.get("webhook-timestamp", "")
        if headers.get("webhook-id") != webhook_id or not timestamp.isascii() or not timestamp.isdigit():
            return False
        expected = self._sign(f"answer.{webhook_id}.{timestamp}.{status}.".encode() + body)
        given = headers.get("webhook-signature", "").split()
        return any([hmac.compare_digest(expected.encode(), one.encode()) for one in given])

    def _sign(self, content):
        return "v1," + base64.b64encode(hmac.new(self._bytes, content, hashlib.sha256).digest()).decode()
