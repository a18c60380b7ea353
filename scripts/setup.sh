# The steps of ./dev's setup, sourced by it: each finds or makes one thing, says what it did, and does nothing when
# called again. Expects $repository and $EFFICIENTLLM_HOME. Steps run where bash's errexit is off (step and tally look
# at their status), so each of their commands that can fail says what happens then.

say() { printf '%s\n' "$*"; }
die() {
  printf 'dev: %s\n' "$1" >&2
  exit "${2:-1}"
}

duration() {
  if [ "$1" -ge 60 ]; then printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}

# step TITLE COMMAND...: runs it in this shell, says what and how long, and leaves with its status when it fails.
step() {
  local title="$1" started=$SECONDS
  shift
  say "== $title"
  "$@" || die "$title: failed after $(duration $((SECONDS - started)))" "$?"
  say "   ($(duration $((SECONDS - started))))"
}

# tally TITLE COMMAND...: like step, but remembers the outcome for summary and goes on.
outcomes=()
passed=0
failures=0
tally() {
  local title="$1" started=$SECONDS status=0 word=passed
  shift
  say "== $title"
  "$@" || status=$?
  if [ "$status" -eq 0 ]; then passed=$((passed + 1)); else word=FAILED failures=$((failures + 1)); fi
  outcomes+=("$(printf '%-20s %-7s %s' "$title" "$word" "$(duration $((SECONDS - started)))")")
  return "$status"
}

summary() {
  say ""
  say "== Summary (in all $(duration "$SECONDS"))"
  printf '   %s\n' "${outcomes[@]}"
  say "steps: $passed passed, $failures failed"
  [ "$failures" -eq 0 ]
}

# The names of the Debian packages of which something is missing. With `test`, the browser that checks reports too.
missing_packages() {
  command -v git >/dev/null || say git
  command -v g++ >/dev/null || say g++
  command -v python3 >/dev/null || say python3
  command -v dpkg-deb >/dev/null || say dpkg
  [ -e /usr/include/sqlite3.h ] || say libsqlite3-dev
  [ -e /usr/include/zlib.h ] || say zlib1g-dev
  if [ -z "${EFFICIENTLLM_PYTHON:-}" ] && ! python3 -c 'import venv, ensurepip' 2>/dev/null; then say python3-venv; fi
  # What Swift's own programs load; a toolchain unpacked by hand does not bring it.
  if command -v swift >/dev/null && ! swift --version >/dev/null 2>&1; then
    say libcurl4-openssl-dev && say libedit2 && say libncurses-dev && say libxml2-dev
  fi
  if [ "${1:-}" = test ]; then command -v chromium >/dev/null || say chromium; fi
}

