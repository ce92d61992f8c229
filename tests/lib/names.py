# SPDX-License-Identifier: GPL-3.0-or-later
"""Malicious and difficult names, over the wire and by the command line."""
import json
import os
import subprocess

import kit
import wire
from kit import LEDGER, cli, ok

NUMBER = kit.numbers(1, 5)[0]
WIDE = NUMBER.translate({0x30 + i: 0xFF10 + i for i in range(10)})
BAD_TEXT = {
    "ESC": "山\x1b[31m田", "BEL": "山\x07", "backspace": "山\b田", "TAB": "山\t田", "LF": "山\n田", "CR": "山\r田", "DEL": "山\x7f",
    "CSI U+009B": "山\u009b31m", "NEL U+0085": "山\u0085田", "RLO U+202E": "山\u202e田", "LRI U+2066": "山\u2066田", "ALM U+061C": "山\u061c",
    "zero-width space": "山\u200b田", "zero-width joiner": "山\u200d田", "word joiner": "山\u2060田", "BOM": "\ufeff山田",
    "line separator": "山\u2028田", "paragraph separator": "山\u2029田", "soft hyphen": "山\u00ad田", "private use": "山\ue000田",
    "private use plane 15": "山\U000f0000", "plane 16": "山\U0010fffd", "non-character": "山\ufdd0", "U+FFFF": "山\uffff",
    "tag character": "山\U000e0041", "Hangul filler": "\u3164", "musical control": "山\U0001d173",
}
FORMULAS = {c: c + "cmd|x" for c in "=+-@＝＋－＠−"} | {"blank =": " =1+1", "ideographic blank ＝": "\u3000＝1", "no-break blank +": "\u00a0+1"}
WITH_NUMBER = {"a number": "山田" + NUMBER, "in groups": "山田 %s %s %s" % (NUMBER[:4], NUMBER[4:8], NUMBER[8:]),
               "with hyphens": "%s-%s-%s" % (NUMBER[:4], NUMBER[4:8], NUMBER[8:]), "full width": "山田" + WIDE,
               "with middle dots": "・".join((NUMBER[:4], NUMBER[4:8], NUMBER[8:]))}
# What the frame itself refuses: the daemon closes the connection, since no client of ours can send it.
NO_UTF8 = {"NUL": b"a\0b", "lone continuation": b"\x80", "C1 as one byte": b"\x9b31m", "overlong slash": b"\xc0\xaf", "overlong NUL": b"\xc0\x80",
           "surrogate": b"\xed\xa0\x80", "above U+10FFFF": b"\xf4\x90\x80\x80", "cut": b"\xe5\xb1", "Shift_JIS": "山田".encode("cp932"),
           "0xFF": b"\xff\xfe"}
GOOD = ["髙﨑 朗", "葛\U000e0100城 ゆき", "辻\ufe00 薫", "神\ufa19 社", "渡邉 𠮷𠀋", "ﾔﾏﾀﾞ ﾀﾛｳ", "ジョン・スミス", "O'Neill, Jörg \"Jay\"", "Nguyễn Thị Ánh",
        "ヱビス ヰ子", "🄰𛀁", "長" * 85, "M" * 256, "山田 太郎 1234-5678", "佐々木〆子", "100%s%n%x"]

office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER)
daemon = wire.Daemon(office.dir, kit.fresh("socket"))
chief, clerk = daemon.session(kit.CHIEF, kit.CHIEF_PW), daemon.session("suzuki", "pw-suzuki")
one = clerk.must("subject_add", wire.fields(name="佐藤一郎", code="0001") + [("number", NUMBER), ("number", NUMBER)]).get("subject")


def listing():
    out = []
    for c, name in ((clerk, "subject_list"), (chief, "ledger_list"), (chief, "office_list"), (chief, "member_list")):
        out += [str(x) for x in c.must(name).all("item")]
    return out


before = listing()


def doors(value):
    """Every way by which a text comes in: (where, connection, request, items)"""
    out = [("a subject's " + f, clerk, "subject_add", wire.fields(**({"name": "普通"} | {f: value})))
           for f in ("name", "kana", "code", "address", "relationship")]
    out += [("a changed name", clerk, "subject_set", [("subject", one)] + wire.fields(name=value)),
            ("a member's name", chief, "member_add", [("name", value), ("account", "x1"), ("roles", "clerk")]),
            ("a member's account", chief, "member_add", [("name", "普通"), ("account", value), ("roles", "clerk")]),
            ("an office's name", chief, "office_add", [("name", value)]), ("the own office's name", chief, "office_set", [("field", "name"), ("value", value)]),
            ("a ledger's name", chief, "ledger_add", [("name", value)])]
    return out


