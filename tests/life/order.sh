# shellcheck shell=bash
# order WORD: has the segment (tests/life/segment) do something, and waits until it
# is done. From the host and from the server: $segment is the segment's folder.
order() {
	local number=1 patience=600
	# shellcheck disable=SC2154 # the caller's
	while [ -e "$segment/order.$number" ]; do
		number=$((number + 1))
	done
	echo "$1" > "$segment/order.new"
	mv "$segment/order.new" "$segment/order.$number"
	until [ -e "$segment/done.$number" ]; do
		[ $((patience -= 1)) -gt 0 ] || return 1
		sleep 0.2
	done
}
