# SPDX-License-Identifier: GPL-3.0-or-later
# The screen driver tried on a program that is known to the byte. The controls, where it must say no, are in self.sh.
title driver
set P=$BUILD/bin/screen-probe
shell umask 077 && printf '%s\n' 123456789018 210987654324 >$T/needles && head -c 12 $T/needles >$T/one

# cells, looks, the cursor
run $P alt title looks wide odd
wait ready
altscreen on
title-is the title
cursor 6 4
screen looks, wide characters, marks
|{r:reverse} {b:bold} {u:under} {d:dim} plain {rb1:all} {208/4:colour}|
|山田 ｶ 葛󠄀 が end|
|\{a\} \^ \| \\ \~ \░|
|ready^ |
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
key q
exit 0

# strings stay out of the emulator; the last column; REP
run $P strings edge
screen strings and a wide character after the last column
|abcde|
||
||
||
||
|かready^ |
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
key x
exit 3
run $P repeat
screen REP stops at the margin
|                                                                           -----|
|-----|
|ready^ |
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
raw present \e[9b
raw absent \e[10b
signal TERM
exit signal TERM

# a mark that comes by itself after the last column
run $P corner say 葛 later 󠄀 later 山
wait 山
screen a late mark in the last column
||
||
|                                                                              葛󠄀|
|山ready^ |
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
||
key q
exit 0

# keys
run $P
key F5 Up Home C-a M-x C-Up
wait keys 1b 5b 31 35 7e 1b 5b 41 1b 5b 48 01 1b 78 1b 5b 31 3b 35 41
type 山 q
wait keys e5 b1 b1 20 71
key BSpace BTab
wait keys 7f 1b 5b 5a
key q
exit 0
run $P appkeys
wait ready
key Up F1
wait keys 1b 4f 41 1b 4f 50
key q
exit 0
term linux
run $P appkeys
wait ready
key Up F1 BTab Home
wait keys 1b 5b 41 1b 5b 5b 41 1b 09 1b 5b 31 7e
key q
exit 0
term vt100
run $P
key Up BSpace F5
wait keys 1b 5b 41 08 1b 4f 74
key q
exit 0
term xterm-256color

# the mouse, a paste of a megabyte with and without its marks
run $P mouse bracketed
wait ready
mouse 10 5
wait keys 1b 5b 3c 30 3b 31 30 3b 35 4d 1b 5b 3c 30 3b 31 30 3b 35 6d
mouse 1 2 wheel-down
wait keys 1b 5b 3c 36 35 3b 31 3b 32 4d
paste 2 ab
wait keys 1b 5b 32 30 30 7e 61 62 61 62 1b 5b 32 30 31 7e
key q
exit 0
run $P count
wait ready
paste 100000 0123456789
wait got 1000000 bytes
gone nothing of the kind
key q
exit 0

# bytes and silence
run $P
wait ready
bytes = 5
key a
bytes = 16
key b
bytes <= 16
bytes >= 1
mark
bytes = 0
idle 300
raw absent keys

# sizes
resize 100 30
rest 300
wait size 100 30
storm 200 7
wait size 100 30
idle 300

# stop and go, hang up
key z
stopped
wait stopping
signal CONT
wait back
hangup
exit signal HUP

# questions
run $P ask
wait keys 1b 5b 3f 36 32 3b 32 32 63
key q
exit 0
sixel on
kitty on
run $P ask
wait keys 1b 5b 3f 36 32 3b 32 32 3b 34 63
key q
exit 0
run $P ask-kitty
wait keys 1b 5f 47 69 3d 33 31 3b 4f 4b 1b 5c
key q
exit 0
kitty off
run $P ask-kitty ask-cell
wait keys 1b 5b 36 3b 31 36 3b 38 74
key q
exit 0
run $P say abc ask-place
wait keys 1b 5b 31 3b 34 52
key q
exit 0

# memory, at every distance that counts
run $P plant1 $T/one
wait ready
memory present $T/needles
key W
memory absent $T/needles within 5000
key q
exit 0
run $P plant4 $T/one
wait ready
memory present $T/needles
key q
exit 0
run $P plant28 $T/one
wait ready
memory present $T/needles
key w
wait wiped
memory absent $T/needles
key q
exit 0
run $P plant28groups $T/one
wait ready
memory present $T/needles
key q
exit 0
run $P plant1groups $T/one
wait ready
memory present $T/needles
key q
exit 0
run $P forget $T/one
wait ready
memory absent $T/needles
memory absent $T/needles within 400
key q
exit 0
run $P child $T/one
wait child has it
memory absent $T/needles
memory+children present $T/needles
key q
exit 0

# what the terminal keeps
run $P show $T/one
wait ready
history present $T/needles
key s
wait line 60
history present $T/needles
key E
history absent $T/needles
key q
exit 0
run $P show-groups $T/one alt
altscreen on
wait ready
history present $T/needles
key q
exit 0
run $P alt show-groups $T/one
wait ready
history absent $T/needles
key n
altscreen off
history absent $T/needles
key q
exit 0

# the environment is the driver's own
lang ja
env EXTRA=1
run env
wait LANGUAGE=ja
wait EXTRA=1
wait TZ=Asia/Tokyo
wait LC_ALL=C.UTF-8
exit 0
shell test "$HOME" = $T && test "$LANGUAGE" = ja && for i in 1 2; do test -n "$i"; done
unset EXTRA
shell test -z "$EXTRA"
