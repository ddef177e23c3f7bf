# shellcheck shell=bash
# Sourced by the tests that run lines.txt. For each LINE it calls
#
#	line LINE VERDICT WORD
lines() {
	local text line verdict word
	while IFS= read -r text; do
		[[ $text && $text != '#'* ]] || continue
		if [[ $text =~ ^(.*)' ; '(OK|BAD|REFUSED)(' "'(.*)'"')?$ ]]; then
			line=${BASH_REMATCH[1]} verdict=${BASH_REMATCH[2]} word=${BASH_REMATCH[4]}
		else
			echo "Bail out! tests/cli/lines.txt: $text"
			exit 1
		fi
		line "$line" "$verdict" "$word"
	done < tests/cli/lines.txt
}

# line_run LINE: the tool with the words of LINE, read as a shell reads them;
# what it said is in $said and $complained.
# shellcheck disable=SC2034,SC2154 # for the tests, and from them
line_run() {
	local status
	said=$(eval "exec \"\$ARPPINCTL\" $1" 2> "$scratch/complained")
	status=$?
	# Not $(< ...): emulated, a subshell more for each line is dear.
	IFS= read -rd '' complained < "$scratch/complained"
	complained=${complained%$'\n'}
	return $status
}
