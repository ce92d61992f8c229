# SPDX-License-Identifier: GPL-3.0-or-later
"""What a walk works with: the clock of its week, members as accounts of the PC, the service, what left the vault, and the search for
what must stand nowhere. Runs as root in the namespace of tests/lib/installed.sh."""
import datetime
import hashlib
import json
import os
import pwd
import stat
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["TAP_TOP"], "tests/lib"))
import kit  # noqa: E402
import wire  # noqa: E402

BIN = "/run/mk/bin/"
SOCKET = "/run/mynakura/socket"
STATE = "/var/lib/mynakura"
LOG = os.path.join(kit.TMP, "daemon.log")
JST = datetime.timezone(datetime.timedelta(hours=9))
PASS = {}
left = []  # (member, subject) of every number that left the vault
spoken = []  # everything a command printed, but for what may hold a number


def phrase(who):
    """Nobody else's on this machine: it is searched for."""
    return PASS.setdefault(who, "the %s phrase of walk %d" % (who, os.getpid()))


# --- the clock

_wall = _up = 0


def _shift(wall, up):
    global _wall, _up
    _wall, _up = _wall + wall, _up + up
    with open("/run/walk/clock", "r+b", buffering=0) as f:
        f.write(b"%-64s" % (b"%d %d" % (_wall, _up)))


def _to(when):
    return int(datetime.datetime.fromisoformat(when + "+09:00").timestamp() - time.time()) + 1


def at(when):
    """Time passes until then (2026-11-30T09:00); whoever was logged in sat there all the while."""
    _shift(_to(when), _to(when))


def set_clock(when):
    """Somebody sets the PC's clock."""
    _shift(_to(when), 0)


# --- members

def uid(who):
    return pwd.getpwnam(who).pw_uid


def as_account(who, words, text=b"", **kw):
    home = pwd.getpwnam(who).pw_dir
    return kit.Run(subprocess.run(
        ["setpriv", "--reuid", who, "--regid", who, "--init-groups", "env", "-i", "HOME=" + home, "PATH=" + BIN + ":/usr/bin:/bin",
         "USER=" + who, "LOGNAME=" + who, "LANG=C.UTF-8", *words], input=text, capture_output=True, timeout=60, check=False, cwd="/", **kw))


def run(who, *words, more=(), first=None, secret=False):
    """mynakura as who; more: what follows the passphrase on the descriptor; first: instead of it; secret: its output is a number's."""
    lines = (phrase(who) if first is None else first, *more)
    r = as_account(who, [BIN + "mynakura", "--passphrase-fd", "0", "--json", *words], "".join(x + "\n" for x in lines).encode())
    if not secret or r.status != 0:
        spoken.append((" ".join(words), r.out + r.err))
    return r


def answer(r):
    lines = r.lines()
    return lines[-1] if lines else {}


def waits(r):
    """The id under which it waits for a second person, None when it does not."""
    return answer(r).get("error", {}).get("approval") if r.status == 5 else None


def code_of(r):
    return answer(r).get("code")


def activate(who, code):
    return run(who, "member", "activate", who, first=code, more=(phrase(who),))


def reveal(who, subject, *words, why="照合"):
    """One number by the command line; it is noted as gone when it came."""
    r = run(who, "reveal", subject, "--reason", why, *words, secret=True)
    if r.status == 0:
        left.append((who, answer(r)["subject"]))
    return r


def reveal_batch(who, subjects, why="照合"):
    """Many over one login; how many came."""
    lines = [phrase(who)] + ["reveal %s --reason %s --json" % (s, why) for s in subjects]
    r = as_account(who, [BIN + "mynakura", "--passphrase-fd", "0", "batch"], "".join(x + "\n" for x in lines).encode())
    got = [json.loads(x) for x in r.text.splitlines() if '"number"' in x]
    left.extend((who, g["subject"]) for g in got)
    return {g["subject"]: g["number"] for g in got}, r


def export(who, subjects, name, *words):
    path = os.path.join(pwd.getpwnam(who).pw_dir, name)
    people = [w for s in subjects for w in ("--subject", s)]
    r = run(who, "export", "--profile", "generic-utf8", "--ledger", kit.LEDGER, *people, "-o", path, *words)
    if r.status == 0:
        left.extend((who, s) for s in subjects)
    return path, r


def connect(who):
    """A program of the account's own on the socket: the kernel notes who calls connect()."""
    entry = pwd.getpwnam(who)
    os.setgroups(os.getgrouplist(who, entry.pw_gid))
    os.setegid(entry.pw_gid)
    os.seteuid(entry.pw_uid)
    try:
        return wire.Client.connect(SOCKET)
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups([])


