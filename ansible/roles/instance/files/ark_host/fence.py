"""The host fence: one small file per instance that is both the lock and the high-water mark of seq.

Jenkins can believe that a build ended while its shell still works on the host, and an operator can start an old build
again. Whatever runs, a mutating step first takes this lock and is refused when the host has seen a higher seq. The
file is never unlinked by a job: who unlinks a lock file lets two holders in.
"""

import fcntl
import json
import os
import signal
import time

from .errors import StaleSeq, StepFailed

PREEMPT_AFTER_S = 60
KILL_AFTER_S = 5
# One write of one small block, so that a crash leaves the old mark or the new one.
MARK_BYTES = 256


class Fence:
    """Holds the lock of one instance from take() until release() or the end of the process."""

    def __init__(self, path, seq):
        self._path = path
        self._seq = int(seq)
        self._descriptor = None

    def take(self, deadline, preempt_same=False, preempt_after_s=PREEMPT_AFTER_S):
        """Waits for the lock until `deadline` and raises the mark.

        Throws stale_seq when the mark is higher, fence_busy when the time is up. After `preempt_after_s` the process
        group of a holder with a lower seq is ended; `preempt_same` ends one with the same seq at once.
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        begun = time.monotonic()
        while not self._try_lock():
            mark = self._read_fresh()
            waited = time.monotonic() - begun
            older = int(mark["seq"]) < self._seq and waited >= preempt_after_s
            if older or (preempt_same and int(mark["seq"]) == self._seq):
                end_process_group(mark)
            if time.monotonic() >= deadline:
                raise StepFailed("fence_busy", f"deployment {mark['seq']} still holds this instance on the host")
            time.sleep(0.1)
        self._read_fresh()
        self._write_mark()

    def release(self):
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def note_holder(self):
        """Writes this process into the mark: after a fork the child is the one to end."""
        self._write_mark()

    def _try_lock(self):
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _read_fresh(self):
        mark = parse_mark(os.pread(self._descriptor, MARK_BYTES, 0))
        if int(mark["seq"]) > self._seq:
            self.release()
            raise StaleSeq(mark["seq"])
        return mark

    def _write_mark(self):
        mark = {"seq": str(self._seq), "pid": os.getpid(), "started": process_start(os.getpid())}
        os.pwrite(self._descriptor, json.dumps(mark).ljust(MARK_BYTES - 1).encode() + b"\n", 0)
        os.fsync(self._descriptor)


def parse_mark(raw):
    """The mark in a fence file; an empty file is seq 0. Throws fence_unreadable: guessing would let old jobs in."""
    if not raw.strip(b"\0 \n"):
        return {"seq": "0", "pid": 0, "started": ""}
    try:
        mark = json.loads(raw)
        return {"seq": str(int(mark["seq"])), "pid": int(mark["pid"]), "started": str(mark["started"])}
    except (ValueError, KeyError, TypeError) as error:
        raise StepFailed("fence_unreadable", "the fence file of this instance cannot be read") from error


def process_start(pid):
    """The kernel's start time of a process, which tells it from a later one with the same id; '' when gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stream:
            return stream.read().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def end_process_group(mark):
    """Ends the group of the process in the mark, kindly first. Does nothing when that process is gone."""
    pid = mark["pid"]
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if pid <= 1 or not mark["started"] or process_start(pid) != mark["started"]:
            return
        try:
            os.killpg(pid, sign)
        except ProcessLookupError:
            return
        patience = time.monotonic() + KILL_AFTER_S
        while process_start(pid) == mark["started"] and time.monotonic() < patience:
            time.sleep(0.05)
