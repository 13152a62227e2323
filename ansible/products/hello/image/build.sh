#!/bin/sh
# Makes the image of this product from the machine's static busybox, without a registry or a network.
#   build.sh TAG        e.g. build.sh ark/hello:1
# The engine is the docker client's own choice (DOCKER_HOST).
set -eu
tag=${1:?usage: build.sh TAG}
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

mkdir -p "$root/bin" "$root/etc" "$root/srv" "$root/tmp" "$root/usr/share/hello"
cp "${BUSYBOX:-/bin/busybox}" "$root/bin/busybox"
for applet in sh cat cp date env grep hostname httpd id kill ls nc printf ps sed sleep; do
  ln -s busybox "$root/bin/$applet"
done
cp "$here/hello" "$here/healthy" "$root/bin/"
cp "$here/style.css" "$root/usr/share/hello/"
chmod 755 "$root" "$root/bin/hello" "$root/bin/healthy"
chmod 1777 "$root/srv" "$root/tmp"
printf 'root:x:0:0::/:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\nweb:x:1000:\n' > "$root/etc/group"

tar -C "$root" --owner=0 --group=0 -c . |
  docker import -c 'ENV PATH=/bin' -c 'EXPOSE 8080' -c 'USER 1000:1000' -c 'CMD ["/bin/hello"]' - "$tag" > /dev/null
echo "$tag"
