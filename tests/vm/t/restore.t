#!/bin/bash
# restore FILE else COPY: what happens at boot with a file that is good, broken,
# missing, empty, refused, huge; and what the copy is then.
# weight: 60
. tests/vm/lib.sh
. tests/vm/pins.sh

load_arppin
ip netns add server
ip -n server link add eth0 type veth peer name peer0
dir=$(mktemp -d)
file=$dir/arppin.conf copy=$dir/arppin/last-good.conf
restore() { ctl restore "$file" else "$copy"; }
# in_force ADDRESS...: these are pinned and no others.
in_force() { [ "$(ctl save | awk '{ print $3 }' | xargs)" = "$*" ]; }
pin_of() { echo "pin add 192.0.2.$1 dev eth0 lladdr 02:00:00:00:00:0$1"; }

fails 'neither file' 1 restore
like '... is told of each' "$(restore 2>&1)" "arppin.conf.*last-good.conf.*nothing was changed"
pin_of 1 > "$file"
ok 'a good file' restore
ok '... is in force' in_force 192.0.2.1
is '... and copied' "$(< "$copy")" "$(< "$file")"
is '... for its owner alone' "$(stat -c %a "$dir/arppin" "$copy" | xargs)" '700 600'
is '... and nothing else is there' "$(ls "$dir/arppin")" last-good.conf

# bad WHAT STATUS MESSAGE: the file is no good, the copy is in force instead.
bad() {
	local said status
	ctl pin flush
	said=$(restore 2>&1)
	status=$?
	is "$1: the exit status" $status "$2"
	like "$1: why" "$said" "$3"
	like "$1: what instead" "$said" "its last good copy is in force instead: 1 pins and 0 guards of $copy"
	ok "$1: it is" in_force 192.0.2.1
	is "$1: the copy is what it was" "$(< "$copy")" "$(pin_of 1)"
}
{ pin_of 2; echo 'pin add 192.0.2.3 dev'; } > "$file"
bad 'a broken line' 1 "$file:2:[0-9]+: "
rm "$file"
bad 'a missing file' 1 'No such file'
mkdir "$file"
bad 'a folder' 1 'Is a directory'
rmdir "$file"
ln -s loop "$dir/loop"
ln -s loop "$file"
bad 'one that cannot be read' 1 'Too many levels'
rm "$file"
{ pin_of 2; echo 'pin add 2001:db8::1 dev eth0 lladdr 02:00:00:00:00:03'; } > "$file"
bad 'what the kernel refuses' 2 "$file:2: "
head -c 1000 /dev/zero > "$file"
bad 'what a power failure leaves' 1 "$file:1:1: a NUL byte"

cp "$copy" "$dir/good"
echo broken > "$copy"
before=$(ctl save)
fails 'a broken copy as well' 1 restore
is '... nothing is changed' "$(ctl save)" "$before"
cp "$dir/good" "$copy"

enough
# The copy is there or the one before is, whenever the power fails: it is another
# file that takes its name.
inode=$(stat -c %i "$copy")
pin_of 4 > "$file"
ok 'another good file' restore
ok '... is in force' in_force 192.0.2.4
isnt() { [ "$1" != "$2" ]; }
ok '... the copy is another file' isnt "$(stat -c %i "$copy")" "$inode"
mount -t tmpfs -o ro none "$dir/arppin"
fails 'no place for the copy' 1 restore
like '... is told' "$(restore 2>&1)" 'is in force, but cannot be copied to .*Read-only'
umount "$dir/arppin"

echo '# nothing' > "$file"
said=$(restore 2>&1)
is 'an empty file is a good one' $? 0
like '... with a warning' "$said" 'warning: .* is in force, and pins nothing'
ok '... nothing is pinned' in_force
is '... and the copy is that' "$(< "$copy")" '# nothing'

many() { # NUMBER
	awk -v many="$1" 'BEGIN { for (i = 0; i < many; i++)
		printf "pin add 10.%d.%d.%d dev none%d lladdr 02:00:00:00:00:01\n",
			1 + i / 65536, i / 256 % 256, i % 256, i % 3 }'
}
pins=65536
many "$pins" > "$file"
ok "$pins pins" restore
is '... are in force' "$(stat_number pins)" "$pins"
ok '... and copied' cmp "$file" "$copy"
many 65537 > "$file"
fails '65,537' 1 restore
is '... and the copy is in force' "$(stat_number pins)" "$pins"
ctl pin flush
pin_of 5 > "$file"
unload_arppin
fails 'without the module' 2 restore
is '... it is said once' "$(restore 2>&1)" 'arppinctl: the arppin module is not loaded (modprobe arppin)'
rm -rf "$dir"
ip netns del server
done_testing
