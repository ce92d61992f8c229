# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed form from a test's side, in the namespace that tests/lib/installed.sh made: the daemon, its processes, members' programs."""
import ctypes
import json
import os
import pwd
import signal
import socket
import subprocess
import time

import wire
from kit import check_digit

MK = os.environ["MK"]
STATE, SOCKET, SECRET = "/var/lib/mynakura", "/run/mynakura/socket", "/etc/mynakura/pc-secret"
LEDGER = "従業員台帳"
LOG = os.path.join(os.environ["TAP_TMP"], "daemon.log")


def number(n):
    d = "%011d" % n
    return d + check_digit(d)


def phrase(name):
    return "the %s phrase" % name


def wait(what, seconds=10, step=0.02):
    """The first true value of what(), or None when it does not come."""
    end = time.monotonic() + seconds
    while True:
        v = what()
        if v:
            return v
        if time.monotonic() > end:
            return None
        time.sleep(step)


# --- processes as /proc shows them

def status(pid):
    try:
        with open("/proc/%d/status" % pid) as f:
            return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
    except OSError:
        return {}


def children(pid):
    out = []
    for p in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % p) as f:
                if int(f.read().rsplit(")", 1)[1].split()[1]) == pid:
                    out.append(int(p))
        except OSError:
            pass
    return out


def cmdline(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as f:
            return f.read().decode().split("\0")
    except OSError:
        return []


def maps(pid):
    """(start, end, locked) of what is readable and private"""
    out, area = [], None
    with open("/proc/%d/smaps" % pid) as f:
        for line in f:
            w = line.split()
            if "-" in w[0] and not w[0].endswith(":"):
                a, b = (int(x, 16) for x in w[0].split("-"))
                area = [a, b, False, w[1].startswith("r")]
                if area[3] and "[vv" not in line and "[vdso" not in line and "[vsys" not in line:
                    out.append(area)
            elif w[0] == "VmFlags:" and area is not None:
                area[2] = "lo" in w[1:]
    return [(a, b, lo) for a, b, lo, _ in out]


def memory(pid, locked=False):
    """All readable memory of a process (root's right), or only what is locked."""
    out = []
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as f:
        for a, b, lo in maps(pid):
            if locked and not lo:
                continue
            try:
                f.seek(a)
                out.append(f.read(b - a))
            except OSError:
                pass
    return out


def windows(blocks):
    """16 bytes at each multiple of 16 that look like a key: at least 13 different ones"""
    out = set()
    for b in blocks:
        for i in range(0, len(b) - 15, 16):
            w = b[i:i + 16]
            if len(set(w)) >= 13:
                out.add(w)
    return out


# --- the daemon

class Daemon:
    pids = set()  # of every monitor of this test

    def __init__(self, argv=None, env=None):
        self.argv = argv or [MK + "/bin/mynakurad", "--foreground"]
        self.env = env
        self.p = None

    def start(self):
        libc = ctypes.CDLL(None)
        self.p = subprocess.Popen(self.argv, stderr=open(LOG, "ab"), env=self.env, cwd="/",
                                  preexec_fn=lambda: libc.prctl(1, signal.SIGTERM))
        Daemon.pids.add(self.p.pid)
        wait(lambda: os.path.exists(SOCKET) and self.role("vault") or self.p.poll() is not None)
        return self

    @property
    def pid(self):
        return self.p.pid

    def role(self, name):
        for p in children(self.p.pid):
            if "--role=" + name in cmdline(p):
                return p
        return 0

    def stop(self):
        if self.p is not None and self.p.poll() is None:
            self.p.send_signal(signal.SIGTERM)
        return self.p.wait(30) if self.p is not None else None


def log():
    with open(LOG, encoding="utf-8", errors="replace") as f:
        return f.read()


# --- members' programs

def ids(user):
    p = pwd.getpwnam(user)
    return dict(user=p.pw_uid, group=p.pw_gid, extra_groups=os.getgrouplist(user, p.pw_gid), cwd=p.pw_dir if os.path.isdir(p.pw_dir) else "/",
                env={"HOME": p.pw_dir, "USER": user, "LOGNAME": user, "LANG": "C.UTF-8", "PATH": MK + "/bin:/usr/bin:/bin"})


class Run:
    def __init__(self, p):
        self.status, self.text, self.words = p.returncode, p.stdout.decode("utf-8", "replace"), p.stderr.decode("utf-8", "replace")

    def lines(self):
        return [json.loads(x) for x in self.text.splitlines()]

    def json(self):
        return json.loads(self.text)

    def __repr__(self):
        return "status %d\n%s\n%s" % (self.status, self.text, self.words)


def as_user(user, argv, stdin=b"", timeout=60):
    who = ids(user) if user != "root" else {}
    return Run(subprocess.run(argv, input=stdin, capture_output=True, timeout=timeout, **who))


def my(user, *args, lines=None, timeout=60):
    """mynakura as USER over the service's socket; lines on the passphrase descriptor"""
    text = "".join(x + "\n" for x in ([phrase(user)] if lines is None else lines))
    return as_user(user, [MK + "/bin/mynakura", "--passphrase-fd", "0", *args], text.encode(), timeout)


def python(user, script, *args, timeout=60):
    """A program of the member's own: /usr/bin/python3, since root's may lie where members cannot read"""
    return as_user(user, ["/usr/bin/python3", "-c", script, *args], timeout=timeout)


def connect(user):
    """A connection made as USER (the peer's uid is read when it connects); python's main process keeps it"""
    p = pwd.getpwnam(user)
    a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups(os.getgrouplist(user, p.pw_gid))
            os.setresgid(p.pw_gid, p.pw_gid, p.pw_gid)
            os.setresuid(p.pw_uid, p.pw_uid, p.pw_uid)
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.connect(SOCKET)
            socket.send_fds(b, [b"x"], [s.fileno()])
            b.recv(1)  # the peer's process stays while it is looked at
        finally:
            os._exit(0)
    b.close()
    a.settimeout(5)
    try:
        fds = socket.recv_fds(a, 1, 1)[1]
    except (TimeoutError, OSError):
        fds = []
    a.close()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    if not fds:
        raise PermissionError(user)
    return wire.Client(socket.socket(fileno=fds[0]))


def enter(user):
    """A connection of USER with a session: the computer's login check (contrib/pam.d's asks nothing), then the passphrase"""
    c = connect(user)
    r = c.must("auth")
    assert r.get("ok"), r.items
    c.login(user, phrase(user))
    return c


def member(name, account, role, by="yamada"):
    r = my(by, "--json", "member", "add", name, "--account", account, "--role", role)
    if r.status != 0:
        return r
    return my(account, "--json", "member", "activate", account, lines=[r.json()["code"], phrase(account)])


def office():
    steps = [my("yamada", "--json", "init", "--office", "見本商事", "--chief", "yamada", "--demo", "--kdf", "m=8,t=1"),
             my("yamada", "--json", "ledger", "add", LEDGER), member("鈴木花子", "suzuki", "clerk"),
             member("田中監", "tanaka", "auditor"), my("yamada", "--json", "ledger", "grant", LEDGER, "suzuki")]
    return next((s for s in steps if s.status != 0), steps[0])


def trail(user="tanaka"):
    return my(user, "--json", "audit", "list").lines()
