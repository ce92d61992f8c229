# SPDX-License-Identifier: GPL-3.0-or-later
# The witness in a member's home, at the login screen: a demo office that was put back to an older copy says so, and what is kept stays; with
# the right files nothing is said (a real one does not open: rollback.sh, witness.sh); a file that is no checkpoint is told and is no hindrance.
title witness
lang en
env SANE_CONFIG_DIR=$T/sane
shell BUILD=$BUILD sh $TOP/tests/lib/office.sh $T
shell cp -a $T/office $T/old

note the screens keep what the login answers
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
type the suzuki phrase
key Enter
wait Scan cards
signal TERM
exit 1
shell printf 'the suzuki phrase\n' | $BUILD/bin/mynakura --dir $T/office --user suzuki --passphrase-fd 0 status && cp -a $T/office $T/new
shell ls $T/.local/state/mynakura/witness | grep -Eqx "[0-9a-f-]+"
shell cp -r $T/.local/state/mynakura/witness $T/kept

note an older copy: of a demo it is told
shell rm -rf $T/office && cp -a $T/old $T/office
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
type the suzuki phrase
key Enter
wait older than a member's kept checkpoint
wait Scan cards
signal TERM
exit 1
shell diff -r $T/kept $T/.local/state/mynakura/witness

note the control
shell rm -rf $T/office && cp -a $T/new $T/office
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
type the suzuki phrase
key Enter
wait Scan cards
signal TERM
exit 1
shell ! diff -r $T/kept $T/.local/state/mynakura/witness

note a file that is none
shell for f in $T/.local/state/mynakura/witness/*; do echo nonsense >$f; done
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
type the suzuki phrase
key Enter
wait this vault's last checkpoint is none
wait Scan cards
signal TERM
exit 1
shell ! grep -q nonsense $T/.local/state/mynakura/witness/*
