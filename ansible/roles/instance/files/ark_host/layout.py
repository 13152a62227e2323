"""Where things lie on the host. Folders are 0700, files 0600; names come from checked ids only."""

import os
import re
import shutil
from pathlib import Path

from .errors import StepFailed

INSTANCE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
SEQ = re.compile(r"[1-9][0-9]{0,14}")


class Layout:
    """The paths of one deployment of one instance below /opt/ark (ARK_HOST_ROOT in tests)."""

    def __init__(self, instance_id, seq, root=None):
        if not INSTANCE_ID.fullmatch(instance_id) or not SEQ.fullmatch(seq):
            raise StepFailed("release_invalid", "the instance id or the seq is not well formed")
        self.root = Path(root or os.environ.get("ARK_HOST_ROOT", "/opt/ark"))
        self.instance_id = instance_id
        self.seq = seq
        self.instance = self.root / "instances" / instance_id
        self.secrets = self.instance / "secrets"
        self.releases = self.instance / "releases"
        self.release = self.releases / seq
        self.data = self.instance / "data"
        self.fence = self.root / "fence" / instance_id

    def make(self):
        """Makes the folders that a release needs; repeatable."""
        for folder in (self.secrets, self.release, self.data):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def remove_releases(self, seqs):
        """Removes the folders of these releases; what is not there is fine."""
        for seq in seqs:
            shutil.rmtree(self.releases / seq, ignore_errors=True)

    def remove_instance(self, keep_data):
        """Removes all files of the instance; `keep_data` leaves the secrets and the data project's files."""
        shutil.rmtree(self.releases if keep_data else self.instance, ignore_errors=True)


def write_private(path, text):
    """Writes a 0600 file as a whole: a reader sees the old content or the new one."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, path)