def reason(value):
    return [("a reason", clerk, "reveal", [("subject", one), ("reason", value)])]


def refused(cases, what):
    wrong, count = [], 0
    for label, value, ways in cases:
        for where, c, request, body in ways(value):
            r = c.call(request, body)
            count += 1
            if r.status != 12 or r.get("number") is not None:
                wrong.append("%s in %s: %r" % (label, where, r))
            words = r.get("message", "")
            if kit.holds_digits(words, NUMBER) or any(ord(ch) < 32 or 127 <= ord(ch) < 160 for ch in words):
                wrong.append("%s in %s: the words of the refusal hold it: %r" % (label, where, words))
    ok(not wrong, "%s: all %d tries refused by the daemon with status 12" % (what, count), "\n".join(wrong))


refused([(k, v, lambda x: doors(x) + reason(x)) for k, v in BAD_TEXT.items()], "control, bidi, invisible and private characters")
refused([(k, v, doors) for k, v in FORMULAS.items()], "beginnings of formulas")
refused([(k, v, lambda x: doors(x) + reason(x)) for k, v in WITH_NUMBER.items()], "a number inside")

wrong = []
for label, raw in NO_UTF8.items():
    for request, tag, before_it in (("subject_add", "item", b""), ("reveal", "reason", wire.items([("subject", one)])),
                                    ("member_add", "name", wire.items([("roles", "clerk"), ("account", "x2")])), ("login", "member", b"")):
        c = daemon.session("suzuki", "pw-suzuki")
        if tag == "item":
            inner = wire.item("field", "name") + wire.item("value", raw)
            body = wire.item("item", []) [:2] + len(inner).to_bytes(2, "big") + inner
        else:
            body = before_it + wire.item(tag, raw)
        c.send_raw(wire.frame(wire.REQUESTS[request].number, body, 9))
        try:
            r = c.recv()
            if r.error == 0 or r.status != 12:
                wrong.append("%s in %s: %r" % (label, request, r))
        except wire.Lost:
            pass
        c.close()
ok(not wrong, "NUL and what is no UTF-8: the frame is refused (%d tries)" % (4 * len(NO_UTF8)), wrong)
ok(listing() == before, "nothing of all that was stored", set(listing()) ^ set(before))
r = clerk.call("subject_add", wire.fields(name="山田", code="ok-1"))
ok(r.error == 0 and len(listing()) == len(before) + 1, "control: a plain name through the same door is stored", r)

# --- what people are really called
stored = {}
wrong = []
for i, name in enumerate(GOOD):
    r = clerk.call("subject_add", wire.fields(name=name, code="G%02d" % i))
    if r.error != 0:
        wrong.append("%s: %r" % (name, r))
        continue
    stored["G%02d" % i] = name
    r = clerk.call("subject_show", [("subject", "G%02d" % i)])
    if dict(r.get("item")).get("name") != name:
        wrong.append("%s came back as %s" % (name, dict(r.get("item")).get("name")))
ok(not wrong, "%d difficult names are kept to the letter" % len(GOOD), "\n".join(wrong))
r = clerk.call("subject_add", wire.fields(name="カ\u3099キ\u3099", code="H1"))
got = dict(clerk.call("subject_show", [("subject", "H1")]).get("item")).get("name") if r.error == 0 else r
ok(got == "ガギ", "a kana and its combining mark become one character", got)
r = clerk.call("subject_add", wire.fields(name="長" * 86))
ok(r.status == 12, "a name over 256 bytes is refused, not cut", r)
for text, code in (("髙﨑", "G00"), ("ヤマダ", "G05"), ("G07", "G07")):
    r = clerk.call("subject_list", [("text", text)])
    found = [dict(x).get("code") for x in r.all("item")]
    ok(code in found, "search for %s finds it" % text, found)
for c in (chief, clerk):
    c.close()
status = daemon.stop()
ok(status == 0, "the daemon ended cleanly after all that", daemon.words())

# --- by the command line: kept to the letter there too
r = cli(office.dir, "subject", "list", "--json", user="suzuki", secrets=["pw-suzuki"])
names = {x["code"]: x["name"] for x in r.lines() if "code" in x} if r.status == 0 else {}
ok(all(names.get(k) == v for k, v in stored.items()), "subject list --json prints them to the letter", r if r.status else {k: names.get(k) for k, v in stored.items() if names.get(k) != v})
r = cli(office.dir, "subject", "list", user="suzuki", secrets=["pw-suzuki"])
ok(all(v in r.text for k, v in stored.items() if len(v) < 20), "and so does the table for people", [v for v in stored.values() if v not in r.text])


