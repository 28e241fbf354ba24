#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# causes-exec: checks that the tools say why a program cannot be executed, and give no wrong reason.
# Runs as root and as an ordinary user.
# Time limit: 120 seconds.
# shellcheck disable=SC2016 # the table expands $T
. "${0%/*}/testlib.sh"
. "${0%/*}/causelib.sh"
require_ns user mnt

# program FILE MODE: creates the executable FILE with this mode and the contents of standard input.
program()
{
	cat >"$TMP/$1"
	chmod "$2" "$TMP/$1"
}

# as_machine NUMBER FILE: copies true(1) to FILE and sets the field e_machine of its ELF header
# (elf(5)) to NUMBER.
as_machine()
{
	cp /bin/true "$TMP/$2"
	printf %b "$1" | dd of="$TMP/$2" bs=1 seek=18 conv=notrunc 2>/dev/null
}

oneTimeSetUp()
{
	chmod 755 "$TMP"
	printf '#!/bin/sh\necho ran\n' | program good 755
	printf '#!/bin/sh\necho ran\n' | program plain 644
	printf '#!/no/interpreter -x\n' | program noint 755
	printf '#!/bin/sh\r\necho ran\r\n' | program dos 755
	printf '#! /no/blank\n' | program blank 755
	printf '#!%s\n' "$TMP/plain" | program viaplain 755
	printf '#!%s\n' "$TMP/noint" | program nested 755
	printf 'echo shell "$1"\n' | program nobang 755
	printf '' | program empty 755
	printf 'abc\0def\n' | program binary 755
	printf '\0' | program good2 755
	printf 'echo first\n\0\0' | program payload 755
	printf '\177ELF' | program cut 755
	as_machine '\0267\0' arm64
	as_machine '\0363\0' risc
	printf '#!%s\n' "$TMP/arm64" | program viaarm 755
	mkdir "$TMP/dir" "$TMP/bin" "$TMP/bin2"
	mkfifo "$TMP/fifo"
	chmod 755 "$TMP/fifo"
	ln -s /no/target "$TMP/dangling"
	ln -s dangling "$TMP/chain"
	cp /bin/echo "$TMP/busy"
	cp /bin/sh "$TMP/shell"
	printf '#!%s\n' "$TMP/shell" | program viashell 755
	cp "$TMP/noint" "$TMP/bin/inpath"
	cp "$TMP/plain" "$TMP/bin/closed"
	cp "$TMP/good" "$TMP/bin2/closed"
	sed "s|/lib64/ld-linux-x86-64.so.2|/lib64/no-linux-x86-64.so.2|" /bin/true | program noloader 755
	cp /bin/true "$TMP/object"
	printf '\001\0' | dd of="$TMP/object" bs=1 seek=16 conv=notrunc 2>/dev/null
	[ "$(id -u)" != 0 ] || {
		mkdir "$TMP/noexec" "$TMP/private"
		mount -t tmpfs -o noexec,mode=755 none "$TMP/noexec"
		cp "$TMP/good" "$TMP/plain" "$TMP/noexec"
		cp "$TMP/good" "$TMP/private"
		chmod 700 "$TMP/private"
		cp "$TMP/good" "$TMP/mine"
		chmod 700 "$TMP/mine"
		printf '#!%s\n' "$TMP/noexec/good" | program vianoexec 755
	}
}

test_explains_permission_denied()
{
	situations <<-'TABLE'
	126 | nsunshare -r ./plain | hint: run 'chmod +x ./plain', because nobody may execute this file (mode 644) | search permission
	126 | nsunshare -r ./plain | hint: run 'chmod +x ./plain' | specify an executable file
	126 | nsunshare -r ./dir | hint: specify an executable file instead of the directory './dir' | chmod
	126 | nsunshare -r ./fifo | hint: specify an executable file instead of './fifo', because only a regular file can be executed | chmod
	126 | nsunshare -r ./viaplain | hint: run 'chmod +x $T/plain', because nobody may execute this file | chmod +x ./viaplain
	126 | nsunshare -rn nsenter2 --net=/proc/self/ns/net ./plain | hint: run 'chmod +x ./plain' | cannot enter
	0 | nsunshare -r ./good | - | hint
	TABLE
}

