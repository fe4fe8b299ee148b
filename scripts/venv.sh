# Sourced by the scripts beside it: one .venv for all of them, made where it is missing or broken, and filled
# only when what it is made from has changed. Runs on bash 3.2, the one that macOS ships.
#
#   ensure_venv demo|test|check     each level holds the one before; afterwards $PYTHON is ready to use

ROOT=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV=$ROOT/.venv
PYTHON=$VENV/bin/python

# What another environment left in the shell must not leak into this one.
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV UV_SYSTEM_PYTHON PIP_TARGET PIP_PREFIX
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1
# The emulator listens on loopback, which no proxy can reach.
export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}"
export no_proxy="127.0.0.1,localhost${no_proxy:+,$no_proxy}"

say() { printf '%s\n' "$*" >&2; }

have_uv() { [ -z "${uv_failed:-}" ] && uv --version >/dev/null 2>&1; }

# Prints an interpreter that .venv can be based on. Each candidate is run, since a name on PATH proves nothing
# (pyenv's shims), and asked for the interpreter below it, since it may be that of the .venv to be replaced.
find_python() {
    local probe candidate modules=$1 PATH=${PATH//"$VENV/bin:"/}
    probe="import os, sys${modules:+, $modules}
if sys.version_info < (3, 11): sys.exit(1)
base = sys._base_executable
print(base if os.path.exists(base) else os.path.realpath(sys.executable))"
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        "$candidate" -c "$probe" 2>/dev/null && return
    done
    return 1
}

# What is wrong with .venv; nothing when it can be used.
venv_fault() {
    if [ -e "$VENV/.installing" ]; then
        echo "an installation into it was interrupted"
    elif [ -e "$VENV/.made-for" ] && [ "$(cat "$VENV/.made-for")" != "$VENV" ]; then
        echo "it was made for another folder"
    elif ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)' \
        >/dev/null 2>&1; then
        echo "it has no Python >= 3.11 that runs"
    fi
}

make_venv() {
    local base
    rm -rf "$VENV"
    if have_uv; then
        # Without an interpreter of the machine's own, uv fetches one.
        base=$(find_python '') || base=3.13
        if uv venv --quiet --no-project --python "$base" "$VENV" >"$log" 2>&1; then
            printf '%s\n' "$VENV" >"$VENV/.made-for"
            return
        fi
        uv_failed=yes
        rm -rf "$VENV"
    fi
    if ! base=$(find_python 'venv, ensurepip'); then
        if base=$(find_python ''); then
            say "$base has no venv module. Install it (on Debian and Ubuntu: python3-venv), or install uv."
        else
            say "Python >= 3.11 is needed, and none is on PATH (looked for python3, python3.14 ... python3.11)."
            say "Install one, or install uv, which fetches one by itself."
        fi
        return 1
    fi
    "$base" -m venv "$VENV" >"$log" 2>&1 || return 1
    printf '%s\n' "$VENV" >"$VENV/.made-for"
}

# Editable for every level, so that no script ever runs an older copy of the code than the one in the tree.
install_extras() {
    if have_uv; then
        uv pip install --quiet --compile-bytecode --python "$PYTHON" -c constraints.txt -e ".[$1]" >"$log" 2>&1 && return
        uv_failed=yes
        say "uv could not install; trying pip"
    fi
    "$PYTHON" -m pip --version >/dev/null 2>&1 || "$PYTHON" -m ensurepip --upgrade >>"$log" 2>&1 || return 1
    "$PYTHON" -m pip install --quiet -c constraints.txt -e ".[$1]" >>"$log" 2>&1
}

fingerprint() { cat "$ROOT/setup.cfg" "$ROOT/pyproject.toml" "$ROOT/constraints.txt" | cksum; }

# Is .venv filled for this level, or for one that holds it?
filled_for() {
    local level reached='' now
    now=$(fingerprint)
    for level in demo test check; do
        [ "$level" = "$1" ] && reached=yes
        if [ -n "$reached" ] && [ "$(cat "$VENV/.stamp-$level" 2>/dev/null)" = "$now" ]; then return; fi
    done
    return 1
}

fill_venv() {
    local level=$1 extras=$1 fault started=$SECONDS
    fault=$(venv_fault)
    [ -z "$fault" ] && filled_for "$level" && return
    [ "$level" = check ] && extras=check,test
    [ -n "$fault" ] && [ -e "$VENV" ] && say "Making .venv anew: $fault"
    say "Installing dr-toolkit[$extras] into .venv ..."
    if [ -n "$fault" ]; then make_venv || return 1; fi
    : >"$VENV/.installing"
    if ! (cd -- "$ROOT" && install_extras "$extras"); then
        rm -f "$VENV/.installing"
        return 1
    fi
    fingerprint >"$VENV/.stamp-$level"
    rm -f "$VENV/.installing"
    say "Installed in $((SECONDS - started)) s"
}

ensure_venv() {
    local log status=0
    log=$(mktemp "${TMPDIR:-/tmp}/dr-toolkit.XXXXXX")
    # Two scripts at once take turns, where the system has flock; its lock ends with the process.
    if command -v flock >/dev/null 2>&1; then
        exec 9<"$ROOT/scripts/venv.sh"
        flock -w 900 9 || true
    fi
    fill_venv "$1" || status=$?
    if command -v flock >/dev/null 2>&1; then exec 9<&-; fi
    if [ "$status" -ne 0 ]; then
        [ -s "$log" ] && cat "$log" >&2
        rm -f "$log"
        echo "FAILED: dr-toolkit could not be installed into $VENV"
        exit 1
    fi
    rm -f "$log"
}
