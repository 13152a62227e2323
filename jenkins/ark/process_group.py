"""Owns the process group of a child: nothing of it outlives the script."""

import os
import signal
import time

KILL_AFTER_S = 5


def end_with_us(process):
    """A stop of the build ends this script; Ansible must not outlive it."""

    def end(signum, _frame):
        end_group(process)
        signal.signal(signum, signal.SIG_DFL)
        os.kill(os.getpid(), signum)

    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, end)


def end_group(process):
    """Ends what is left of the run's process group."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except (ProcessLookupError, PermissionError):
            return
        patience = time.monotonic() + KILL_AFTER_S
        while process.poll() is None and time.monotonic() < patience:
            time.sleep(0.05)
