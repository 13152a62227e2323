"""release.json: what the claim granted. Every value is checked again before it is used."""

import ipaddress
import json
import re

from .errors import StepFailed
from .layout import INSTANCE_ID, SEQ

NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
PATH = re.compile(r"/[\x21-\x7e]{0,1023}")


def parse(text):
    """The checked document. Throws release_invalid with the first fault; never shows a value of it."""
    try:
        document = json.loads(text)
        check(document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StepFailed("release_invalid", f"release.json is not well formed ({type(error).__name__})") from error
    return document


def check(document):
    demand(INSTANCE_ID.fullmatch(document["instance_id"]), "instance_id")
    demand(SEQ.fullmatch(document["seq"]), "seq")
    demand(document["action"] in ("deploy", "stop", "start", "destroy"), "action")
    demand(document["project"] == f"{document['instance_id']}-{document['seq']}", "project")
    ipaddress.ip_address(document["host"]["address"])
    for project in document["keep"]:
        demand(is_project_of(document["instance_id"], project), "keep")
    if document["action"] in ("deploy", "start"):
        check_endpoints(document["endpoints"])
        demand(document["strategy"] in ("swap", "recreate"), "strategy")
        check_release(document["release"])
        demand(PATH.fullmatch(document["health"]["path"]), "health.path")
        demand(float(document["health"]["timeout_s"]) > 0, "health.timeout_s")


def check_endpoints(endpoints):
    for endpoint in endpoints:
        demand(NAME.fullmatch(endpoint["name"]) and NAME.fullmatch(endpoint["service"]), "endpoints.name")
        demand(is_port(endpoint["port"]), "endpoints.port")
        demand(endpoint["candidates"] and all(is_port(port) for port in endpoint["candidates"]), "endpoints.candidates")


def check_release(release):
    demand(re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", release["id"]), "release.id")
    for entry in release.get("inputs", []):
        demand(ENV_NAME.fullmatch(entry["env"]) and isinstance(entry["value"], str), "release.inputs")
    for secret in release.get("secrets", []):
        demand(ENV_NAME.fullmatch(secret["name"]) and 16 <= int(secret["length"]) <= 128, "release.secrets")


def is_project_of(instance_id, project):
    """True for `<id>-<seq>` and `<id>-data`: no other project is ever touched."""
    head, _, tail = project.rpartition("-")
    return head == instance_id and (tail == "data" or SEQ.fullmatch(tail) is not None)


def is_port(value):
    return type(value) is int and 0 < value < 65536


def demand(holds, field):
    if not holds:
        raise StepFailed("release_invalid", f"release.json: {field} is not what it should be")
