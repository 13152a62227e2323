"""The files that came along: the archive that runs, or the folder of the module in tests."""

import os
import sys
import zipfile
from pathlib import Path


def read_text(name):
    """The text of a file of the archive. It is read whole, since the archive may be gone a moment later."""
    runs = Path(sys.argv[0])
    if runs.is_file() and zipfile.is_zipfile(runs):
        with zipfile.ZipFile(runs) as archive:
            return archive.read(name).decode()
    folder = Path(os.environ.get("ARK_HOST_FILES") or Path(__file__).parent.parent)
    return (folder / name).read_text(encoding="utf-8")