install_system_packages() {
  local packages=() as_root=()
  mapfile -t packages < <(missing_packages "${1:-}")
  if [ "${#packages[@]}" -eq 0 ]; then
    say "   all there"
    return
  fi
  command -v apt-get >/dev/null ||
    die "this machine has no apt-get. Install what these Debian packages hold, then run this again: ${packages[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
    # A password can be asked for only where somebody is there to type it.
    if ! command -v sudo >/dev/null || { ! sudo -n true 2>/dev/null && { [ -n "${CI:-}" ] || [ ! -t 0 ]; }; }; then
      die "missing system packages. As root: apt-get update && apt-get install -y ${packages[*]}"
    fi
  fi
  say "   installing ${packages[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
  # Package lists age: refresh them when there are none, or none of the last week.
  if ! find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mtime -7 2>/dev/null | grep -q .; then
    "${apt[@]}" update
  fi
  "${apt[@]}" install -y --no-install-recommends "${packages[@]}" >/dev/null ||
    { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${packages[@]}" >/dev/null; } ||
    die "apt-get could not install ${packages[*]} (see above)"
}

find_swift() {
  command -v swift >/dev/null || die "there is no Swift. Install 6.1 or newer from https://www.swift.org/install/linux/
(the toolchain's bin folder has to be on PATH), then run this again."
  local version
  swift --version >/dev/null || die "Swift does not start (see above): install what its download page names"
  version="$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -1)"
  [ "$(printf '6.1\n%s\n' "$version" | sort -V | head -1)" = 6.1 ] ||
    die "Swift $version is too old: install 6.1 or newer from https://www.swift.org/install/linux/"
  say "   Swift $version at $(command -v swift)"
}

# The folder of PYTHON's torch, found without importing it; nothing when it has none (with headers).
torch_folder() {
  "$1" - <<'PYTHON' 2>/dev/null || true
import importlib.util, os
spec = importlib.util.find_spec("torch")
folder = spec and spec.submodule_search_locations and spec.submodule_search_locations[0]
if folder and os.path.isdir(os.path.join(folder, "include")):
    print(folder)
PYTHON
}

# Chooses the libtorch and the Python: what the environment says, else the active Python's torch, else .venv.
find_libtorch() {
  local named="${EFFICIENTLLM_PYTHON:-}" venv="$repository/.venv" folder=""
  EFFICIENTLLM_PYTHON="${named:-python3}"
  folder="$(torch_folder "$EFFICIENTLLM_PYTHON")"
  if [ -n "${EFFICIENTLLM_LIBTORCH:-}" ]; then
    [ -d "$EFFICIENTLLM_LIBTORCH/lib" ] || die "EFFICIENTLLM_LIBTORCH=$EFFICIENTLLM_LIBTORCH holds no lib/"
    if [ -z "$folder" ] && [ -z "$named" ] && [ -x "$venv/bin/python" ]; then EFFICIENTLLM_PYTHON="$venv/bin/python"; fi
    folder="$EFFICIENTLLM_LIBTORCH"
  elif [ -z "$folder" ]; then
    [ -z "$named" ] || die "EFFICIENTLLM_PYTHON=$named has no torch: $named -m pip install -r scripts/requirements.txt"
    EFFICIENTLLM_PYTHON="$venv/bin/python"
    make_venv "$venv"
    folder="$(torch_folder "$EFFICIENTLLM_PYTHON")"
    [ -n "$folder" ] || die "$venv has no torch: remove that folder and run this again"
  fi
  libtorch="$folder"
  EFFICIENTLLM_PYTHON="$(command -v "$EFFICIENTLLM_PYTHON")" || die "there is no Python $EFFICIENTLLM_PYTHON"
  export EFFICIENTLLM_PYTHON
  say "   $libtorch"
  say "   Python: $EFFICIENTLLM_PYTHON"
}

# A virtual environment with exactly scripts/requirements.txt; a stamp of that file says it is complete.
make_venv() {
  local venv="$1" stamp="$1/.requirements"
  if [ -x "$venv/bin/python" ] && cmp -s scripts/requirements.txt "$stamp"; then return; fi
  say "   installing scripts/requirements.txt into $venv"
  [ -x "$venv/bin/python" ] || python3 -m venv --clear "$venv" || die "python3 could not make $venv (see above)"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r scripts/requirements.txt ||
    die "pip could not install scripts/requirements.txt into $venv (see above)"
  cp scripts/requirements.txt "$stamp"
}

build_shim() {
  if ! compgen -G 'Sources/CTorchShim/*.cpp' >/dev/null; then say "   no sources yet"; return; fi
  local library
  library="$(scripts/build-shim "$libtorch")" || return
  say "   $library"
}

obtain_corpus() {
  if [ ! -x scripts/corpora/obtain ]; then say "   no script yet"; return; fi
  scripts/corpora/obtain austen "$EFFICIENTLLM_HOME/cache/corpora"
}

fetch_charts() {
  if [ ! -x scripts/reports/fetch-plotly ]; then say "   no script yet"; return; fi
  scripts/reports/fetch-plotly "$EFFICIENTLLM_PYTHON" "$EFFICIENTLLM_HOME/cache/plotly.min.js"
}

# The encoder of the semantic evaluators, whose tests hold it to floors; 90 MB, fetched once.
fetch_encoder() {
  local entry
  entry="$("$EFFICIENTLLM_PYTHON" - Sources/Checkpoints/Resources/catalogue.json <<'PYTHON'
import json, sys
print(json.dumps(next(entry for entry in json.load(open(sys.argv[1]))["models"] if entry["name"] == "minilm")))
PYTHON
  )" || return
  "$EFFICIENTLLM_PYTHON" Sources/Checkpoints/Resources/fetch_model.py "$entry" "$EFFICIENTLLM_HOME/models"
}
