#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second verifier of trails, written from man/mynakura-trail.5 alone, to be compared with
mynakura-verify. Python's standard library and a small Ed25519 from RFC 8032; not fast.

verify.py [--head H] [--key K] DIR     prints one JSON object
verify.py --batch                      reads lines DIR<TAB>HEAD<TAB>KEY, prints one object a line
"""
import hashlib
import json
import os
import re
import sys

# --- Ed25519, RFC 8032 5.1: verification only

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def mul(s, p):
    q = (0, 1, 1, 0)
    while s > 0:
        if s & 1:
            q = add(q, p)
        p = add(p, p)
        s >>= 1
    return q


def equal(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if (x & 1) != sign else x


def decompress(b):
    y = int.from_bytes(b, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519_verify(public, msg, sig):
    a, r = decompress(public), decompress(sig[:32])
    s = int.from_bytes(sig[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(sig[:32] + public + msg).digest(), "little") % L
    return equal(mul(s, BASE), add(r, mul(h, a)))


# --- the trail

SEGMENT = re.compile(r"\d{4}-(0[1-9]|1[0-2])\.jsonl")
LINE = re.compile(
    rb'\{"seq":([1-9][0-9]{0,18})'
    rb'(?:,"salt":"([0-9a-f]{32})","leaf":"([0-9a-f]{64})","link":"([0-9a-f]{64})","body":(\{[\x20-\xff]*\})'
    rb'|,"leaf":"([0-9a-f]{64})","link":"([0-9a-f]{64})")\}',
    re.S,
)
TIME = rb"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2})"
GENESIS = re.compile(
    rb'\{"kind":"genesis","time":"' + TIME + rb'","format":1,"vault":"([0-9a-z-]{1,64})","key":"([0-9a-f]{64})"\}')
CHECKPOINT = re.compile(
    rb'(\{"kind":"checkpoint","time":"' + TIME + rb'","index":(0|[1-9][0-9]{0,18}),(?:.*,)?'
    rb'"next":"([0-9a-f]{64})"),"sig":"([0-9a-f]{128})"\}', re.S)
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
LINE_MAX = 65536


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def time_exists(text):
    y, mo, d, h, mi, s = (int(text[a:b]) for a, b in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19)))
    zh, zm = int(text[20:22]), int(text[23:25])
    leap = (y % 4 == 0 and y % 100 != 0) or y % 400 == 0
    days = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (y >= 1 and 1 <= mo <= 12 and 1 <= d <= days[mo - 1] and h < 24 and mi < 60 and s <= 60 and
            zh <= 14 and zm < 60)


def kept(text):
    """A kept head or key as (bits, number of bits)."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        return int(text, 16), 256
    value, n = 0, 0
    for c in text.lower():
        if c in " -":
            continue
        c = {"i": "1", "l": "1", "o": "0"}.get(c, c)
        value, n = value * 32 + LETTERS.index(c), n + 1
    if n != 20:
        raise ValueError("not a head")
    return value, 100


def is_kept(k, digest):
    return int.from_bytes(digest, "big") >> (256 - k[1]) == k[0]


class Fault(Exception):
    pass


class Walk:
    def __init__(self, head, key):
        self.head, self.key = head, key
        self.entries, self.link = 0, bytes(32)
        self.index = self.unsigned = self.head_seq = self.purged = 0
        self.vault = self.signer = None

    def genesis(self, seq, body):
        m = GENESIS.fullmatch(body) if body is not None and seq == 1 else None
        if m is None or not time_exists(m[1]):
            raise Fault("genesis")
        self.vault, self.signer = m[2], bytes.fromhex(m[3].decode())
        if self.key is not None:
            whole = self.key[1] == 256 and is_kept(self.key, self.signer)
            if not whole and not is_kept(self.key, sha256(b"mynakura genesis", self.signer)):
                raise Fault("key")

    def checkpoint(self, seq, salt, body):
        m = CHECKPOINT.fullmatch(body)
        if m is None or not time_exists(m[2]) or int(m[3]) != self.index:
            raise Fault("checkpoint")
        msg = b"".join((b"mynakura checkpoint\0", self.vault, b"\0", seq.to_bytes(8, "big"), self.link,
                        sha256(salt, m[1])))
        if not ed25519_verify(self.signer, msg, bytes.fromhex(m[5].decode())):
            raise Fault("signature")
        self.signer = bytes.fromhex(m[4].decode())
        self.index += 1
        self.unsigned = 0

    def line(self, text):
        m = LINE.fullmatch(text) if len(text) < LINE_MAX else None
        if m is None or int(m[1]) >= 2**63:
            raise Fault("syntax")
        seq, body = int(m[1]), m[5]
        if seq != self.entries + 1:
            raise Fault("seq")
        leaf = bytes.fromhex((m[3] or m[6]).decode())
        link = bytes.fromhex((m[4] or m[7]).decode())
        salt = None if body is None else bytes.fromhex(m[2].decode())
        if body is not None and sha256(b"\0", salt, body) != leaf:
            raise Fault("leaf")
        if sha256(b"\2", self.link, seq.to_bytes(8, "big"), leaf) != link:
            raise Fault("link")
        if seq == 1 or (body is not None and body.startswith(b'{"kind":"genesis"')):
            self.genesis(seq, body)
        elif body is not None and body.startswith(b'{"kind":"checkpoint"'):
            self.checkpoint(seq, salt, body)
        else:
            self.unsigned += 1
            if self.unsigned > 4096:
                raise Fault("unsigned")
        self.entries, self.link = seq, link
        self.purged += body is None
        if self.head is not None and is_kept(self.head, link):
            self.head_seq = seq

    def segment(self, path, last):
        with open(path, "rb") as f:
            data = f.read()
        lines = data.split(b"\n")
        rest = lines.pop()
        for text in lines:
            self.line(text)
        if rest:
            raise Fault("torn" if last and len(rest) < LINE_MAX else "syntax")


def verify(path, head, key):
    """None when there is no trail."""
    names = [n for n in os.listdir(path) if n.endswith(".jsonl")]
    if not names and os.path.isdir(os.path.join(path, "trail")):
        path = os.path.join(path, "trail")
        names = [n for n in os.listdir(path) if n.endswith(".jsonl")]
    if not names:
        return None
    good = sorted(n for n in names if SEGMENT.fullmatch(n) and n[:4] != "0000")
    w = Walk(None if not head else kept(head), None if not key else kept(key))
    why = "ok"
    try:
        for n in good:
            w.segment(os.path.join(path, n), n == good[-1])
    except Fault as f:
        why = str(f)
    if why in ("ok", "torn") and w.head is not None and w.head_seq == 0:
        why = "head"
    if why == "ok" and len(good) != len(names):
        why = "segment"
    if why == "ok" and w.entries == 0:
        why = "genesis"
    out = {"ok": why == "ok", "entries": w.entries, "head": w.link.hex(), "checkpoints": w.index,
           "unsigned_tail": w.unsigned, "purged": w.purged}
    if why != "ok":
        out.update(seq=w.entries + 1, why=why)
    return out


def main(argv):
    if argv == ["--batch"]:
        for line in sys.stdin:
            path, head, key = line.rstrip("\n").split("\t")
            print(json.dumps(verify(path, head, key)))
        return 0
    options = {"--head": None, "--key": None}
    while len(argv) > 2 and argv[0] in options:
        options[argv[0]] = argv[1]
        argv = argv[2:]
    if len(argv) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    result = verify(argv[0], options["--head"], options["--key"])
    if result is None:
        print("no trail", file=sys.stderr)
        return 12
    print(json.dumps(result))
    return 0 if result["ok"] else 8


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
