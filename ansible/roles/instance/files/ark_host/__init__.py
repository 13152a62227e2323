"""What runs on a client host: one release of one instance is prepared, started, checked, retired or removed.

Python's standard library only, from 3.8 on. The agent sends it as a zip archive together with release.json and runs
it with the host's own /usr/bin/python3.
"""
