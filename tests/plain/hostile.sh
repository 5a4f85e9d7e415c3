# hostile.sh - Fovea on a machine that fails: full disks, folders that cannot be written, no C compiler or one that dies,
# no memory, closed streams, and signals at any moment. Each gives one clear error and leaves nothing half written.
#
# Disks are made small and folders read-only by mounting, in a mount namespace of this script's own.
if [ -z "${OWN_NAMESPACE-}" ]; then
    for flags in -m -Urm; do
        if unshare $flags sh -c 'd=$(mktemp -d) && mount -t tmpfs none "$d" && umount "$d"; s=$?; rmdir "$d"; exit $s' 2>/dev/null; then
            OWN_NAMESPACE=1 exec unshare $flags sh "$0"
        fi
    done
fi
. tests/plain/support/report.sh
fovea=$PWD/$BUILD/fovea
lenet=$PWD/examples/lenet5/lenet5.fov
picture=$PWD/examples/lenet5/pictures/01-ankle-boot.png
XDG_CACHE_HOME=$work/cache TMPDIR=$work/temporary
export XDG_CACHE_HOME TMPDIR
cd "$work" || exit 1
mkdir temporary disk
mounted=
trap 'cd /; [ -z "$mounted" ] || umount "$work/disk"; rm -rf "$work"' EXIT

# What is in the folders where something could be left behind, and the folders where results belong.
contents() {
    find disk temporary cache/fovea kept new ! -type d -exec cksum {} + 2>/dev/null | sort
    find disk temporary cache/fovea kept new -name '*tmp*' 2>/dev/null
    find disk kept new -type d 2>/dev/null | sort
}

# refuses NAME PATTERN COMMAND...: exit status 1, one line of error with PATTERN (and hints), no file made, changed or left.
refuses() {
    name=$1 pattern=$2
    shift 2
    contents >before
    "$@" >out 2>err </dev/null
    status=$?
    contents >after
    if [ $status -ne 1 ]; then
        not_ok "$name" "exit status $status: $(head -n 2 err)"
    elif [ "$(grep -vc '^hint: ' err)" -ne 1 ] || ! grep -q "error: .*$pattern" err; then
        not_ok "$name" "said: $(head -n 3 err)"
    elif ! cmp -s before after; then
        not_ok "$name" "left: $(diff before after | head -n 3)"
    else
        ok "$name"
    fi
}

# ---- disks and folders ----

# The disk has so many kilobytes, and holds the results of an earlier run.
disk() { # KILOBYTES
    [ -z "$mounted" ] || umount disk
    mounted=1
    mount -t tmpfs -o "size=${1}k" none disk || exit 1
    mkdir disk/out
    cp old/lenet5.h disk/out
    echo 'net n(x:f32[1]){return y=x;}' >disk/n.fov
}
"$fovea" build "$lenet" -o lenet5 2>err && "$fovea" compile "$lenet" -o old 2>err || not_ok "a model is built" "$(cat err)"
echo 'net n(x:f32[1]){return y=x;}' >n.fov
echo 'net map(x: f32[1, 90, 90]) { return y = x -> relu; }' >map.fov
"$fovea" build map.fov -o map 2>err || not_ok "another model is built" "$(cat err)"
cp "$picture" shoe.png
{ printf '\000\000\010\003\000\000\056\340\000\000\000\034\000\000\000\034'; head -c $((12000 * 28 * 28)) /dev/zero; } >black.idx

