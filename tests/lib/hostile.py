#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon that lies, for the screens: hostile.py DIR makes DIR/CASE.sock and DIR/CASE.t for every case and answers until it is killed.

Each .t is a script for the screen driver that walks the screens against its socket. Two kinds of cases: texts (well-formed answers whose
every text is hostile: what is drawn must be visible text and no sequence may reach the terminal) and forms (answers that break the wire,
at one request or another: the program says so, ends the session and stays usable). honest is the control of all.
hostile.py --serve SOCK CASE answers for one case only, in the background. WIDTHS holds names for tests of the columns' edges.
"""
import array
import os
import socket
import struct
import sys
import threading
import time

import wire

NUMBER = "123456789018"
SEALS = 0x1 | 0x2 | 0x4 | 0x8
NAME = {r.number: r.name for r in wire.REQUESTS.values()}

# name: (text, what must be seen of it, what must not be sent); None: nothing to look for
LONG = ("long", "longascii", "longescape", "marks4000")
MARKS = "e" + "\u0301" * 100
TEXTS = {
    "plain": ("髙﨑𠮷ヷ", "髙﨑𠮷ヷ", None),
    "halfkana": ("ｱﾝｾﾞﾝ髙", "ｱﾝｾﾞﾝ髙", None),
    "csi": ("赤\x1b[31;5mX", "赤\\x1b[31;5mX", "\\e[31;5m"),
    "clear": ("a\x1b[2J\x1b[3J", "a\\x1b[2J", "\\e[2J\\e[3J"),
    "osc52": ("o\x1b]52;c;QUJD\x07", "o\\x1b]52;c;Q", "\\e]52"),
    "title": ("t\x1b]0;pwned\x07", "t\\x1b]0;pw", "\\e]0;"),
    "dcs": ("d\x1bPq#0\x1b\\", "d\\x1bPq#0", "\\ePq"),
    "apc": ("k\x1b_Ga=T;AA\x1b\\", "k\\x1b_Ga=T", "\\e_Ga=T"),
    "c1csi": ("1\u009b31m", "1\\u{009b}31m", "\\xc2\\x9b"),
    "c1osc": ("2\u009d0;x\u009c", "2\\u{009d}0;", "\\xc2\\x9d"),
    "del": ("q\x7f\x08z", "q\\x7f\\x08z", "\\x7f"),
    "cr": ("ab\r\tcd", "ab\\x0d\\x09", "ab\\x0d"),
    "rlo": ("r\u202egnp", "r\\u{202e}gnp", "\\xe2\\x80\\xae"),
    "lri": ("l\u2066abc\u2069", "l\\u{2066}abc", "\\xe2\\x81\\xa6"),
    "zwsp": ("z\u200bz", "z\\u{200b}z", "\\xe2\\x80\\x8b"),
    "bom": ("b\ufeffb", "b\\u{feff}b", "\\xef\\xbb\\xbf"),
    "shy": ("s\u00ads", "s\\u{00ad}s", "\\xc2\\xad"),
    "ls": ("n\u2028n", "n\\u{2028}n", "\\xe2\\x80\\xa8"),
    "nonchar": ("f\uffff", "f\\u{ffff}", "\\xef\\xbf\\xbf"),
    "private": ("p\ue000", "p\\u{e000}", "\\xee\\x80\\x80"),
    "marks": (MARKS, "e", "\\xcc\\x81\\xcc\\x81\\xcc\\x81\\xcc\\x81"),
    "leadmark": ("\u0301\u3099x", None, None),
    "marks4000": ("e" + "\u0301" * 4000, None, "\\xcc\\x81\\xcc\\x81\\xcc\\x81\\xcc\\x81"),
    "long": ("長" * 3333, None, None),
    "longascii": ("x" * 10000, None, None),
    "longescape": ("\x1b" * 250, "\\x1b\\x1b", "\\e\\e"),
    "format": ("%n%s%n%99999d", "%n%s%n%99", None),
    "empty": ("", None, None),
}
WIDTHS = ["あ" * 40, "a" + "あ" * 40, "ｱ" * 80, "aあ" * 30, "髙" * 9, "a" + "髙" * 8 + "b", "e\u0301" * 24, "𠮷" * 12, "\u0301" * 3 + "あ" * 30]

ROLES = "clerk,chief,admin,auditor"


def person(i, text):
    return [("id", "s%04d" % i), ("ledger", "l1"), ("code", text if i else "C001"), ("name", text), ("kana", text), ("birth", text),
            ("class", text), ("relationship", text), ("address", text), ("parent", text), ("state", text), ("number", "masked"),
            ("purposes", text), ("disposal_due", text), ("sex", text), ("source", text), ("time", 1700000000)]


def entry(seq, text, action=None):
    return [("seq", seq), ("time", 1700000000 + seq), ("actor", "m1"), ("role", text), ("terminal", text), ("from", text),
            ("action", text if action is None else action), ("subject", text), ("ledger", "l1"), ("purpose", text), ("result", text),
            ("reason", text), ("detail", '{"note":"%s","%s":"x"}' % (text, text)), ("hash", text), ("session", text), ("kind", "event")]


def reading(text, **kw):
    one = [("layout", kw.get("layout", "card-back")), ("rotation", kw.get("rotation", 0)), ("x", 0), ("y", 0), ("width", 40), ("height", 30)]
    one += [("number", kw.get("number", NUMBER)), ("certain", True), ("check", True), ("qr", NUMBER), ("ocr", NUMBER), ("confidence", 999)]
    one += [("item", [("field", "name"), ("value", text), ("confidence", 990)] + kw.get("box", [("x", 1), ("y", 1), ("width", 20), ("height", 9)]))]
    return one


def memfd(data, seal=True):
    fd = os.memfd_create("x", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, data)
    if seal:
        import fcntl
        fcntl.fcntl(fd, 1033, SEALS)
    return fd


class World:
    """What an answer holds: (items, fds). text stands in every field that is a text."""

    def __init__(self, text="山田 太郎"):
        self.t = text
        self.ok = [("error", 0)]

    def answer(self, name, asked):
        f = getattr(self, name, None)
        got = f(asked) if f else self.failed(asked)
        return got if isinstance(got, tuple) else (got, [])

    def failed(self, _):
        return [("error", -13), ("message", self.t)]

    def hello(self, _):
        return self.ok + [("form", "installed"), ("vault", "v1")]

    def auth(self, _):
        return self.ok + [("ok", True)]

    def login(self, _):
        return self.ok + [("member", "m1"), ("name", self.t), ("roles", ROLES), ("alarm", self.t), ("seq", 1), ("head", "h")]

    def lock(self, _):
        return self.ok

    def status(self, _):
        counts = [("item", [("kind", k), ("count", 3), ("ledger", "l1"), ("name", self.t)]) for k in ("subjects", "numbers", "review")]
        return self.ok + [("office", self.t), ("form", "installed"), ("count", 1), ("alarm", self.t), ("seq", 3), ("entries", 3)] + counts

    def member_list(self, _):
        return self.ok + [("item", [("id", "m1"), ("name", self.t), ("account", self.t), ("roles", ROLES), ("state", "active")])]

    def ledger_list(self, _):
        return self.ok + [("item", [("id", "l1"), ("name", self.t), ("class", self.t), ("purposes", "slip"), ("grant", "number")])]

    def subject_list(self, _):
        return self.ok + [("item", person(i, self.t)) for i in range(3)]

    def subject_show(self, _):
        return self.ok + [("item", person(0, self.t))]

    def subject_history(self, _):
        return self.ok + [("item", entry(i, self.t)) for i in (2, 1)]

    audit_list = subject_history

    def approval(self):
        return [("approval", "a1"), ("request", self.t), ("requester", "m2"), ("state", "waiting"), ("time", 1700000000), ("deadline", 1700000000),
                ("count", 2), ("ledger", "l1"), ("approver", self.t), ("reason", self.t), ("ok", True), ("line", self.t), ("line", "to: " + self.t)]

    def approval_list(self, _):
        return self.ok + [("item", self.approval())]

    def approval_show(self, _):
        return self.ok + self.approval() + [("digest", self.t)] + [("item", [("subject", self.t), ("code", self.t), ("name", self.t), ("shown", True)])] * 2

    def key_slots(self, _):
        return self.ok + [("item", [("member", "m1"), ("name", self.t), ("account", self.t), ("kind", self.t), ("time", 1700000000), ("fingerprint", self.t),
                                    ("item", [("ledger", "l1"), ("grant", self.t), ("ok", False)])])]

    def audit_anomalies(self, _):
        return self.ok + [("item", [("kind", self.t), ("actor", self.t), ("count", 3), ("seq", 2), ("time", 1700000000)])]

    def clock_status(self, _):
        return self.ok + [("wall", 1700000000), ("steady", 1700000000), ("confirmed", True)]

    def audit_verify(self, _):
        return self.ok + [("ok", False), ("entries", 3), ("seq", 2), ("why", self.t), ("code", self.t), ("from", self.t), ("to", self.t), ("head", self.t),
                          ("key", self.t)]

    def devices(self, _):
        return self.ok + [("item", [("device", self.t), ("vendor", self.t), ("model", self.t), ("kind", self.t)]) for _ in range(3)]

    def review_list(self, _):
        return self.ok + [("item", [("review", "r1"), ("ledger", "l1"), ("subject", "s0000"), ("layout", self.t), ("certain", True), ("member", "m1"),
                                    ("time", 1700000000)])]

    def review_show(self, _):
        items = [("item", reading("山田 太郎")), ("ledger", "l1"), ("subject", "s0000"), ("layout", self.t), ("width", 40), ("height", 30)]
        return self.ok + items, [memfd(b"\x80" * 1200)]

    def reveal(self, _):
        return self.ok + [("number", NUMBER), ("subject", "s0000"), ("seq", 5)]


# --- answers that break the wire: f(body, request number, id) -> list of (frame, fds)

def raw_item(tag, data):
    return struct.pack(">HH", wire.TAGS[tag][0], len(data)) + data


def nested(depth):
    body = b""
    for _ in range(depth):
        body = raw_item("item", body)
    return body


def fr(kind, rid, body, **kw):
    kw.setdefault("flags", 1)
    return wire.frame(kind, body, rid, **kw)


E0 = wire.items([("error", 0)])
FORMS = {
    "magic": lambda b, k, i: [(fr(k, i, b, magic=0x4D594E4C), [])],
    "version": lambda b, k, i: [(fr(k, i, b, version=9), [])],
    "shortlen": lambda b, k, i: [(fr(k, i, b, length=1), [])],
    "longlen": lambda b, k, i: [(fr(k, i, b, length=0xFFFFFFFF), [])],
    "header": lambda b, k, i: [(fr(k, i, b)[:7], [])],
    "otherid": lambda b, k, i: [(fr(k, i + 1, b), [])],
    "zeroid": lambda b, k, i: [(fr(k, 0, b), [])],
    "othertype": lambda b, k, i: [(fr(k + 1, i, b), [])],
    "noreply": lambda b, k, i: [(fr(k, i, b, flags=0), [])],
    "unknowntag": lambda b, k, i: [(fr(k, i, b + struct.pack(">HH", 60000, 0)), [])],
    "overrun": lambda b, k, i: [(fr(k, i, b + struct.pack(">HH", 4, 500) + b"abc"), [])],
    "badutf8": lambda b, k, i: [(fr(k, i, b + raw_item("name", b"\xff\xfe\x9b31m")), [])],
    "overlong": lambda b, k, i: [(fr(k, i, b + raw_item("name", b"\xc0\x9b")), [])],
    "surrogate": lambda b, k, i: [(fr(k, i, b + raw_item("name", b"\xed\xa0\x80")), [])],
    "nul": lambda b, k, i: [(fr(k, i, b + raw_item("name", b"a\0b")), [])],
    "badbool": lambda b, k, i: [(fr(k, i, b + raw_item("ok", b"\x02")), [])],
    "badu64": lambda b, k, i: [(fr(k, i, b + raw_item("count", b"\x02")), [])],
    "deep": lambda b, k, i: [(fr(k, i, b + nested(40)), [])],
    "noerror": lambda b, k, i: [(fr(k, i, b""), [])],
    "error1": lambda b, k, i: [(fr(k, i, wire.items([("error", 1)])), [])],
    "errorlow": lambda b, k, i: [(fr(k, i, wire.items([("error", -9999)])), [])],
    "errormin": lambda b, k, i: [(fr(k, i, wire.items([("error", -2 ** 63)])), [])],
    "huge": lambda b, k, i: [(fr(k, i, E0 + raw_item("body", b"x" * 60000) * 2), [])],
    "hangup": lambda b, k, i: None,
}
AT = ["hello", "login", "status", "member_list", "ledger_list", "subject_list", "subject_show", "subject_history", "reveal", "review_list", "review_show",
      "audit_list", "audit_verify"]
EVERYWHERE = ["otherid", "badutf8", "errormin", "hangup"]
MAIN = ["login", "subject_list", "review_show"]


# --- worlds of their own

class Endless(World):
    """Lists without an end, each page with the next cursor."""
    pages = 0
    intents = False

    def cursor(self, _):
        Endless.pages += 1
        return [("cursor", str(Endless.pages * 200))]

    def subject_list(self, a):
        return self.ok + [("item", [("id", "s%d" % i), ("name", "人%d" % i), ("code", "C%d" % i)]) for i in range(200)] + self.cursor(a)

    def review_list(self, a):
        return self.ok + [("item", [("review", "r%d" % i), ("layout", "tsuchi"), ("time", 5)]) for i in range(200)] + self.cursor(a)

    def audit_list(self, a):
        before = int(a.get("cursor", str(10 ** 9)))
        more = [("cursor", str(before - 200))]
        kind = "intent" if self.intents else "event"
        return self.ok + [("item", [("seq", before - i - 1), ("time", 5), ("action", "reveal"), ("kind", kind), ("session", "x")]) for i in range(200)] + more

    subject_history = audit_list


class Intents(Endless):
    intents = True


class Same(World):
    """The same cursor again and again, with nothing."""

    def subject_list(self, _):
        return self.ok + [("cursor", "x")]

    def review_list(self, _):
        return self.ok + [("cursor", "x")]

    def audit_list(self, _):
        return self.ok + [("cursor", "200")]

    subject_history = audit_list


class Bare(World):
    """Nothing but that it went well, from the login on."""

    def answer(self, name, asked):
        return (getattr(World, name)(self, asked) if name in ("hello", "auth", "login") else self.ok), []


class Twice(World):
    """Every item of every answer twice, the second time with other text, and with descriptors that nobody asked for."""

    def answer(self, name, asked):
        items, fds = super().answer(name, asked)
        other, more = World("x\x1b[31mx").answer(name, asked)
        for fd in more:
            os.close(fd)
        return items + other, (fds + [os.open("/dev/null", os.O_RDONLY) for _ in range(8)])[:8]


class Extremes(World):
    """Numbers at the ends of what a field can say."""
    big = 2 ** 64 - 1

    def status(self, _):
        counts = [("item", [("kind", k), ("count", self.big), ("ledger", "l1")]) for k in ("subjects", "numbers", "review") for _ in range(9)]
        return self.ok + [("office", "x"), ("seq", self.big), ("entries", self.big)] + counts

    def times(self):
        return [2 ** 63 - 1, -2 ** 63, -1, 0, 253402300800, -62135596801, 2 ** 40, -2 ** 40]

    def subject_history(self, _):
        return self.ok + [("item", entry(self.big - i, "x")[:1] + [("time", t), ("action", "reveal"), ("sender_uid", self.big)]) for i, t in enumerate(self.times())]

    audit_list = subject_history

    def review_list(self, _):
        return self.ok + [("item", [("review", "r%d" % i), ("time", t), ("layout", "tsuchi")]) for i, t in enumerate(self.times())]

    def subject_show(self, _):
        return self.ok + [("item", [("name", "山田 太郎"), ("time", 2 ** 63 - 1)])]

    def audit_verify(self, _):
        return self.ok + [("ok", True), ("entries", self.big), ("from", "2"), ("to", "2026-11-24T12:00:0")]


class Picture(World):
    """What comes with a review item."""
    cases = {
        "short": lambda: ([("width", 40), ("height", 30)], [memfd(b"x" * 100)]),
        "unsealed": lambda: ([("width", 40), ("height", 30)], [memfd(b"x" * 1200, False)]),
        "zero": lambda: ([("width", 0), ("height", 0)], [memfd(b"x" * 1200)]),
        "nosize": lambda: ([], [memfd(b"x" * 1200)]),
        "wide": lambda: ([("width", 2 ** 32 + 40), ("height", 30)], [memfd(b"x" * 1200)]),
        "overflow": lambda: ([("width", 2 ** 63), ("height", 2)], [memfd(b"x" * 1200)]),
        "large": lambda: ([("width", 65535), ("height", 65535)], [memfd(b"x" * 1200)]),
        "swapped": lambda: ([("width", 1), ("height", 1200)], [memfd(b"x" * 1200)]),
        "flat": lambda: ([("width", 1200), ("height", 1)], [memfd(b"x" * 1200)]),
        "pipe": lambda: ([("width", 40), ("height", 30)], [os.pipe()[0]]),
        "folder": lambda: ([("width", 40), ("height", 30)], [os.open("/", os.O_RDONLY)]),
        "null": lambda: ([("width", 40), ("height", 30)], [os.open("/dev/zero", os.O_RDWR)]),
        "empty": lambda: ([("width", 40), ("height", 30)], [memfd(b"")]),
        "none": lambda: ([("width", 40), ("height", 30)], []),
        "four": lambda: ([("width", 40), ("height", 30)], [memfd(b"x" * 1200) for _ in range(4)]),
        "many": lambda: ([("width", 40), ("height", 30)], [memfd(b"x" * 1200) for _ in range(40)]),
    }
    good = ("swapped", "flat", "none", "four")

    def __init__(self, which):
        super().__init__()
        self.which = which

    def review_show(self, _):
        size, fds = self.cases[self.which]()
        return self.ok + [("item", reading("山田 太郎")), ("ledger", "l1"), ("subject", "s0000"), ("layout", "card-back")] + size, fds


class Reading(World):
    """What a review item says that was read."""
    cases = {
        "box": dict(box=[("x", 2 ** 64 - 1), ("y", 2 ** 64 - 1), ("width", 2 ** 64 - 1), ("height", 2 ** 64 - 1)]),
        "box32": dict(box=[("x", 2 ** 32 - 1), ("y", 0), ("width", 2 ** 32 - 1), ("height", 2 ** 32 - 1)]),
        "wide": dict(box=[("x", 0), ("y", 0), ("width", 65535), ("height", 1)]),
        "turned": dict(rotation=90),
        "rotation": dict(rotation=45),
        "number": dict(number="12345678901"),
        "digit": dict(number="123456789017"),
        "escape": dict(number="12345678\x1b[3m"),
        "layout": dict(layout="\x1b[31mx"),
        "text": dict(text="\x1b[31mx"),
        "rlo": dict(text="a\u202eb"),
        "long": dict(text="長" * 3000),
    }
    good = ("turned", "wide")

    def __init__(self, which):
        super().__init__()
        self.which = which

    def review_show(self, _):
        kw = dict(self.cases[self.which])
        items = [("item", reading(kw.pop("text", "山田 太郎"), **kw)), ("ledger", "l1"), ("subject", "s0000"), ("width", 40), ("height", 30)]
        return self.ok + items, [memfd(b"x" * 1200)]


# --- serving

class Long(World):
    """A text longer than any field in one place of each answer."""

    def __init__(self, text):
        super().__init__()
        self.long = text

    def answer(self, name, asked):
        items, fds = super().answer(name, asked)
        was, self.t = self.t, self.long
        one = {"login": "name", "status": "office", "subject_list": "name", "subject_show": "name", "audit_list": "detail", "subject_history": "reason"}.get(name)

        def stretch(pairs, left):
            out = []
            for k, v in pairs:
                if k == "item" and left and isinstance(v, list):
                    v, left = stretch(v, True), False
                elif k == one and left:
                    v, left = self.long, False
                out.append((k, v))
            return out
        if one:
            items = stretch(items, True)
        self.t = was
        return items, fds

    def reveal(self, _):
        return [("error", -1), ("message", self.long)]


class Server(threading.Thread):
    def __init__(self, path, world, bend=None, at=None, begin_now=True):
        super().__init__(daemon=True)
        self.world, self.bend, self.at = world, bend, at
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.s.bind(path)
        self.s.listen(8)
        if begin_now:
            self.start()

    def run(self):
        while True:
            near = self.s.accept()[0]
            near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            threading.Thread(target=self.serve, args=(near,), daemon=True).start()

    def serve(self, near):
        try:
            while True:
                raw = near.recv(wire.FRAME_MAX)
                if not raw:
                    return
                _, _, _, kind, rid, _ = wire.HEADER.unpack_from(raw)
                name = NAME.get(kind, "?")
                asked = dict(wire.parse_items(raw[wire.HEADER.size:]))
                items, fds = self.world.answer(name, asked)
                body = wire.items(items)
                out = [(fr(kind, rid, body), fds)]
                if self.bend is not None and name == self.at:
                    out = self.bend(body, kind, rid)
                if out is None:
                    return
                for data, take in out:
                    near.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", take))] if take else [])
                for fd in fds:
                    os.close(fd)
        except OSError:
            pass
        finally:
            near.close()


# --- scripts

def begin(case):
    return """title hostile %s
