"""Checks a canonical Compose file once more where it runs: the digest of exactly its bytes, and the allow-list.

The list is compose_allow_list.json, the one that the coordinator reads too; the words of it are explained there.
"""

import hashlib
import hmac
import json
import re

from .errors import StepFailed

# Any run of dollar signs of odd length: Compose would fill it in from this process's environment.
OPEN_DOLLAR = re.compile(r"(?<!\$)(?:\$\$)*\$(?!\$)")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


class NotAllowed(Exception):
    """Where the document leaves the list."""


def parse(text, digest, rules):
    """The document of a canonical Compose text. Throws compose_digest_mismatch or compose_not_allowed.

    `rules` is the content of the allow-list.
    """
    found = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    if not hmac.compare_digest(found, str(digest)):
        raise StepFailed("compose_digest_mismatch", "the Compose file is not the one that was approved")
    try:
        document = json.loads(text)
        check(document, rules["document"], rules, "the file")
    except (ValueError, NotAllowed) as error:
        raise StepFailed("compose_not_allowed", f"the Compose file holds what is not allowed: {error}") from error
    return document


def check(value, schema, rules, place):
    """Throws NotAllowed with the place of the first fault."""
    if "ref" in schema:
        check(value, rules["definitions"][schema["ref"]], rules, place)
    elif "any_of" in schema:
        check_choices(value, schema["any_of"], rules, place)
    elif "enum" in schema:
        demand(any(value == one and type(value) is type(one) for one in schema["enum"]), place)
    else:
        demand(is_kind(value, schema["type"]), place)
        check_content(value, schema, rules, place)


def check_choices(value, choices, rules, place):
    for choice in choices:
        try:
            return check(value, choice, rules, place)
        except NotAllowed:
            continue
    raise NotAllowed(place)


def check_content(value, schema, rules, place):
    if isinstance(value, str):
        check_text(value, schema, place)
    elif isinstance(value, list):
        demand(len(value) <= schema.get("max_items", 0), place)
        for index, item in enumerate(value):
            check(item, schema["items"], rules, f"{place}[{index}]")
    elif isinstance(value, dict):
        check_object(value, schema, rules, place)
    elif not isinstance(value, bool) and value is not None:
        demand(schema.get("minimum", float("-inf")) <= value <= schema.get("maximum", float("inf")), place)


def check_text(text, schema, place):
    demand(len(text) <= schema.get("max_length", len(text)), place)
    demand("pattern" not in schema or re.fullmatch(schema["pattern"], text), place)
    demand(not OPEN_DOLLAR.search(text) and not CONTROL.search(text), place)


def check_object(value, schema, rules, place):
    demand(schema.get("min_keys", 0) <= len(value) <= schema.get("max_keys", len(value)), place)
    demand(all(key in value for key in schema.get("required", ())), place)
    for key, item in value.items():
        inner = f"{place}: {key[:60]!r}"
        known = schema.get("properties", {}).get(key)
        demand(known is not None or ("keys" in schema and re.fullmatch(schema["keys"], key)), inner)
        check(item, schema["values"] if known is None else known, rules, inner)


def is_kind(value, kind):
    """A boolean is no number, though Python says so."""
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def demand(holds, place):
    if not holds:
        raise NotAllowed(place)
