# Sets `password` to that of the address in ARK_REDIS_URL_FILE, redis://:PASSWORD@HOST. The one secret serves both sides.
password=$(sed -n 's#^redis://[^:/@]*:\([^@]*\)@.*#\1#p' "$ARK_REDIS_URL_FILE")
[ -n "$password" ] || {
  echo "$ARK_REDIS_URL_FILE holds no redis://:PASSWORD@HOST" >&2
  exit 1
}