if [ -n "${OWN_NAMESPACE-}" ]; then
    full='No space left on device'
    for size in 12 20 64 200 264 276 284 292; do # full at another file each time
        disk $size
        refuses "compile onto a disk of $size KB" "\"disk/out/[a-z0-9_.]*\": $full" "$fovea" compile "$lenet" -o disk/out
    done
    disk 64
    refuses "compile with arrays onto a full disk" "$full" "$fovea" compile "$lenet" -o disk/out --embed array
    refuses "--save-weights onto a full disk" "\"disk/w\": $full" "$fovea" compile "$lenet" --save-weights disk/w -o old
    refuses "build onto a full disk" "\"disk/net\": $full" "$fovea" build "$lenet" -o disk/net
    disk 300
    refuses "build onto a disk where the weights alone fit" "\"disk/net\": $full" "$fovea" build "$lenet" -o disk/net --embed none
    TMPDIR=$work/disk
    refuses "build with a full temporary folder" "$full" "$fovea" build "$lenet" -o net
    refuses "check with a full temporary folder" "$full" "$fovea" check "$lenet" --target c
    refuses "run with a full temporary folder" "$full" "$fovea" run "$lenet" "$picture"
    TMPDIR=$work/temporary
    disk 12
    dd if=/dev/zero of=disk/filler bs=1k count=64 2>/dev/null
    refuses "fmt --write onto a full disk" "\"disk/n.fov\": $full" "$fovea" fmt --write disk/n.fov
    refuses "fmt -o onto a full disk" "\"disk/m.fov\": $full" "$fovea" fmt n.fov -o disk/m.fov
    refuses "weights onto a full disk" "\"disk/w.weights\": $full" "$fovea" weights "$lenet" -o disk/w.weights
    refuses "show -o onto a full disk" "\"disk/table\": $full" "$fovea" show "$lenet" -o disk/table
    refuses "a program's arrays onto a full disk" "disk/logits.npy: $full" ./lenet5 "$picture" --output disk
    refuses "a program's pictures onto a full disk" "disk/[a-z_.-]*: $full" ./map shoe.png --output disk
    disk 64
    mount -o remount,bind,ro disk
    readonly='Read-only file system'
    refuses "compile into a read-only folder" "\"disk/out\": $readonly" "$fovea" compile "$lenet" -o disk/out
    refuses "compile into a new read-only folder" "disk/new.*$readonly" "$fovea" compile "$lenet" -o disk/new
    refuses "build into a read-only folder" "disk/net.*$readonly" "$fovea" build "$lenet" -o disk/net
    refuses "--save-weights into a read-only folder" "\"disk/w\": $readonly" "$fovea" compile "$lenet" --save-weights disk/w -o old
    refuses "fmt --write in a read-only folder" "\"disk/n.fov\": $readonly" "$fovea" fmt --write disk/n.fov
    refuses "weights into a read-only folder" "\"disk/w.weights\": $readonly" "$fovea" weights "$lenet" -o disk/w.weights
    refuses "show -o into a read-only folder" "\"disk/table\": $readonly" "$fovea" show "$lenet" -o disk/table
    refuses "check -o into a read-only folder" "disk/check.*$readonly" "$fovea" check "$lenet" --target c -o disk/check
    refuses "a program's results into a read-only folder" "disk/logits.npy: $readonly" ./lenet5 "$picture" --output disk
    TMPDIR=$work/disk
    refuses "build without a temporary folder" "temporary folder .*$readonly" "$fovea" build "$lenet" -o net
    TMPDIR=$work/temporary
    umount disk
    mounted=
else
    skip "full disks and read-only folders" "mounting is not allowed here"
fi
mkdir -p kept/net/lenet5.c kept/file.npy
refuses "build where a folder is" "\"kept/net\|kept/net: it is a folder" "$fovea" build "$lenet" -o kept/net
refuses "compile where a folder has a file's name" "\"kept/net/lenet5.c\": Is a directory" "$fovea" compile "$lenet" -o kept/net
refuses "compile to a file" "old/lenet5.h.*Not a directory\|old/lenet5.h.*File exists" "$fovea" compile "$lenet" -o old/lenet5.h
refuses "--save-weights where a folder is" "\"kept/net\": Is a directory" "$fovea" compile "$lenet" --save-weights kept/net -o old
refuses "weights where a folder is" "\"kept/net\": Is a directory" "$fovea" weights "$lenet" -o kept/net
refuses "show -o where a folder is" "\"kept/net\": Is a directory" "$fovea" show "$lenet" -o kept/net
refuses "fmt -o where a folder is" "\"kept/net\": Is a directory" "$fovea" fmt n.fov -o kept/net

