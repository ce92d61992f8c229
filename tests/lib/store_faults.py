# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage to the files of a vault, as its user meets it. SEED=N repeats a run."""
import collections
import hashlib
import os
import random
import subprocess
import time

import kit
import wire
from kit import LEDGER, cli, ok

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
rnd = random.Random(SEED)
kit.say("SEED=%d" % SEED)
FLIPS = 12 if kit.SANITIZED else 40
NUMBERS = kit.numbers(60, 31)
PAYEES = "支払先台帳"
office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER)
c = office.chief()
c.must("ledger_add", [("name", PAYEES), ("class", "payee")])
c.must("ledger_grant", [("ledger", PAYEES), ("member", "suzuki")])
office.end(c)
c = office.open()
c.login("suzuki", "pw-suzuki")
for i in range(40):
    office.add(c, NUMBERS[i], name="人%s" % chr(0x4E00 + i), code="A%02d" % i)
for i in range(40, 50):
    c.must("subject_add", [("ledger", PAYEES), ("number", NUMBERS[i]), ("number", NUMBERS[i])] + wire.fields(name="先%s" % chr(0x4E00 + i), code="B%02d" % i))
ledgers = {x: dict(y)["id"] for y in c.must("ledger_list").all("item") for x in [dict(y)["name"]]}
office.end(c)
V = {"keyring": "vault/keyring", "main": "vault/main.db", "ledger": "vault/ledger-%s.db" % ledgers[LEDGER], "payees": "vault/ledger-%s.db" % ledgers[PAYEES]}
SIZE = {k: os.path.getsize(os.path.join(office.dir, v)) for k, v in V.items()}
WHOLE = {"A%02d" % i: (chr(0x4E00 + i), NUMBERS[i]) for i in range(40)} | {"B%02d" % i: (chr(0x4E00 + i), NUMBERS[i]) for i in range(40, 50)}
work = kit.fresh("work")


def look(directory, reveals=("A00", "A17", "A39", "B45")):
    """What a user sees: (kind, status, words). kind: whole, told (an error with words of the table), or what is wrong."""
    c = wire.Embedded(directory, directory + ".log")
    told = []

    def ask(name, pairs=()):
        r = c.call(name, pairs)
        if r.error != 0:
            told.append(r)
        return r

    try:
        if ask("hello").error or ask("login", [("member", "suzuki"), ("passphrase", "pw-suzuki")]).error:
            return "told", told[0].status, told[0].name
        seen, cursor = {}, None
        for _ in range(20):
            r = ask("subject_list", [("cursor", cursor)] if cursor else [])
            seen.update({dict(x)["code"]: dict(x)["name"] for x in r.all("item") if "code" in dict(x)})
            cursor = r.get("cursor")
            if r.error or not cursor:
                break
        for code, name in seen.items():
            if code not in WHOLE or name[1:] != WHOLE[code][0]:
                return "a wrong name", 0, "%s %s" % (code, name)
        if not told and set(seen) != set(WHOLE):
            return "people missing without a word", 0, " ".join(sorted(set(WHOLE) - set(seen)))
        for code in reveals:
            r = ask("reveal", [("subject", code), ("reason", "照合")])
            if r.get("number") not in (None, WHOLE[code][1]):
                return "a wrong number", 0, code
            if r.error == 0 and r.get("number") is None:
                return "no number and no word", 0, code
        return ("told", told[0].status, told[0].name) if told else ("whole", 0, "")
    except wire.Lost:
        return "told" if told else "the line was lost without a word", told[0].status if told else 1, ""
    finally:
        status = c.end()
        if status < 0:
            raise AssertionError("the daemon ended by signal %d" % -status)


def damaged(change):
    kit.copy_tree(office.dir, work)
    change(work)
    return look(work)


def put(directory, what, at, data):
    with open(os.path.join(directory, V[what]), "r+b") as f:
        f.seek(at)
        f.write(data)


def flip(what, at, bit):
    def change(d):
        with open(os.path.join(d, V[what]), "r+b") as f:
            f.seek(at)
            b = f.read(1)[0]
            f.seek(at)
            f.write(bytes([b ^ (1 << bit)]))
    return change


ok(damaged(lambda d: None) == ("whole", 0, ""), "control: without damage everything is there and right")

