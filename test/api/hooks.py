"""What the description of the API cannot say, told to schemathesis. Requests that are wrong on purpose stay wrong."""

import base64
import hashlib
import hmac
import os
import time
import uuid

import schemathesis
from requests.auth import AuthBase
from schemathesis.core.parameters import ParameterLocation

KEY = base64.b64decode(os.environ["ARK_TEST_CALLBACK_KEY"])
HOST_KEY = os.environ["ARK_TEST_HOST_KEY"]
LONGEST_WAIT_S = 1


@schemathesis.hook
def before_call(context, case, kwargs):
    """Last of all, before the request goes out."""
    if good(case, ParameterLocation.QUERY):
        case.query = in_units(case.query or {})
        mend_query(case.query)
    if good(case, ParameterLocation.BODY) and isinstance(case.body, dict):
        case.body = in_units(case.body)
        mend_body(case.operation.path, case.body)
    if case.headers:
        # It is made up without regard to its pattern; test/deployments/logs sends wrong ones.
        case.headers.pop("last-event-id", None)
    if good(case, ParameterLocation.HEADER) and case.headers:
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = str(uuid.uuid4())
        if "webhook-signature" in case.headers:
            kwargs["auth"] = Signature()


def good(case, location):
    return case.meta is None or not case.meta.is_negative_at(location)


def in_units(value):
    """We count UTF-16 units, JSON Schema counts characters: here each character is one unit."""
    if isinstance(value, str):
        return "".join(char if ord(char) < 0x10000 else "x" for char in value)
    if isinstance(value, list):
        return [in_units(item) for item in value]
    if isinstance(value, dict):
        return {key: in_units(item) for key, item in value.items()}
    return value


def mend_query(query):
    # Only a cursor of the page before is one of ours.
    query.pop("cursor", None)
    if "wait" in query:
        query["wait"] = min(int(query["wait"]), LONGEST_WAIT_S)


def mend_body(path, body):
    # Inputs are those of the product.
    if "inputs" in body:
        body["inputs"] = {"title": "Hola"}
    if path.startswith("/api/host"):
        mend_host(body)
    if path.startswith("/api/products/"):
        # Only a registered host, and folders that Jenkins takes.
        if "default_host" in body:
            body["default_host"] = None


def mend_host(body):
    # A key must be a key, an address that of another machine, and ports must not be those of the kernel.
    if "host_key" in body:
        body["host_key"] = HOST_KEY
    if "address" in body:
        body["address"] = f"100.64.{uuid.uuid4().int % 200}.{uuid.uuid4().int % 250 + 1}"
    if "port_min" in body or "port_max" in body:
        body["port_min"], body["port_max"] = 20_000, 29_999


class Signature(AuthBase):
    """Signs a callback as jenkins/ark does (docs/callbacks.md)."""

    def __call__(self, request):
        identifier, at = f"msg_{uuid.uuid4().hex}", str(int(time.time()))
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        digest = hmac.new(KEY, f"{identifier}.{at}.".encode() + body, hashlib.sha256).digest()
        request.headers["webhook-id"] = identifier
        request.headers["webhook-timestamp"] = at
        request.headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
        return request
