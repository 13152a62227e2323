#!/bin/sh
# Health check: PONG comes only when the data is loaded.
set -eu
. "$(dirname "$0")/password.sh"
[ "$(REDISCLI_AUTH=$password redis-cli ping)" = PONG ]