# A limit on files is a full disk too: the signal for it would leave half a file.
limited() { (ulimit -f "$1" && shift && exec "$@"); }
for blocks in 1 100; do
    refuses "compile with files of at most $blocks blocks" "File too large" limited $blocks "$fovea" compile "$lenet" -o new
done
said=$( (ulimit -f 0 && ./lenet5 "$picture" --output new) 2>&1 >/dev/null)
[ "$said" = "lenet5: error: cannot write new/logits.npy: File too large" ] && [ -z "$(ls new)" ] &&
    ok "a program with files of no bytes" || not_ok "a program with files of no bytes" "$said $(ls new)"

# ---- standard streams ----

full_output() { "$@" >/dev/full; }
no_output() { "$@" >&-; }
no_streams() { "$@" <&- >&- 2>&-; }
for command in "show $lenet" "show $lenet --json" "fmt $lenet" "compile $lenet -o old --print-ir" "--help"; do
    refuses "${command%% *} to a full output" "standard output: No space" full_output "$fovea" $command
    refuses "${command%% *} to a closed output" "standard output: Bad file" no_output "$fovea" $command
done
refuses "a program to a full output" "cannot write the answer: No space" full_output ./lenet5 "$picture"
refuses "a program to a closed output" "cannot write the answer: Bad file" no_output ./lenet5 "$picture"
"$fovea" compile "$lenet" -o streams && no_streams "$fovea" compile "$lenet" -o closed && diff -r streams closed >out 2>&1
[ $? -eq 0 ] && ok "compile without streams" || not_ok "compile without streams" "$(head -n 2 out)"
refuses "a program with results to a closed output" "cannot write the answer: Bad file" no_output ./lenet5 "$picture" --output results

# ---- C compilers ----

mkdir empty
printf '#!/bin/sh\nkill -9 $$\n' >killed
printf '#!/bin/sh\necho "something is wrong" >&2\nexit 7\n' >failing
printf '#!/bin/sh\nexit 0\n' >idle
chmod +x killed failing idle
for command in "build $lenet -o net" "run $lenet $picture" "check $lenet --target c"; do
    verb=${command%% *}
    refuses "$verb without a C compiler" "there is no C compiler" env -u CC PATH="$work/empty" "$fovea" $command
    refuses "$verb with a C compiler that is not there" "'nonexistent' (from CC) is not there" env CC=nonexistent "$fovea" $command
    refuses "$verb with a C compiler that is a folder" "(from CC) is not there" env CC=./empty "$fovea" $command
    refuses "$verb with a C compiler that is killed" "killed was ended by signal 9, Killed" env CC=./killed "$fovea" $command
    refuses "$verb with a C compiler that makes nothing" "idle' made no program" env CC=./idle "$fovea" $command
    CC=./failing "$fovea" $command >out 2>err
    if [ $? -eq 1 ] && [ "$(grep -c 'error: ' err)" -eq 1 ] && grep -q 'something is wrong' err && [ -z "$(ls temporary)" ]; then
        ok "$verb with a C compiler that fails"
    else
        not_ok "$verb with a C compiler that fails" "$(head -n 3 err)"
    fi
done

# ---- caches ----

works() { # NAME COMMAND...
    name=$1
    shift
    "$@" >out 2>err && grep -q 'Ankle boot' out && ok "$name" || not_ok "$name" "$(cat err)"
}
echo >nofolder
works "run with a cache that cannot be made" env XDG_CACHE_HOME="$work/nofolder" "$fovea" run "$lenet" "$picture"
works "run without HOME" env -u HOME -u XDG_CACHE_HOME "$fovea" run "$lenet" "$picture"
rm -rf temporary && mkdir temporary
: >"temporary/fovea-$(id -u)"
refuses "run without any cache" "cannot make.*fovea-\|is not a folder" env -u HOME -u XDG_CACHE_HOME "$fovea" run "$lenet" "$picture"
rm -rf temporary && mkdir temporary

# ---- memory ----

