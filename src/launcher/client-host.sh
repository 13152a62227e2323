#!/bin/bash
# First process of a client host. client-host.ts starts it in mount, uts, net and pid namespaces of its own, so
# that its end takes sshd, the Docker engine and every container with it.
# usage: client-host.sh STATE NAME ADDRESS GATEWAY PREFIX_LENGTH GROUP
set -euo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
state=$1 name=$2 address=$3 gateway=$4 prefix=$5 group=$6

read -r pid _ </proc/self/stat # still the machine's /proc: our number as the machine sees it
mount --make-rprivate /
mount --bind "$state" /mnt # the state stays reachable when it lies below one of the folders hidden here
echo "$pid" >/mnt/init.pid.new
mv /mnt/init.pid.new /mnt/init.pid
mount -t proc proc /proc
hostname "$name"
for file in passwd shadow group hosts; do mount --bind "/mnt/etc/$file" "/etc/$file"; done
for dir in home opt run tmp; do mount --bind "/mnt/$dir" "/$dir"; done
resolv=$(readlink -m /etc/resolv.conf)
case $resolv in
  /run/*) mkdir -p "${resolv%/*}" && cp /mnt/etc/resolv.conf "$resolv" ;;
  *) [ ! -e "$resolv" ] || mount --bind /mnt/etc/resolv.conf "$resolv" ;;
esac

for ((i = 0; i < 200; i++)); do # the launcher moves eth0 in as soon as it knows our number
  ! ip link show eth0 >/dev/null 2>&1 || break
  sleep 0.05
done
ip link set lo up
ip addr add "$address/$prefix" dev eth0
ip link set eth0 up
ip route add default via "$gateway"

run_sshd() {
  while [ ! -e /run/stopping ]; do
    /usr/sbin/sshd -D -e -f /mnt/etc/sshd_config >>/mnt/sshd.log 2>&1 || true
    sleep 0.2
  done
}
run_engine() {
  while [ ! -e /run/stopping ]; do
    rm -f /run/docker.pid # may name another process of this new namespace
    dockerd --host unix:///run/docker.sock --data-root /mnt/docker --exec-root /run/docker \
      --pidfile /run/docker.pid --config-file /mnt/etc/daemon.json --cgroup-parent "/$group" \
      --exec-opt native.cgroupdriver=cgroupfs --shutdown-timeout 10 >>/mnt/dockerd.log 2>&1 || true
    sleep 0.2
  done
}
stop() {
  touch /run/stopping
  local engine
  engine=$(cat /run/docker.pid 2>/dev/null || true)
  [ -z "$engine" ] || kill -TERM "$engine" 2>/dev/null || true
  for ((i = 0; i < 300; i++)); do
    [ -n "$engine" ] && kill -0 "$engine" 2>/dev/null || exit 0
    sleep 0.05
  done
  exit 0
}
trap stop TERM
run_sshd &
run_engine &
while :; do wait -n || true; done # also reaps the orphans of this namespace
