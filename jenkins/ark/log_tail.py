"""The build's own log of the host work: bounded, without secrets, its end sent along with `failed`."""

import re

KEEP_BYTES = 64 * 1024
TAIL_BYTES = 8 * 1024
SHORTEST_SECRET = 4
KEY_LIKE = re.compile(r"whsec_[A-Za-z0-9+/=]+|-----BEGIN [A-Z ]*PRIVATE KEY-----.*")


class Redactor:
    """Takes the secrets of one deployment out of a line."""

    def __init__(self, folder):
        claim, release = folder.read("claim") or {}, folder.read("release") or {}
        inputs = (release.get("release") or {}).get("inputs", [])
        values = [str(entry.get("value", "")) for entry in inputs if entry.get("secret")]
        values.append(str(claim.get("lease", "")))
        self._values = sorted((value for value in values if len(value) >= SHORTEST_SECRET), key=len, reverse=True)

    def clean(self, text):
        for value in self._values:
            text = text.replace(value, "[redacted]")
        return KEY_LIKE.sub("[redacted]", text)


def append(folder, text):
    """Adds redacted text; the oldest part goes when the log grows too long."""
    path = folder.path / "log.txt"
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    folder.write_text("log.txt", (before + text)[-KEEP_BYTES:])


def tail(folder):
    """The last lines, at most 8 KiB of UTF-8."""
    if not folder.exists("log.txt"):
        return ""
    raw = (folder.path / "log.txt").read_bytes()
    text = raw[-TAIL_BYTES:].decode(errors="ignore")
    return text if len(raw) <= TAIL_BYTES else text.partition("\n")[2]
