#!/bin/sh
# Makes the secrets that are missing, one file each, which only their owner can read. What is there stays.
#   make-secrets.sh FOLDER OWNER REDIS_HOST[:PORT]      e.g. make-secrets.sh secrets 10001 redis:6379
set -eu
umask 077
folder=${1:?usage: make-secrets.sh FOLDER OWNER REDIS_HOST}
owner=${2:?usage: make-secrets.sh FOLDER OWNER REDIS_HOST}
redis=${3:?usage: make-secrets.sh FOLDER OWNER REDIS_HOST}

random_hex() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
random_base64() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }
keep_or_make() {
  [ -s "$folder/$1" ] || printf '%s\n' "$2" >"$folder/$1"
  chown "$owner" "$folder/$1"
  chmod 0400 "$folder/$1"
}

mkdir -p "$folder"
keep_or_make ark_admin_token "$(random_hex)"
keep_or_make ark_secret "$(random_base64)"
keep_or_make ark_callback_keys "whsec_$(random_base64)"
keep_or_make redis_url "redis://:$(random_hex)@$redis"
[ -s "$folder/ark_jenkins_token" ] || echo "missing: $folder/ark_jenkins_token, the API token of Ark Deploy in Jenkins" >&2
# Given by people: the API token, and perhaps the key for set-route.
for given in ark_jenkins_token ark_ssh_key; do
  [ ! -e "$folder/$given" ] || {
    chown "$owner" "$folder/$given"
    chmod 0400 "$folder/$given"
  }
done