test_explains_permission_denied_to_a_user()
{
	# Runs only as root.
	situations <<-'TABLE'
	126 | nsunshare -r $T/noexec/good | hint: use another file system for '$T/noexec/good': the mount on '$T/noexec' is noexec | chmod
	126 | nsunshare -r $T/noexec/plain | hint: run 'chmod +x $T/noexec/plain' | another file system
	126 | nsunshare -r $T/vianoexec | hint: use another file system for '$T/noexec/good' | chmod
	126 | nsunshare -S nobody $T/private/good | search permission for the directory '$T/private' (mode 700, owner 0) | '$T' (
	126 | nsunshare -S nobody $T/plain | hint: run 'chmod +x $T/plain' | hint: let user 65534 execute
	126 | nsunshare -S nobody $T/mine | hint: let user 65534 execute '$T/mine' (mode 700, owner 0, group 0) | search permission
	126 | nsinit -- $T/noexec/good | the mount on '$T/noexec' is noexec | chmod
	126 | nstimeoffset -b 1 $T/noexec/good | the mount on '$T/noexec' is noexec | chmod
	TABLE
}

test_explains_a_file_that_was_not_found()
{
	situations <<-'TABLE'
	127 | nsunshare -r ./noint | hint: install the interpreter '/no/interpreter', which the first line of './noint' names | loader
	127 | nsunshare -r ./blank | hint: install the interpreter '/no/blank', | -
	127 | nsunshare -r ./nested | hint: install the interpreter '/no/interpreter', which the first line of '$T/noint' names | -
	127 | nsunshare -r ./dos | hint: remove the carriage returns from './dos' (dos2unix), because the interpreter name '/bin/sh\x0d' ends with one | install
	127 | PATH=$T/bin:$PATH nsunshare -r inpath | hint: install the interpreter '/no/interpreter', which the first line of '$T/bin/inpath' names | -
	127 | nsunshare -r ./absent | cannot execute './absent': No such file or directory | hint
	127 | nsunshare -r ./dangling | hint: correct the symbolic link './dangling': its target '/no/target' does not exist | interpreter
	127 | nsunshare -r ./chain | cannot execute './chain': No such file or directory | correct the symbolic link
	127 | nsunshare -r good | : PATH does not contain the current directory | interpreter
	127 | nsunshare -r bin2 | cannot execute 'bin2': No such file or directory | PATH does not contain
	127 | nsunshare -r ./noint2 | cannot execute './noint2': No such file or directory | PATH does not contain
	127 | nsunshare -r plain | cannot execute 'plain' | hint
	126 | nsunshare -r env PATH=$T/bin $(command -v nsunshare) -r closed | cannot execute 'closed': Permission denied | No such file
	126 | PATH=$T/bin $(command -v nsunshare) -r closed | hint: run 'chmod +x $T/bin/closed' | search permission
	0 | PATH=$T/bin:$T/bin2:$PATH nsunshare -r closed | - | hint
	127 | nsunshare -r nsinit -- ./noint | hint: install the interpreter '/no/interpreter' | -
	TABLE
}

test_a_missing_loader_is_named()
{
	feature x86-64 || return 0
	run nsunshare -r "$TMP/noloader"
	assert_refused 127 "cannot execute '$TMP/noloader'"
	assert_err_has "hint: install the loader '/lib64/no-linux-x86-64.so.2', which '$TMP/noloader' needs"
	assert_err_lacks interpreter
}

test_a_name_is_looked_up_in_the_new_root()
{
	mkdir -p "$TMP/root/bin"
	situations <<-'TABLE'
	127 | nsunshare -r -R root no-such | hint: install the program in the new root, or specify a program that exists there | interpreter
	127 | nsunshare -r -R root /bin/sh | hint: install the program in the new root, or specify a program that exists there | interpreter
	127 | nsunshare -rm nspivot --bind=$T/root:/mnt root -- /bin/no-such | hint: install the program in the new root, or specify a program that exists there | interpreter
	126 | nsunshare -rm nspivot root -- /bin | hint: specify an executable file, because only a regular file can be executed | install the program
	127 | nsunshare -r no-such | cannot execute 'no-such' | new root
	TABLE
}

# The kernel cannot execute a file without a known format, but execvp(3) would execute the file with
# sh(1).
test_explains_a_format_that_cannot_be_executed()
{
	situations <<-'TABLE'
	126 | nsunshare -r ./good2 | hint: specify an ELF file or a script, because './good2' is neither | empty file
	126 | nsunshare -r ./empty | hint: specify an executable file instead of the empty file './empty' | specify an ELF file
	126 | nsunshare -r ./binary | hint: specify an ELF file or a script, because './binary' is neither | not found
	126 | nsunshare -r ./cut | hint: copy './cut' again: the ELF file is incomplete | architecture
	126 | nsunshare -r ./cut | the ELF file is incomplete | no emulator is registered
	126 | nsunshare -r ./risc | './risc' is for riscv, and no emulator is registered in binfmt_misc | aarch64
	0 | nsunshare -r ./nobang | - | hint
	0 | nsunshare -r ./payload | - | hint
	TABLE
	run nsunshare -r "$TMP/nobang" word
	assert_ok
	assert_out 'shell word'
}

test_names_both_architectures()
{
	feature x86-64 || return 0
	situations <<-'TABLE'
	126 | nsunshare -r ./arm64 | hint: use a program for x86_64: './arm64' is for aarch64 | incomplete
	126 | nsunshare -r ./viaarm | hint: use a program for x86_64: '$T/arm64' is for aarch64 | -
	126 | PATH=$T:$PATH nsunshare -r arm64 | hint: use a program for x86_64: '$T/arm64' is for aarch64 | -
	TABLE
	run nsunshare -r "$TMP/object"
	assert_rc 126
	assert_err_has "hint: specify an executable file instead of the object or core file '$TMP/object'"
}

# A file that is open for writing cannot be executed.
test_a_file_that_is_open_for_writing_is_named()
{
	exec 8>>"$TMP/busy"
	run nsunshare -r "$TMP/busy" ran
	exec 8>&-
	if [ "$rc" = 0 ]; then # Linux 6.11 and 6.12 execute files that are open for writing
		assert_out ran
		return 0
	fi
	assert_refused 126 'Text file busy'
	assert_err_has "hint: end the process that has '$TMP/busy' open for writing"
	exec 8>>"$TMP/shell"
	run nsunshare -r "$TMP/viashell"
	exec 8>&-
	assert_refused 126 'Text file busy'
	assert_err_has "hint: end the process that has '$TMP/viashell' or its interpreter '$TMP/shell' open for writing"
	assert_err_lacks "viashell' open for writing"
	run nsunshare -r "$TMP/viashell" -c 'exit 3'
	assert_rc 0
	assert_err_lacks 'open for writing'
}

. shunit2
