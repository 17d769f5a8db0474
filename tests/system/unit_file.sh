#!/usr/bin/env bash
# unit_file.sh UNITS PROGRAM: `systemd-analyze verify` prints nothing (it returns 0 even on a misspelt directive), the exposure
# of the service is at most 1.4, and its user is one that systemd-sysusers understands.
set -euo pipefail
units=$1 program=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# verify looks whether the program is there: it is judged with the one that was built.
sed "s#/usr/bin/docwrightd#$program#" "$units/docwrightd.service" >"$folder/docwrightd.service"
words=$(systemd-analyze verify "$folder/docwrightd.service" 2>&1)
[[ -z $words ]] || { echo "systemd-analyze verify says: $words"; exit 1; }
systemd-analyze security --offline=true --threshold=14 "$folder/docwrightd.service" >"$folder/security" ||
  { grep Overall "$folder/security"; echo "the exposure is above 1.4"; exit 1; }
mkdir -p "$folder/root/etc"
systemd-sysusers --root="$folder/root" "$units/docwright.sysusers" >/dev/null
grep -q '^docwright:' "$folder/root/etc/passwd" || { echo "sysusers made no user docwright"; exit 1; }
