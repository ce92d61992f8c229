# SPDX-License-Identifier: GPL-3.0-or-later
# A search that the daemon refuses (too many words): the list must not show those of another search as if they had been found.
title search
lang en
shell BUILD=$BUILD sh $TOP/tests/lib/office.sh $T
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
type the suzuki phrase
key Enter
wait 3 People
key 3
wait タカハシ
key /
paste 1 zzzzz zzzzz
wait Nobody
key C-u
wait タカハシ
paste 2 zzzz zzzz zzzz zzzz zzzz zzzz zzzz zzzz zzzz
gone タカハシ
key C-u
wait タカハシ
key F12
wait Login as
key Escape
exit 0
