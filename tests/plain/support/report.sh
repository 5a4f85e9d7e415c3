# report.sh - the words in which tests/plain/*.sh report, and a folder `$work` of their own, removed at the end.
# They run in the root of the repository with BUILD (and CC, SAN) in the environment.
: "${BUILD:=build}" "${CC:=clang}" "${SAN:=}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM # then EXIT cleans up

ok() { echo "ok $1"; }
not_ok() { echo "not ok $1: $2"; }
skip() { echo "skip $1: $2"; }
# have PROGRAM...: all of them can be run.
have() {
    for program in "$@"; do command -v "$program" >/dev/null 2>&1 || return 1; done
}
# cpu_runs TARGET: this CPU has its instructions.
cpu_runs() {
    case $1 in
    avx2) grep -qw avx2 /proc/cpuinfo 2>/dev/null ;;
    avx512) grep -qw avx512dq /proc/cpuinfo 2>/dev/null ;;
    auto) ;;
    esac
}
