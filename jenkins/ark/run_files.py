"""What an Ansible run needs around it: environment, SSH options, the archive for the host."""

import os
import subprocess
import tempfile
import zipfile
from pathlib import Path

CONTROL_PERSIST_S = 60


def environment(folder, home):
    """The agent's environment without anything that steers Ansible from outside, and never the callback key."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "ARK_CALLBACK_KEY"))}
    known_hosts = str(folder.path / "known_hosts").replace("%", "%%")
    options = {
        "UserKnownHostsFile": f'"{known_hosts}"',
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes",
        "IdentitiesOnly": "yes",
        "BatchMode": "yes",
        "ConnectTimeout": "10",
        "ServerAliveInterval": "10",
        "ServerAliveCountMax": "3",
        "ControlMaster": "auto",
        "ControlPersist": f"{CONTROL_PERSIST_S}s",
    }
    return {
        **kept,
        "LANG": "C.UTF-8",
        "ANSIBLE_CONFIG": str(home / "ansible/ansible.cfg"),
        "ANSIBLE_HOME": str(folder.path / "ansible"),
        "ANSIBLE_LOCAL_TEMP": str(folder.path / "ansible/tmp"),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": control_folder(folder),
        "ANSIBLE_SSH_ARGS": " ".join(f"-o '{name}={value}'" for name, value in options.items()),
        "ARK_ARCHIVE": str(folder.path / "ark_host.pyz"),
        "ARK_RESULT_FILE": str(folder.path / "result.json"),
    }


def control_folder(folder):
    """A short path of our own: a socket's address holds about 100 characters, a workspace's path may be longer."""
    path = folder.read("control")
    if path is None:
        path = tempfile.mkdtemp(prefix="ark-")
        folder.write("control", path)
    return path


def close_connection(folder):
    """Ends the shared SSH connection of this build. Repeatable."""
    path = folder.read("control")
    if path is None or not Path(path).is_dir():
        return
    for socket in Path(path).iterdir():
        command = ["ssh", "-O", "exit", "-o", f"ControlPath={socket}", "client"]
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=5, check=False)


def write_archive(folder, home):
    """The host script with release.json, as one file that the host's python3 runs."""
    path = folder.path / "ark_host.pyz"
    if path.is_file():
        return
    files = home / "ansible/roles/instance/files"
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__main__.py", "import sys\nfrom ark_host.main import main\nsys.exit(main())\n")
        for module in sorted((files / "ark_host").glob("*.py")):
            archive.write(module, f"ark_host/{module.name}")
        archive.write(files / "compose_allow_list.json", "compose_allow_list.json")
        archive.write(folder.path / "release.json", "release.json")
    os.replace(draft, path)