# --- bit flips
for what in ("main", "ledger", "payees"):
    results, wrong = collections.Counter(), []
    places = [0, 16, 18, 24, 28, 92, 99] + [rnd.randrange(SIZE[what]) for _ in range(FLIPS)]
    for at in places:
        kind, status, words = damaged(flip(what, at, rnd.randrange(8)))
        results[(kind, status)] += 1
        if kind not in ("told", "whole") or (kind == "told" and status != 8):
            wrong.append("%s byte %d: %s %d %s" % (V[what], at, kind, status, words))
    ok(not wrong, "%s: %d flipped bits: told with status 8 or without effect: %s" % (what, len(places), {"%s %d" % k: n for k, n in results.items()}), "\n".join(wrong))
    ok(results[("told", 8)] > 0, "control: some of them hit something")

# every page in turn loses a byte: each page is one of the database's, so each damage must be told by --deep or by what reads it; no value may be wrong
wrong = []
for page in range(SIZE["ledger"] // 4096):
    kind, status, words = damaged(flip("ledger", page * 4096 + 2000, 3))
    if kind not in ("told", "whole") or (kind == "told" and status != 8):
        wrong.append("page %d: %s %d %s" % (page + 1, kind, status, words))
ok(not wrong, "a ledger's %d pages damaged one after the other: never a wrong value" % (SIZE["ledger"] // 4096), "\n".join(wrong))

# --- cut files
wrong = []
for what in ("main", "ledger"):
    for size in (0, 1, 99, 100, 4095, 4096, 8192, SIZE[what] // 2, SIZE[what] - 4096):
        kind, status, words = damaged(lambda d: os.truncate(os.path.join(d, V[what]), size))
        if kind != "told" or status != 8:
            wrong.append("%s cut to %d: %s %d %s" % (what, size, kind, status, words))
    kind, status, words = damaged(lambda d: os.truncate(os.path.join(d, V[what]), SIZE[what] - 1))
    if kind not in ("told", "whole") or (kind == "told" and status != 8):
        wrong.append("%s without its last byte: %s %d %s" % (what, kind, status, words))
ok(not wrong, "main.db and a ledger cut to 9 lengths each: status 8; without the last byte never a wrong value", "\n".join(wrong))
wrong = []
for what in ("main", "ledger", "keyring"):
    kind, status, words = damaged(lambda d: os.unlink(os.path.join(d, V[what])))
    if kind != "told" or status not in (8, 13):
        wrong.append("%s gone: %s %d %s" % (what, kind, status, words))
    kind, status, words = damaged(lambda d: put(d, what, 0, os.urandom(SIZE[what])))
    if kind != "told" or status != 8:
        wrong.append("%s all random: %s %d %s" % (what, kind, status, words))
ok(not wrong, "files gone or overwritten with random bytes: told", "\n".join(wrong))

# --- swapped
with open(os.path.join(office.dir, V["ledger"]), "rb") as f:
    LEDGER_BYTES = f.read()
with open(os.path.join(office.dir, V["payees"]), "rb") as f:
    PAYEES_BYTES = f.read()


def swap_files(d):
    os.rename(os.path.join(d, V["ledger"]), os.path.join(d, "x"))
    os.rename(os.path.join(d, V["payees"]), os.path.join(d, V["ledger"]))
    os.rename(os.path.join(d, "x"), os.path.join(d, V["payees"]))


def swap_pages(a, b):
    def change(d):
        put(d, "ledger", a * 4096, LEDGER_BYTES[b * 4096:b * 4096 + 4096])
        put(d, "ledger", b * 4096, LEDGER_BYTES[a * 4096:a * 4096 + 4096])
    return change


got = damaged(swap_files)
ok(got[:2] == ("told", 8), "two ledgers' files swapped: status 8", got)
pages = len(LEDGER_BYTES) // 4096
wrong = []
for _ in range(8):
    a, b = rnd.sample(range(pages), 2)
    got = damaged(swap_pages(a, b))
    if got[0] not in ("told", "whole") or (got[0] == "told" and got[1] != 8):
        wrong.append("pages %d and %d: %s" % (a + 1, b + 1, got))
got = damaged(swap_pages(0, 1))
ok(not wrong and got[:2] == ("told", 8), "pages of a ledger swapped: never a wrong value", "\n".join(wrong + [repr(got)]))
got = damaged(lambda d: put(d, "ledger", 4096, PAYEES_BYTES[4096:8192]))
ok(got[:2] == ("told", 8), "a page of another ledger put in: status 8", got)
got = damaged(lambda d: put(d, "main", 4096, LEDGER_BYTES[4096:8192]))
ok(got[:2] == ("told", 8), "a page of a ledger put into main.db: status 8", got)

other = kit.Office(kit.fresh("other"))
other.member("suzuki", "clerk", LEDGER)


def foreign(what):
    def change(d):
        with open(os.path.join(other.dir, "vault", what), "rb") as f, open(os.path.join(d, "vault", what), "wb") as g:
            g.write(f.read())
    return change


for what in ("keyring", "main.db"):
    got = damaged(foreign(what))
    ok(got[:2] == ("told", 8), "another vault's %s: status 8" % what, got)

# --- the keyring: two copies
COPY = SIZE["keyring"] // 2
with open(os.path.join(office.dir, V["keyring"]), "rb") as f:
    KEYRING = f.read()
used = len(KEYRING[:COPY].rstrip(b"\0"))
got = damaged(lambda d: put(d, "keyring", 0, b"\xff" * COPY))
ok(got[0] == "whole", "the keyring's first copy destroyed: the second opens", got)
events = [x["body"].get("action") for x in kit.trail(work)]
with open(os.path.join(work, V["keyring"]), "rb") as f:
    mended = f.read()
ok("keyring_repair" in events and mended[:COPY] == mended[COPY:], "it is repaired from the second, and the trail says so", events[-8:])
r = cli(kit.copy_tree(office.dir, work), "login", user="suzuki", secrets=["pw-suzuki"])
put(work, "keyring", COPY, b"\0" * COPY)
r2 = cli(work, "login", user="suzuki", secrets=["pw-suzuki"])
ok(r.status == 0 and r2.status == 0 and "keyring" in (r2.text + r2.words).lower() and "keyring" not in (r.text + r.words).lower(),
   "the second copy destroyed: the login says that it was repaired; control: without damage it does not", (r, r2))
got = damaged(lambda d: (put(d, "keyring", 0, b"\xff" * COPY), put(d, "keyring", COPY, b"\xff" * COPY)))
ok(got[:2] == ("told", 8), "both copies destroyed: status 8", got)
results, wrong = collections.Counter(), []
for i in range(FLIPS):
    at, bit = rnd.randrange(used), rnd.randrange(8)

    def both(d):
        flip("keyring", at, bit)(d)
        flip("keyring", COPY + at, bit)(d)

    kind, status, words = damaged(both)
    results[(kind, status, words)] += 1
    if kind != "told" or status not in (8, 12):
        wrong.append("byte %d bit %d in both: %s %d %s" % (at, bit, kind, status, words))
ok(not wrong, "the same bit flipped in both copies, %d times: always told: %s" % (FLIPS, {"%s %d" % k[1:][::-1]: n for k, n in results.items()}), "\n".join(wrong))
wrong = []
for size in (0, 1, 127, 128, COPY - 1, COPY, COPY + 1, 2 * COPY - 1):
    kind, status, words = damaged(lambda d: os.truncate(os.path.join(d, V["keyring"]), size))
    if kind not in ("told", "whole") or (kind == "told" and status not in (8, 13)) or (kind == "whole" and size < used):
        wrong.append("cut to %d: %s %d %s" % (size, kind, status, words))
ok(not wrong, "the keyring cut to 8 lengths: told, or opened from the copy that is whole", "\n".join(wrong))

# --- an older day
old = kit.copy_tree(office.dir, kit.fresh("old"))
c = office.open()
c.login("suzuki", "pw-suzuki")
office.add(c, NUMBERS[55], name="人新", code="A55")
office.end(c)


def older(*names):
    def change(d):
        for n in names:
            with open(os.path.join(old, V[n]), "rb") as f, open(os.path.join(d, V[n]), "wb") as g:
                g.write(f.read())
    return change


WHOLE["A55"] = ("新", NUMBERS[55])
got = damaged(lambda d: None)
ok(got[0] == "whole", "control: the newer vault is whole", got)
got = damaged(older("ledger"))
ok(got[:2] == ("told", 9), "an older copy of a ledger: status 9", got)
got = damaged(older("ledger", "payees", "main", "keyring"))
ok(got[:2] == ("told", 9), "an older copy of the whole vault beside the trail: status 9", got)
c = office.chief()
c.must("member_add", [("name", "新人"), ("roles", "clerk")])
office.end(c)
got = damaged(older("main"))
ok(got[:2] == ("told", 9), "an older copy of main.db: status 9", got)
r = cli(work, "subject", "list", user="suzuki", secrets=["pw-suzuki"])
ok(r.status == 9 and r.err, "and by the command line: status 9 and words", r)

# --- an embedded program does not open an installed vault
def installed(d):
    for at in (0, COPY):
        put(d, "keyring", at + 10, b"\1")


# taking a grant away, and an older keyring that would give it back
with open(os.path.join(office.dir, V["keyring"]), "rb") as f:
    granted = f.read()
c = office.chief()
c.must("ledger_revoke", [("ledger", PAYEES), ("member", "suzuki")])
office.end(c)
r = cli(office.dir, "reveal", "B45", "--ledger", PAYEES, "--reason", "x", user="suzuki", secrets=["pw-suzuki"])
ok(r.status == 4, "control: a revoked clerk gets status 4", r)
kit.copy_tree(office.dir, work)
put(work, "keyring", 0, granted)
r = cli(work, "reveal", "B45", "--ledger", PAYEES, "--reason", "x", user="suzuki", secrets=["pw-suzuki"])
ok(r.status == 9 and not kit.holds_digits(r.out + r.err, NUMBERS[45]), "the keyring of before put back: status 9", r)
put(work, "keyring", 0, granted[:32] + b"\0" * 7 + b"\xff" + granted[40:])
r = cli(work, "login", user="suzuki", secrets=["pw-suzuki"])
ok(r.status in (8, 9), "with a higher number written into one copy: told (status %d)" % r.status, r)
c = office.chief()
c.must("ledger_grant", [("ledger", PAYEES), ("member", "suzuki")])
office.end(c)
with open(os.path.join(office.dir, V["keyring"]), "rb") as f:
    KEYRING = f.read()

got = damaged(installed)
ok(got[:2] == ("told", 8), "a keyring that says it is an installed office's, with the old sum: status 8", got)


def installed_with_sum(d):
    """What somebody would do who has read mynakura-vault(5): form 1 and a new checksum. The MAC he cannot make."""
    n = int.from_bytes(KEYRING[60:64], "big")
    image = KEYRING[:10] + b"\1" + KEYRING[11:n - 64]
    for at in (0, COPY):
        put(d, "keyring", at, image + hashlib.sha256(image).digest())


got = damaged(installed_with_sum)
ok(got[:2] == ("told", 12), "the same with a new sum: it belongs to another form of installation, status 12", got)


def demo_to_real(d):
    n = int.from_bytes(KEYRING[60:64], "big")
    image = KEYRING[:11] + b"\1" + KEYRING[12:n - 64]
    for at in (0, COPY):
        put(d, "keyring", at, image + hashlib.sha256(image).digest())


got = damaged(demo_to_real)
ok(got[:2] == ("told", 8), "a demo office's keyring made a real one's, with a new sum: status 8", got)


def weaker(d):
    """The cost of new slots made cheaper, with a new sum: only the MAC shows it."""
    n = int.from_bytes(KEYRING[60:64], "big")
    image = KEYRING[:32] + (int.from_bytes(KEYRING[32:40], "big") + 1).to_bytes(8, "big") + KEYRING[40:n - 64]
    for at in (0, COPY):
        put(d, "keyring", at, image + hashlib.sha256(image).digest())


got = damaged(weaker)
ok(got[:2] == ("told", 8), "a keyring changed with a new sum but without the MAC's key: status 8", got)

# --- two programs on one folder
kit.copy_tree(office.dir, work)
first = wire.Embedded(work, work + ".log")
first.login("suzuki", "pw-suzuki")
start = time.monotonic()
r = cli(work, "subject", "list", user="suzuki", secrets=["pw-suzuki"])
waited = time.monotonic() - start
ok(r.status == 11 and r.err and 4.5 <= waited <= 9, "a second program on the same folder waits 5 s: status 11 after %.1f s" % waited, r)
p = subprocess.Popen([kit.program("mynakura"), "--dir", work, "--user", "suzuki", "--passphrase-fd", "0", "subject", "list", "--json"], stdin=subprocess.PIPE,
                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=wire.environment(kit.home()))
p.stdin.write(b"pw-suzuki\n")
p.stdin.flush()
time.sleep(1.5)
ok(p.poll() is None and first.call("subject_list").error == 0, "it waits while the first goes on working")
first.end()
out, err = p.communicate(timeout=30)
ok(p.returncode == 0 and len(out.splitlines()) == len(WHOLE), "the first ends: the second goes on and lists all", (p.returncode, out[-200:], err))
kit.done()
