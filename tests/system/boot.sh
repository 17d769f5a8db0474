#!/usr/bin/env bash
# boot.sh prepare ROOT BUILD: puts the programs of BUILD, the unit and this script into ROOT, a Debian 12 in a folder, so that the next
#   boot of ROOT runs the test and powers off. boot.sh show ROOT: what the test said. Boot ROOT with systemd-nspawn --boot between the two.
#
# The test, inside: the service starts under its own filters, answers the CLI, documents a source, comes back after SIGKILL with its
# jobs, and stops cleanly. Its last line is "boot test: passed" or "boot test: FAILED ...".
set -euo pipefail

prepare() {
  local root=$1 build=$2 here
  here=$(cd "$(dirname "$0")/../.." && pwd)
  chmod 755 "$root" # a folder made by mktemp keeps the service's user, and the bus, out of /
  install -m 755 "$build/docwrightd" "$build/docwright" "$root/usr/bin/"
  install -D -m 644 "$here/systemd/docwrightd.service" "$root/usr/lib/systemd/system/docwrightd.service"
  install -D -m 644 "$here/systemd/docwright.sysusers" "$root/usr/lib/sysusers.d/docwright.conf"
  install -m 755 "$0" "$root/usr/bin/docwright-boot-test"
  cat >"$root/etc/systemd/system/docwright-boot-test.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/usr/bin/docwright-boot-test inside
ExecStopPost=/usr/bin/systemctl poweroff --no-block
StandardOutput=file:/var/log/docwright-boot-test
StandardError=inherit
TimeoutStartSec=150
UNIT
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  ln -sf ../docwright-boot-test.service "$root/etc/systemd/system/multi-user.target.wants/docwright-boot-test.service"
  rm -f "$root/var/log/docwright-boot-test"
}

failed() { echo "boot test: FAILED: $*"; journalctl -u docwrightd --no-pager | tail -40; exit 1; }
property() { systemctl show -P "$1" docwrightd; }

inside() {
  systemd-sysusers
  systemctl daemon-reload
  systemctl start docwrightd || failed "the service does not start"
  echo "started: $(property StatusText)"
  export DOCWRIGHT_ENDPOINT=ipc:///var/lib/docwright/docwright.sock
  docwright stats >/dev/null || failed "the service does not answer the CLI"
  printf 'def area(width, height):\n    return width * height\n' >/tmp/area.py
  local batch pid
  batch=$(docwright submit /tmp/area.py --model offline --project boot --wait) || failed "a job does not end"
  docwright result "$batch" --json | grep -q '"symbol": *"area"' || failed "the document is not there"
  docwright pause
  batch=$(docwright submit /tmp/area.py --model offline --project again --fresh) || failed "no job is accepted while paused"
  pid=$(property MainPID)
  kill -KILL "$pid"
  for _ in $(seq 100); do
    [[ $(property ActiveState) == active && $(property MainPID) != "$pid" ]] && break
    sleep 0.2
  done
  [[ $(property ActiveState) == active ]] || failed "the service does not come back after SIGKILL"
  docwright resume
  docwright wait "$batch" || failed "the job did not survive SIGKILL"
  systemctl stop docwrightd
  [[ $(property Result) == success ]] || failed "the service does not stop cleanly: $(property Result)"
  echo "boot test: passed"
}

case ${1:-} in
  prepare) prepare "$2" "$3" ;;
  inside) inside ;;
  show) cat "$2/var/log/docwright-boot-test" ;;
  *) sed -n '2,7p' "$0"; exit 2 ;;
esac