def raw_controls(data):
    """Control characters and their like in an output, C1 also as single bytes; a newline ends lines."""
    text = data.decode("utf-8", "surrogateescape")
    return [hex(ord(ch)) for ch in text if (ord(ch) < 32 and ch != "\n") or 127 <= ord(ch) < 160 or 0xDC80 <= ord(ch) <= 0xDCFF
            or ord(ch) in (0x200B, 0x202E, 0x2066, 0x2028, 0xFEFF)]


EVIL = ["\x1b]0;owned\x07", "\x1b[2J", "\u009b2J", "a\u202egnp.exe", "\r\noverwritten", "\u200b"]
EVIL_BYTES = [e.encode() for e in EVIL] + [b"\x9b2J", b"\xff\xfe", b"\xc0\x9b"]
runs = []
os.mkdir(kit.fresh("files"))
for i, evil in enumerate(EVIL_BYTES):
    path = os.path.join(kit.fresh("files").encode(), evil.replace(b"/", b"") + b".png")
    with open(path, "wb") as f:
        f.write(b"no image")
    tries = [[b"read", path], [b"read", b"--json", path], [b"read", b"/nonexistent/" + evil], [evil], [b"--" + evil], [b"subject", evil], [b"codes", evil],
             [b"subject", b"show", evil], [b"subject", b"show", b"--json", evil], [b"reveal", evil, b"--reason", b"x"], [b"reveal", b"0001", b"--reason", evil],
             [b"subject", b"add", b"name=" + evil], [b"subject", b"add", evil], [b"subject", b"add", evil + b"=x"], [b"subject", b"search", evil],
             [b"ledger", b"add", evil], [b"member", b"add", evil, b"--role", b"clerk"], [b"member", b"add", b"x", b"--role", evil],
             [b"export", b"--profile", evil, b"--ledger", LEDGER.encode(), b"-o", path + b"x"], [b"export", b"--profile", b"generic-utf8", b"--ledger", evil, b"-o", path + b"y"],
             [b"profile", b"check", path], [b"profile", b"show", evil], [b"--purpose", evil, b"subject", b"add", b"name=x"], [b"--now", evil, b"status"],
             [b"--user", evil, b"login"], [b"audit", b"list", b"--action", evil], [b"audit", b"list", b"--from", evil], [b"batch", path], [b"read", b"--layout", evil, path]]
    if i not in (0, 6):
        tries = tries[::3]
    for words in tries:
        user = [] if b"--user" in words else [b"--user", b"suzuki"]
        p = subprocess.run([kit.program("mynakura").encode(), b"--dir", office.dir.encode()] + user + words + [b"--passphrase-fd", b"0"],
                           input=b"pw-suzuki\n", capture_output=True, env=wire.environment(kit.home()), timeout=60, check=False)
        runs.append((words, p))
bad = [(w, raw_controls(p.stdout + p.stderr), (p.stdout + p.stderr)[:200]) for w, p in runs if raw_controls(p.stdout + p.stderr)]
ok(not bad, "%d runs with evil arguments and file names: not one raw control character on stdout or stderr" % len(runs), "\n".join(map(str, bad)))
bad = [(w, p.returncode) for w, p in runs if not 0 <= p.returncode <= 70]
ok(not bad, "and each ended with a status of the table, none by a signal", bad)
done = [w for w, p in runs if p.returncode == 0 and w[:2] not in ([b"subject", b"search"], [b"audit", b"list"])]
ok(not done, "and none of them was done", done)
bad = []
for w, p in runs:
    if b"--json" in w:
        try:
            [json.loads(x) for x in p.stdout.decode().splitlines()]
        except ValueError as e:
            bad.append((w, str(e)))
ok(not bad, "and --json was JSON", bad)
ok(raw_controls(b"a\x1b[0m") and raw_controls("\u009b".encode()) and raw_controls(b"\x9b") and not raw_controls("髙﨑\n".encode()),
   "control: the search finds ESC, U+009B and a bare 0x9b, and lets names pass")
r = cli(office.dir, "audit", "list", user=kit.CHIEF, secrets=[kit.CHIEF_PW])
ok(r.status == 0 and not raw_controls(r.out), "the audit list is clean")
ok(kit.verify(office.dir).status == 0, "the trail is whole")
for name in ("名前\x1b[2J", "dir\u202e"):
    p = subprocess.run([kit.program("mynakura-verify"), "--head", "x" + name, kit.fresh(name)], capture_output=True, env=wire.environment(kit.home()), check=False)
    ok(p.returncode in (2, 12, 10) and not raw_controls(p.stdout + p.stderr), "mynakura-verify with an evil name: status %d, clean words" % p.returncode, p)
kit.done()
