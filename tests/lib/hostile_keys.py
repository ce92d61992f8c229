#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""hostile_keys.py SEED COUNT WHO DIR: a script for the screen driver: COUNT random keys at the program as member WHO of the office in DIR.

All keys of the table of actions, characters of several scripts, mouse, pastes, sizes, signals between; the same seed gives the same script.
After a lock or a way out it logs in or starts again. No key is a wait for anything: the program must take them as fast as they come.
"""
import os
import random
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def table_keys():
    with open(os.path.join(TOP, "src", "tui", "action_internal.h"), encoding="utf-8") as f:
        rows = re.findall(r"\bX\(\w+, \"([^\"]+)\", MK_P", f.read())
    return sorted({k for row in rows for k in row.split()})


def main(seed, count, who, place):
    r = random.Random(int(seed))
    keys = [k for k in table_keys() if k not in ("C-z", "F12", "C-l")]
    moves = ["Up", "Down", "Left", "Right", "Home", "End", "PPage", "NPage", "Tab", "BTab", "BSpace", "DC", "IC", "Space", "Enter", "Enter", "Enter"]
    odd = ["M-x", "C-Left", "S-F5", "C-a", "C-e", "C-k", "C-u", "C-w", "C-Space", "F3", "F6", "F7", "F9", "F10", "F11"]
    texts = ["たか", "髙﨑", "葛\U000e0100", "ﾖｼﾀﾞ", "か\u3099", "e\u0301\u0301\u0301\u0301", "\u202eab", "\u200b", "1234-5678-9018", "１２３４", "A001", "zzz", "🙂", "\u0301",
             "1955-12-14", "/tmp", "~/x.csv", "%s%n", "\\", "|^{}~"]
    phrase = "the %s phrase" % who
    out = ["title keys of %s, seed %s" % (who, seed), "lang %s" % r.choice(["ja", "en"]), "env SANE_CONFIG_DIR=%s/sane" % place, "env HOME=%s" % place, "timeout 20",
           # who leaves comes back; any other end is the end, with its status
           "run sh -c 'trap : INT QUIT TSTP; while :; do $BUILD/bin/mynakura --dir %s/office --user %s; s=$?; [ $s -eq 0 ] || exit $s; done'" % (place, who),
           "wait F1"]

    lang = out[1].split()[1]

    def login():
        """To a screen by a way that is known, from wherever it is."""
        go = {"suzuki": ["1", "2", "2 Enter", "2 Enter", "2 Enter Down", "3", "3 Enter", "3 Enter r", "3 Enter e", "3 Enter h", "3 n", "3 /", "4", "4 Enter", "5", "6", "7", "7 a", "3 Space t", "3 t", "p", "p F3", "F1"],
              "tanaka": ["1", "1 Enter", "1 Enter h", "2", "2 Enter", "2 f", "2 /", "2 v", "2 a", "2 s", "3", "4", "4 Enter", "5", "5 Enter", "p", "F1"]}[who]
        out.extend(["resize 80 24", "resize 81 24", "rest 250", "key F12 Escape Escape F12 q q q q q q", "wait " + {"ja": "ログインする人", "en": "Login as"}[lang],
                    "gone " + {"ja": "パスフレーズを確かめています", "en": "One moment"}[lang], "key C-e C-u", "type " + phrase, "key Enter", "wait " + {"ja": "q 終了", "en": "q Leave"}[lang]])
        for k in r.choice(go).split():
            out.extend(["key " + k, "rest 170"])
    n = since = 0
    while n < int(count):
        if since == 0:
            login()
        since = (since + 1) % 24
        p = r.random()
        if p < 0.45:
            burst = [r.choice(keys) for _ in range(r.randint(1, 6))]
            # the way out of the program is not what is tried here
            burst = ["Down" if k in ("q", "Escape", "C-c") and r.random() < 0.8 else k for k in burst]
            n += len(burst)
            for k in burst:
                out.append("key " + k)
        elif p < 0.70:
            burst = [r.choice(moves) for _ in range(r.randint(1, 8))]
            n += len(burst)
            out.append("key " + " ".join(burst))
        elif p < 0.75:
            # what begins a sequence swallows what follows at once: then a rest
            out.extend(["key " + r.choice(["M-[", "M-]", "M-O", "M-P"]), "rest 350"] if r.random() < 0.1 else ["key " + r.choice(odd)])
            n += 1
        elif p < 0.85:
            t = r.choice(texts)
            out.append("type " + t)
            n += len(t)
        elif p < 0.88:
            out.append("key " + " ".join(r.choice("123456789") for _ in range(2)))
            n += 2
        elif p < 0.91:
            out.append("paste %d %s" % (r.randint(1, 50), r.choice(texts)))
            n += 1
        elif p < 0.95:
            out.append("raw-mouse")
            n += 1
        elif p < 0.97:
            out.append("resize %d %d" % (r.choice([2, 20, 40, 45, 80, 80, 132, 200, 300]), r.choice([2, 5, 14, 24, 24, 50, 100])))
        elif p < 0.98:
            out.append("storm 20 %d" % r.randint(1, 1000))
        else:
            out.append("key " + r.choice(["F12", "C-l C-l", "C-l", "F2", "F2", "F4", "F8"]))
            n += 1
    for line in out:
        if line == "raw-mouse":
            line = "type \x1b[<%d;%d;%dM" % (r.choice([0, 0, 0, 2, 64, 65]), r.randint(1, 300), r.randint(1, 100))
        print(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