# Every failure is one line; what the program loader says when not even libraries fit is not Fovea's.
short_of_memory() { # NAME COMMAND...
    name=$1 failures=0 wrong=
    shift
    for kilobytes in $(seq 3000 100 8000) 10000 12000 16000; do
        contents >before
        (ulimit -v $kilobytes && exec "$@") >out 2>err
        status=$?
        contents >after
        [ $status -eq 127 ] && continue # the dynamic linker had too little: no program began
        [ $status -eq 0 ] && break
        failures=$((failures + 1))
        if [ $status -ne 1 ] || [ "$(wc -l <err)" -gt 5 ] || [ "$(grep -c 'error: ' err)" -ne 1 ] || ! cmp -s before after; then
            wrong="$kilobytes KB: status $status, $(head -n 2 err) $(diff before after)"
        fi
    done
    if [ -n "$wrong" ]; then
        not_ok "$name" "$wrong"
    elif [ $failures -eq 0 ]; then
        not_ok "$name" "nothing failed"
    else
        ok "$name"
    fi
}
case $SAN in
*address*) skip "no memory" "AddressSanitizer needs a lot of it" ;;
*)
    short_of_memory "compile without memory" "$fovea" compile "$lenet" -o kept/memory
    { printf 'net n(x: f32[1]) { return y = x; }\n# '; head -c 3000000 /dev/zero | tr '\0' 'a'; echo; } >long.fov
    short_of_memory "show of a long text without memory" "$fovea" show long.fov
    short_of_memory "fmt of a long text without memory" "$fovea" fmt long.fov -o kept/long.fov
    short_of_memory "a program without memory" ./lenet5 black.idx
    ;;
esac

# ---- signals at any moment ----

# Two models of one name with the same file names: whatever happens, the folder has one or the other. SIGKILL may leave
# files of both, each complete, and a folder for what was not; the next run removes it.
cat >lenet5.fov <<'MODEL'
net lenet5(image: f32[1, 28, 28]) {
    return logits = image -> maxpool(2x2) -> flatten -> fc: fc(10);
}
MODEL
"$fovea" compile lenet5.fov --weights random:1 -o other 2>err || not_ok "another model is compiled" "$(cat err)"
interrupted() { # SIGNAL
    signal=$1 moment=0 wrong= ended=0
    rm -rf kept && cp -r old kept
    while [ $moment -lt 24 ]; do
        moment=$((moment + 1))
        if [ $((moment % 2)) -eq 0 ]; then set -- "$lenet"; else set -- lenet5.fov --weights random:1; fi
        timeout -s "$signal" "0.0$(printf %02d $moment)" "$fovea" compile "$@" -o kept 2>/dev/null
        [ $? -eq 0 ] || ended=$((ended + 1))
        [ "$signal" = KILL ] || [ -z "$(find kept -name '*tmp*')" ] || wrong="$wrong left: $(ls kept)"
        find kept -mindepth 1 -name '*tmp*' -prune -o -type f -print | while read -r file; do
            cmp -s "$file" "old/${file#kept/}" || cmp -s "$file" "other/${file#kept/}" || echo "$file"
        done >half
        [ ! -s half ] || wrong="$wrong half written: $(cat half)"
        [ "$signal" = KILL ] || diff -r old kept >/dev/null || diff -r other kept >/dev/null || wrong="$wrong files of both models"
    done
    "$fovea" compile "$lenet" -o kept 2>err && diff -r old kept >out || wrong="$wrong afterwards: $(cat err out)"
    if [ $ended -eq 0 ]; then
        skip "compile ended by SIG$signal" "it was never fast enough"
    elif [ -n "$wrong" ]; then
        not_ok "compile ended by SIG$signal" "$wrong"
    else
        ok "compile ended by SIG$signal"
    fi
}
for signal in INT TERM KILL; do interrupted $signal; done

# A program's results appear when all of them are there.
rm -rf kept && mkdir kept
for signal in HUP INT TERM; do
    timeout --preserve-status -s $signal 0.1 ./lenet5 black.idx --output kept >out 2>err
    status=$?
    if [ $status -eq 0 ]; then
        skip "a program ended by SIG$signal" "it was too fast"
    elif [ $status -gt 128 ] && [ -z "$(ls kept)" ]; then
        ok "a program ended by SIG$signal"
    else
        not_ok "a program ended by SIG$signal" "status $status, left: $(ls kept)"
    fi
done
