# SPDX-License-Identifier: GPL-3.0-or-later
"""What the integration tests share: TAP, the command line as a user runs it, numbers with a valid check digit, an office to test on."""
import atexit
import json
import os
import random
import re
import shutil
import subprocess
import sys

import wire

TMP = os.environ.get("TAP_TMP") or sys.exit("run by tests/integration/*.sh")
SANITIZED = bool(os.environ.get("SAN"))
LEDGER = "従業員台帳"

_n = _bad = 0


def ok(good, words, why=None):
    global _n, _bad
    _n += 1
    _bad += 0 if good else 1
    print("%s %d - %s" % ("ok" if good else "not ok", _n, words.replace("#", "no.")))
    if not good and why is not None:
        for line in str(why).splitlines()[:20]:
            print("# " + line.encode("unicode_escape").decode()[:300])
    sys.stdout.flush()
    return good


def skip(why):
    global _n
    _n += 1
    print("ok %d # SKIP %s" % (_n, why))


def done():
    print("1..%d" % _n)
    sys.exit(1 if _bad or not _n else 0)


def say(words):
    print("# " + words)
    sys.stdout.flush()


# --- numbers

def check_digit(d11):
    s = sum(int(d) * w for d, w in zip(d11, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)))
    return str(0 if s % 11 <= 1 else 11 - s % 11)


def numbers(count, seed):
    """Valid numbers that no pattern makes: no run of one digit, all different."""
    r, out = random.Random(seed), []
    while len(out) < count:
        d = "".join(r.choice("0123456789") for _ in range(11))
        if d[0] != "0" and len(set(d)) > 6 and d + check_digit(d) not in out:
            out.append(d + check_digit(d))
    return out


def holds_digits(data, number):
    """Does data hold six consecutive digits of number, in any width and grouping? Ids, hashes and dates, which hold digits by chance, are left out."""
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    text = text.translate({0xFF10 + i: 0x30 + i for i in range(10)})
    text = re.sub(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]+)?", " ", re.sub(r"\b(?=[0-9]*[a-z])[0-9a-z]{13,}\b", " ", text))
    plain = re.sub(r"(?<=\d)[ \-\u3000](?=\d)", "", text)
    return any(number[i:i + 6] in plain for i in range(7))


# --- the command line

class Run:
    def __init__(self, p):
        self.status, self.out, self.err = p.returncode, p.stdout, p.stderr

    @property
    def text(self):
        return self.out.decode("utf-8", "replace")

    @property
    def words(self):
        return self.err.decode("utf-8", "replace")

    def lines(self):
        return [json.loads(x) for x in self.text.splitlines()]

    def __repr__(self):
        return "status %d\n%s\n%s" % (self.status, self.text, self.words)


HOME = os.path.join(TMP, "home")


def home():
    """A home of its own with the profiles of the source tree, so that export finds them wherever the build is."""
    place = os.path.join(HOME, ".config/mynakura/profiles")
    if not os.path.isdir(place):
        os.makedirs(place, 0o700)
        for name in os.listdir(os.path.join(wire.TOP, "contrib/profiles")):
            if name.endswith(".json"):
                shutil.copyfile(os.path.join(wire.TOP, "contrib/profiles", name), os.path.join(place, name))
                os.chmod(os.path.join(place, name), 0o600)
    return HOME


def program(name):
    return os.path.join(wire.BIN, name)


def environment(directory):
    """A member's state belongs to one place of an office: a copy of its files elsewhere would be an older one put back (status 9)."""
    env = wire.environment(home())
    env["XDG_STATE_HOME"] = state_of(directory)
    return env


def state_of(directory):
    return os.path.join(TMP, "state", str(directory).strip("/").replace("/", "_"))


def cli(directory, *args, secrets=(), user=None, timeout=60, where=()):
    """mynakura --dir DIR ... --passphrase-fd 0 with these lines on it; where: other global words instead of --dir"""
    words = [program("mynakura"), *(where or ("--dir", directory))]
    if user is not None:
        words += ["--user", user]
    words += [*args]
    if secrets:
        words += ["--passphrase-fd", "0"]
    text = "".join(s + "\n" for s in secrets).encode()
    return Run(subprocess.run(words, input=text, capture_output=True, env=environment(directory), timeout=timeout, check=False))


def verify(directory, *args):
    return Run(subprocess.run([program("mynakura-verify"), *args, directory], stdin=subprocess.DEVNULL, capture_output=True,
                              env=wire.environment(home()), timeout=60, check=False))


# --- an office

CHIEF, CHIEF_PW = "山田", "chief-pw-1"


class Office:
    """A demo office made over the wire, so that a test of the command line does not depend on it for its ground."""

    def __init__(self, directory):
        self.dir = directory
        self.members = {}
        c = self.open()
        c.must("init", [("office", "見本商事"), ("name", CHIEF), ("passphrase", CHIEF_PW), ("demo", True), ("kdf_m", 8), ("kdf_t", 1)])
        c.login(CHIEF, CHIEF_PW)
        self.ledger = c.must("ledger_add", [("name", LEDGER)]).get("ledger")
        self.end(c)

    def open(self):
        return wire.Embedded(self.dir, self.dir + ".log")

    @staticmethod
    def end(c):
        status = c.end()
        assert status == 0, "the daemon ended with %d" % status

    def chief(self):
        c = self.open()
        c.login(CHIEF, CHIEF_PW)
        return c

    def member(self, account, role, grant=None, name=None):
        """Adds and activates; passphrase pw-ACCOUNT. The grants are to ledgers by name."""
        c = self.chief()
        r = c.must("member_add", [("name", name or account), ("account", account), ("roles", role)])
        self.end(c)
        c = self.open()
        c.must("member_activate", [("member", account), ("otc", r.get("otc")), ("new_passphrase", "pw-" + account)])
        self.end(c)
        if grant is not None:
            c = self.chief()
            for ledger in [grant] if isinstance(grant, str) else grant:
                c.must("ledger_grant", [("ledger", ledger), ("member", account)])
            self.end(c)
        self.members[account] = r.get("member")
        return r.get("member")

    def add(self, c, number=None, **kw):
        pairs = wire.fields(**kw)
        if number is not None:
            pairs += [("number", number), ("number", number)]
        return c.must("subject_add", [("ledger", LEDGER)] + pairs)

    def trail(self):
        return trail(self.dir)

    def log(self):
        with open(self.dir + ".log", "rb") as f:
            return f.read()


def segments(directory):
    d = os.path.join(directory, "trail")
    return [os.path.join(d, n) for n in sorted(os.listdir(d)) if n.endswith(".jsonl")]


def trail(directory):
    """The lines of the trail's files, parsed."""
    out = []
    for path in segments(directory):
        with open(path, encoding="utf-8") as f:
            out += [json.loads(line) for line in f]
    return out


def trail_whole(directory):
    """The same without a last line that was torn."""
    out = []
    for path in segments(directory):
        with open(path, "rb") as f:
            out += [json.loads(line) for line in f if line.endswith(b"}\n")]
    return out


def fresh(name):
    return os.path.join(TMP, name)


def copy_tree(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.rmtree(state_of(target), ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)
    return target


def unmount_all():
    with open("/proc/self/mounts") as f:
        for line in f:
            place = line.split()[1]
            if place.startswith(TMP + "/"):
                subprocess.run(["umount", "-l", place], check=False)


atexit.register(unmount_all)