def session(who):
    c = connect(who)
    c.must("auth")
    c.login(who, phrase(who))
    return c


def gone(c):
    """Is this connection's session at an end (told or not)?"""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            if c.call("status").name == "LOCKED":
                return True
        except wire.Lost:
            return True
        time.sleep(0.1)
    return False


# --- the service

class Service:
    def __init__(self):
        self.p = None

    def start(self):
        with open(LOG, "ab") as err:
            self.p = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", BIN + "mynakurad", "--foreground"],
                                      stdin=subprocess.DEVNULL, stdout=err, stderr=err)
        return self.ready()

    def ready(self):
        end = time.monotonic() + 20
        while time.monotonic() < end and self.p.poll() is None:
            try:
                c = connect("yamada")
                c.call("hello")
                c.close()
                return True
            except (OSError, wire.Lost):
                time.sleep(0.05)
        return False

    def roles(self):
        return wire.roles_of(self.p.pid)

    def stop(self):
        self.p.terminate()
        return self.p.wait(30)


# --- the trail's lines

def trail():
    """Every entry's body, with its seq."""
    time.sleep(0.6)  # what nobody waits for is on the disk half a second later
    return [dict(x["body"], seq=x["seq"]) for x in kit.trail(STATE)]


def of(action, kind=None, **want):
    return [b for b in trail() if b.get("action") == action and (kind is None or b.get("kind") == kind) and all(b.get(k) == v for k, v in want.items())]


# --- what must stand nowhere

def forms(n):
    four = (n[0:4], n[4:8], n[8:12])
    return {"digits": n.encode(), "digits without the last": n[:11].encode(), "digits reversed": n[::-1].encode(), "groups": " ".join(four).encode(),
            "groups with hyphens": "-".join(four).encode(), "full width": n.translate({0x30 + i: 0xFF10 + i for i in range(10)}).encode(),
            "UTF-16": n.encode("utf-16-le"), "UTF-32": n.encode("utf-32-le"), "BCD": bytes.fromhex(n), "one digit a byte": bytes(map(int, n)),
            "hexadecimal": n.encode().hex().encode(), "SHA-256": hashlib.sha256(n.encode()).digest(),
            "SHA-256 in hexadecimal": hashlib.sha256(n.encode()).hexdigest().encode()}


def needles(numbers):
    out = [("number %d as %s" % (i, form), b) for i, n in enumerate(numbers) for form, b in forms(n).items()]
    return out + [("passphrase of " + who, p.encode()) for who, p in PASS.items()]


def search(data, wanted):
    return [what for what, b in wanted if b in data]


def files(root, wanted=lambda path, s: True):
    """{path: bytes} of the plain files below root that `wanted` wants; a work tree of git is no place of the office's."""
    out = {}
    for base, dirs, names in os.walk(root):
        dirs[:] = [d for d in dirs if not os.path.exists(os.path.join(base, d, ".git"))]
        for path in (os.path.join(base, n) for n in names):
            try:
                s = os.lstat(path)
                if stat.S_ISREG(s.st_mode) and wanted(path, s):
                    with open(path, "rb") as f:
                        out[path] = f.read()
            except OSError:
                pass  # of another program, and gone by now
    return out


def shared_places(since):
    """What the walk may have left where other programs write too: files of the office's accounts, and new ones that root has at the top."""
    accounts = {p.pw_uid for p in pwd.getpwall() if 64000 <= p.pw_uid < 64100}
    out = {}
    for root in ("/tmp", "/var/tmp", "/var/log", "/dev/shm"):
        out.update(files(root, lambda path, s, top=root: s.st_uid in accounts or (os.path.dirname(path) == top and s.st_mtime >= since)))
    return out


class Watch(threading.Thread):
    """Looks at command line, environment and account of every process of the walk, again and again."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.readers, self.on, self.looks = {}, set(), True, 0

    def look(self, pid):
        for kind in ("cmdline", "environ"):
            try:
                with open("/proc/%d/%s" % (pid, kind), "rb") as f:
                    data = f.read()
            except OSError:
                continue
            self.seen.setdefault(kind, set()).add(data)
            if kind == "cmdline" and b"mynakura-read" in data:
                try:
                    self.readers.add((data.split(b"\0")[1].decode(), os.stat("/proc/%d" % pid).st_uid))
                except (OSError, IndexError):
                    pass

    def run(self):
        me = os.getpid()
        while self.on:
            todo = wire.children(me)
            while todo:
                pid = todo.pop()
                todo += wire.children(pid)
                self.look(pid)
            self.looks += 1
            time.sleep(0.02)
