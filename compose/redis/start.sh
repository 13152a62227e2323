#!/bin/sh
# Starts redis-server, in a container and under systemd: both give it a /tmp of its own. The password comes to it in a
# file, because everybody on a machine can read arguments.
set -eu
umask 077
here=$(dirname "$0")
. "$here/password.sh"
{
  cat "$here/redis.conf"
  printf 'bind %s\nport %s\n' "${ARK_REDIS_BIND:-* -::*}" "${ARK_REDIS_PORT:-6379}"
  printf 'dir %s\nrequirepass %s\n' "${ARK_REDIS_DIR:-/var/lib/ark-redis}" "$password"
} >/tmp/redis.conf
exec redis-server /tmp/redis.conf
