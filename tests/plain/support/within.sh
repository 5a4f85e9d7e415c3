# within.sh - holds commands to memory and time; sourced behind report.sh.
$CC -O1 -o "$work/peak" tests/plain/support/peak.c || exit 1

# within NAME MEGABYTES SECONDS COMMAND...: it succeeds with that much memory and processor time at most. Times are ten
# times what is usual, as machines are slow and shared: what is meant is that nothing grows out of proportion.
within() {
    name=$1 megabytes=$2 seconds=$3
    shift 3
    "$work/peak" "$work/took" "$@" >"$work/out" 2>&1
    status=$?
    set -- $(cat "$work/took")
    if [ $status -ne 0 ]; then
        not_ok "$name" "status $status: $(grep -m 1 . "$work/out")"
    elif [ "$1" -gt "$megabytes" ] || [ "${2%.*}" -ge "$seconds" ]; then
        not_ok "$name" "$1 MB and $2 s, more than $megabytes MB or $seconds s"
    else
        ok "$name ($1 MB, $2 s)"
    fi
}
