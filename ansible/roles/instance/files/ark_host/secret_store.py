"""Secrets of an instance, such as its database password: made here, once, and never sent anywhere.

`made.json` lists what was made. With the data volume still there, a listed secret whose file is gone, or a list that
is gone, stops the deployment: a new password would lock the application out of its own data.
"""

import json
import os
import secrets
import string

from .errors import StepFailed
from .layout import write_private

ALPHABET = string.ascii_letters + string.digits


def provide(folder, wanted, has_data):
    """Returns {name: value} for the wanted secrets [{name, length}], making those that never existed.

    Throws secrets_missing as above.
    """
    made = read_made(folder, has_data)
    values = {}
    for secret in wanted:
        name = secret["name"]
        path = folder / name
        if not path.exists():
            if has_data and name in made:
                raise missing(name)
            make(path, int(secret["length"]))
        values[name] = path.read_text(encoding="ascii")
        if not values[name]:
            raise missing(name)
    write_private(folder / "made.json", json.dumps(sorted({*made, *values})))
    return values


def read_made(folder, has_data):
    try:
        return set(json.loads((folder / "made.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        if has_data:
            raise missing("made.json") from None
        return set()
    except (ValueError, TypeError) as error:
        raise missing("made.json") from error


def make(path, length):
    """Creates the file exclusively and as a whole: a draft gets its content first, then its name by a link."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write("".join(secrets.choice(ALPHABET) for _ in range(length)))
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, path)
    finally:
        os.unlink(draft)


def missing(name):
    return StepFailed("secrets_missing", f"the data is there but its secret {name} is gone: restore it, then try again")