lang en
run $BUILD/bin/mynakura --socket $D/%s.sock --user x
wait Passphrase
type p
key Enter
""" % (case, case)


END = """key F12
wait Leave
key Escape
exit 0
altscreen off
"""
KEEP = "timeout 10\n"


def walk(seen, absent):
    see = "wait %s\n" % seen if seen else ""
    no = "raw absent %s\n" % absent if absent else ""
    return ("wait 3 People\n" + see + "key 3\nwait C001\n" + see + "key Enter\nwait 2023-11-15\n" + see +
            "key h\nwait 2 entries\n" + see + "key Enter\nwait Entry 2\n" + see + "key q\nwait 2 entries\nkey q\nwait 2023-11-15\nkey r\nwait Reason\n" + see +
            "type x\nkey Enter\nwait hidden in\n" + see + "wait 1234 5678 9018\nkey Enter\ngone hidden in\nidle 50\nkey e\ngone Last change\nwait C001\ntype z\nkey Escape\n"
            "wait Throw it away\nkey y\ngone Corrections\nkey q\nwait C001\nkey q\n"
            "wait 1 Scan\nkey 1\nwait Scanner\nkey d\nidle 100\n" + see + "key Escape\nidle 100\nkey Escape\nwait 2 Review\nkey 2\nwait certain\n" + see +
            "key Enter\nwait agree\n" + see + "key F8\nwait Reason\ntype x\nkey Enter\ngone Reason\n" + see + "key Escape\nwait certain\nkey Escape\n"
            "wait 5 Audit\nkey 5\nwait 2 entries\n" + see + "key Enter\nwait Entry\n" + see + "key q\nwait 2 entries\nkey v\nwait NOT whole\n" + see +
            "key q\nwait 2 entries\nkey q\nwait 7 Task\nkey 7\nwait Purpose\n" + see + "key q\nwait 1 Scan\n"
            "key 8\nwait (for you)\n" + see + "key Enter\nwait g Grant\n" + see + "key g\nwait Your name stays\n" + see + "key Escape\nwait g Grant\nkey q\nwait (for you)\n"
            "key q\nwait 9 Members\nkey 9\nwait active\n" + see + "key Enter\nwait May open it\n" + see + "key e\nwait Each change\n" + see + "key Escape\nwait May open it\n"
            "key q\nwait active\nkey q\nwait 9 Members\nkey Down Enter\nwait 1 ledgers\n" + see + "key Enter\nwait The fingerprint\n" + see + "key q\nwait 1 ledgers\nkey q\n"
            "wait 9 Members\nkey Down Enter\nwait stands out\n" + see + "key q\nwait 1 Scan\nresize 40 8\nidle 100\nresize 200 60\nwait 1 Scan\n"
            "resize 80 24\nwait 1 Scan\n" + see) + no


GO = {  # to where the request is sent
    "login": "", "status": "", "member_list": "", "ledger_list": "", "hello": "",
    "subject_list": "wait 3 People\nkey 3\n",
    "subject_show": "wait 3 People\nkey 3\nwait C001\nkey Enter\n",
    "subject_history": "wait 3 People\nkey 3\nwait C001\nkey Enter\nwait Last change\nkey h\n",
    "reveal": "wait 3 People\nkey 3\nwait C001\nkey Enter\nwait 1700000000\nkey r\nwait Reason\ntype x\nkey Enter\n".replace("1700000000", "2023-11-15"),
    "review_list": "wait 2 Review\nkey 2\n",
    "review_show": "wait 2 Review\nkey 2\nwait certain\nkey Enter\n",
    "audit_list": "wait 5 Audit\nkey 5\n",
    "audit_verify": "wait 6 Verify\nkey 6\n",
}
LOST = "wait connection to the daemon was lost\n" + "raw absent \\x9b\nkey Escape\nexit 0\naltscreen off\n"
STILL = "wait C001\nkey q\n" + "wait 3 People\n"


def cases():
    """{name: (world, bend, at, script)}"""
    out = {"honest": (World(), None, None, walk("山田", None) + END)}
    for name, (text, seen, absent) in TEXTS.items():
        if name in LONG:
            out["text-" + name] = (Long(text), None, None, "wait 3 People\nkey 3\nwait C001\n" + ("wait %s\n" % seen if seen else "") +
                                   "key Enter\nidle 200\nkey r\nwait Reason\ntype x\nkey Enter\ngone Reason\nidle 200\nkey h\nwait 11-15 07:13:22\nkey Enter\n"
                                   "wait Entry\nkey NPage NPage\nidle 100\nkey q\nwait 11-15 07:13:22\nkey q\nidle 100\nkey q\nwait C001\nkey q\nwait 3 People\nkey 5\n"
                                   "wait 11-15 07:13:22\nkey q\n" + ("raw absent %s\n" % absent if absent else "") + END)
            continue
        out["text-" + name] = (World(text), None, None, walk(seen, absent) + END)
    # marks behind a wide character: the variant of a name's character, a voiced mark in two pieces
    out["text-ivs"] = (World("葛\U000e0100城"), None, None, "wait 3 People\nkey 3\nwait C001\nidle 100\nraw present \\xe8\\x91\\x9b\\xf3\\xa0\\x84\\x80\n" + END)
    out["text-nfd"] = (World("か\u3099き"), None, None, "wait 3 People\nkey 3\nwait C001\nidle 100\nraw present \\xe3\\x81\\x8b\\xe3\\x82\\x99\n" + END)
    out["text-narrowmark"] = (World("e\u0301x"), None, None, "wait 3 People\nkey 3\nwait C001\nidle 100\nraw present e\\xcc\\x81\n" + END)
    for form, bend in FORMS.items():
        for at in (AT if form in EVERYWHERE else MAIN):
            hello = at == "hello"
            script = "title hostile %s at hello\nlang en\nrun $BUILD/bin/mynakura --socket $D/%s-%s.sock --user x\n" % (form, form, at) if hello else None
            out["%s-%s" % (form, at)] = (World(), bend, at, script + "exit %d\naltscreen off\n" % (1 if form == "hangup" else 70) if hello else GO[at] + LOST)
    for name, world in (("endless", Endless()), ("intents", Intents()), ("same", Same())):
        for at, key in (("people", "3"), ("queue", "2"), ("trail", "5")):
            down = "key G\nkey G\nkey NPage\nkey G\n" if at != "queue" else ""
            out["%s-%s" % (name, at)] = (world, None, None, "wait %s\nkey %s\nwait F12\n%skey F1\nwait what the keys do here\nkey q\n" % (
                {"3": "3 People", "2": "2 Review", "5": "5 Audit"}[key], key, down) + END)
    # Nothing but that it went well: no ledger, so nothing can be chosen
    out["bare"] = (Bare(), None, None, "wait 3 People\nkey 3\nidle 100\nkey Enter\nidle 100\nkey n\nidle 100\nkey Escape\nidle 100\nkey Escape\nidle 100\n"
                   "key F12\nwait Leave\nkey Escape\nexit 0\n")
    out["twice"] = (Twice(), None, None, "wait Ledger\nkey Enter\nwait 3 People\nkey 3\nwait C001\nkey Enter\nwait 2023-11-15\nkey r\nwait Reason\ntype x\nkey Enter\n"
                    "wait 1234 5678 9018\nkey Enter\nkey h\nwait 4 entries\nkey q\nwait 2023-11-15\nkey q\nwait C001\nkey q\nwait 3 People\nkey 2\nwait certain\n"
                    "key Enter\nwait agree\nkey Escape\nwait certain\nraw absent \\e[31mx\nshell python3 $TOP/tests/lib/hostile_ps.py $D/twice.sock fds 12\n" + END)
    out["extremes"] = (Extremes(), None, None, "wait 3 People\nkey 5\nwait show a number\nkey Enter\nwait Entry 1844\nkey q\nwait show a number\nkey q\nwait 2 Review\nkey 2\n"
                       "wait Scanned by\nkey q\nwait 6 Verify\nkey 6\nwait is whole\nkey q\nwait 3 People\nkey 3\nwait C001\nkey Enter\nwait Last change\nkey q\nwait C001\nkey q\n" + END)
    for which in Picture.cases:
        good = which in Picture.good
        tail = "wait agree\nkey F5\nidle 100\nkey F5\nidle 100\nkey Down\nkey Down\nidle 100\nkey Escape\n" if good else "wait certain\nwait protocol error\n"
        if which == "many":  # more descriptors than a frame may carry
            out["picture-many"] = (Picture(which), None, None, GO["review_show"] + LOST)
            continue
        out["picture-" + which] = (Picture(which), None, None, GO["review_show"] + tail + "wait certain\nkey Escape\nwait 3 People\n" + END)
    for which in Reading.cases:
        good = which in Reading.good
        tail = "wait agree\nidle 100\nkey F5\nidle 100\nkey Escape\n" if good else "wait certain\nwait the reading process failed\nraw absent \\e[31mx\nraw absent \\xe2\\x80\\xae\n"
        out["reading-" + which] = (Reading(which), None, None, GO["review_show"] + tail + "wait certain\nkey Escape\nwait 3 People\n" + END)
    # A frame that nobody asked for, when nothing is asked: no busy loop
    return out


class Unasked(World):
    pass


def unasked(body, kind, rid):
    return [(fr(kind, rid, body), []), (fr(kind, rid, E0), [])]


def all_cases():
    out = cases()
    out["unasked"] = (World(), unasked, "subject_list",
                      "wait 3 People\nkey 3\nwait was lost\nidle 300\nshell python3 $TOP/tests/lib/hostile_ps.py $D/unasked.sock rest 1000\n"
                      "wait was lost\nkey Escape\nexit 0\n")
    return out


def widths():
    w = World()
    w.subject_list = lambda _: w.ok + [("item", [("id", "s%d" % i), ("ledger", "l1"), ("name", n), ("kana", n), ("code", "C%03d" % i), ("number", "masked")])
                                       for i, n in enumerate(WIDTHS)]
    return w


def main(argv):
    if argv[:1] == ["--serve"]:
        server = Server(argv[1], widths() if argv[2] == "widths" else all_cases()[argv[2]][0], begin_now=False)
        if os.fork():
            os._exit(0)
        os.setsid()
        null = os.open("/dev/null", os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        server.run()
    place = argv[0]
    for name, (world, bend, at, script) in all_cases().items():
        Server(os.path.join(place, name + ".sock"), world, bend, at)
        with open(os.path.join(place, name + ".t"), "w", encoding="utf-8") as f:
            f.write(script if script.startswith("title") else begin(name) + script)
    print("ready", flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main(sys.argv[1:])
