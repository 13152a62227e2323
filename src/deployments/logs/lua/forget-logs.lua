-- forget-logs: makes room also when nothing is written. Repeatable.
make_room('')
