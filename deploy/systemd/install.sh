#!/bin/sh
# Puts the systemd units of Redspot where systemd looks for them, and what they need: a user, folders, settings of the kernel,
# of Redis. It starts nothing and overwrites no configuration. Run it as root, from anywhere; again after an upgrade.
#
#   sh /opt/redspot/deploy/systemd/install.sh
#
# DESTDIR=FOLDER puts all of it below a folder, and leaves the machine as it is.
set -eu

case ${1:-} in
  -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac

from=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
to=${DESTDIR:-}
put() { install -D -m 0644 "$from/$1" "$to$2" && printf '%s\n' "$to$2"; }

for unit in redspot.target redspot-stow.service redspot-inference.service redspot-worklist.service; do
  put "$unit" "/etc/systemd/system/$unit"
done
put redspot-.service.d/10-redspot.conf /etc/systemd/system/redspot-.service.d/10-redspot.conf
put redspot.sysusers.conf /etc/sysusers.d/redspot.conf
put redspot.tmpfiles.conf /etc/tmpfiles.d/redspot.conf
put 90-redspot.sysctl.conf /etc/sysctl.d/90-redspot.conf
put redis.conf /etc/redis/redspot.conf
put units.env /etc/redspot/units.env
[ -e "$to/etc/redspot/redspot.env" ] || put redspot.env.example /etc/redspot/redspot.env

[ -z "$to" ] || exit 0
systemd-sysusers redspot.conf
systemd-tmpfiles --create redspot.conf
sysctl --quiet --load /etc/sysctl.d/90-redspot.conf || echo "sysctl could not set all: see /etc/sysctl.d/90-redspot.conf" >&2
systemctl daemon-reload
