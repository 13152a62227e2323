#!/bin/bash
# Health check: nginx itself answers. The apps origin has nothing at /, so no other process is asked.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/3001
printf 'GET / HTTP/1.0\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[ "$status" = 404 ]
