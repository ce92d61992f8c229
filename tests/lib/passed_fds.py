# SPDX-License-Identifier: GPL-3.0-or-later
"""Passed descriptors that hang whoever touches them: a user's file system (FUSE) that answers nobody else, and sockets that hold a lingering
one. The vault goes on, for the same account and for others, and gives everything back when the file system is gone."""
import array
import os
import signal
import socket
import struct
import subprocess
import sys
import time

import fuse
import kit
import wire
from kit import LEDGER, ok

SOON = 2.0 if kit.SANITIZED else 0.5
ROOT = os.geteuid() == 0
NUMBER = kit.numbers(1, 5005)[0]
office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER)
office.member("tanaka", "clerk", LEDGER)
c = office.open()
c.login("suzuki", "pw-suzuki")
subject = office.add(c, NUMBER, name="佐藤一郎", code="0001").get("subject")
office.end(c)
apart = kit.copy_tree(office.dir, kit.fresh("apart"))
sock = kit.fresh("sock")
daemon = wire.Daemon(office.dir, sock)
if ROOT:
    os.chmod(kit.TMP, 0o711)
    os.chmod(sock, 0o777)
vault = daemon.roles()["vault"]


def fds():
    return len(os.listdir("/proc/%d/fd" % vault))


def settled(want, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end and fds() > want:
        time.sleep(0.02)
    return fds() <= want


def connect(uid=0):
    if not ROOT:
        return daemon.client()
    os.seteuid(uid)
    try:
        return daemon.client()
    finally:
        os.seteuid(0)


def timed(f, *a):
    at = time.monotonic()
    try:
        r = f(*a)
    except (wire.Lost, TimeoutError, OSError) as e:
        r = e
    return r, time.monotonic() - at


def works(who, uid=0):
    """A login and a reveal by that account: seconds, or 99"""
    at = time.monotonic()
    try:
        c = connect(uid)
        c.s.settimeout(5)
        c.login(who, "pw-" + who)
        n = c.call("reveal", [("subject", subject), ("ledger", LEDGER), ("reason", "照合")]).get("number")
        c.close()
    except (wire.Lost, TimeoutError, OSError):
        return 99
    return time.monotonic() - at if n == NUMBER else 99


def export(c, fd):
    return c.call("export", [("ledger", LEDGER), ("profile", b"\0")], [fd])


STRANGER = """
import os, sys
sys.path.insert(0, os.path.join(os.environ["TAP_TOP"], "tests/lib"))
import wire
c = wire.Client.connect(sys.argv[1])
c.login("suzuki", "pw-suzuki")
print(c.call("export", [("ledger", "%s"), ("profile", b"\\0")], [os.open(sys.argv[2], os.O_RDWR | os.O_CREAT, 0o600)]).name)
""" % LEDGER


def target(name):
    return os.open(kit.fresh(name), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)


ok(works("suzuki") < SOON, "control: a login and a reveal are answered at once")
before = fds()
c = daemon.session("suzuki", "pw-suzuki")
good = export(c, target("good"))
ok("file system" not in str(good.items) and "file must be" not in str(good.items), "control: a new file on a disk is taken (what fails is the profile)", good)
memory = os.memfd_create("image")
r = c.call("capture", [("ledger", LEDGER)], [memory])
ok(r.get("message") != "this is no file", "control: so is a memory file", r)
for words, fd in (("a pipe", os.pipe()[1]), ("a socket", socket.socket().detach()), ("a device", os.open("/dev/null", os.O_RDWR)), ("/proc", os.open("/proc/self/status", os.O_RDONLY)),
                  ("a path only", os.open(kit.fresh("good"), os.O_PATH)), ("a folder", os.open(kit.TMP, os.O_RDONLY))):
    r = export(c, fd)
    ok(r.name == "INPUT" and "file" in r.get("message"), "%s is no file for an export" % words, r)
    os.close(fd)
c.close()
ok(settled(before), "and nothing of it is kept", "%d, before %d" % (fds(), before))


# --- the daemon in a mount namespace of its own, as a service has one; and a client in one that nobody knows
if not ROOT or subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0:
    kit.skip("no mount namespace can be made here (root makes them, not in a chroot)")
else:
    p = subprocess.Popen(["unshare", "-m", kit.program("mynakurad"), "--foreground", "--dir", apart, "--socket", sock + "2"], stdin=subprocess.DEVNULL,
                         env=wire.environment("/nonexistent"))
    end = time.monotonic() + 10
    while not os.path.exists(sock + "2") and time.monotonic() < end:
        time.sleep(0.02)
    c = wire.Client.connect(sock + "2")
    c.login("suzuki", "pw-suzuki")
    r = export(c, target("outside"))
    ok(r.items == good.items, "a daemon with mounts of its own takes a file of the machine's", r)
    c.close()
    p.terminate()
    p.wait()
    made = subprocess.run(["unshare", "-m", sys.executable, "-c", STRANGER, sock, kit.fresh("stranger")], capture_output=True, check=False)
    ok(made.stdout.decode().split() == ["INPUT"], "a file on a mount that only the client has is refused", made)

# --- sockets in sockets: the innermost lingers, and the vault holds the last reference of all
def lingering():
    """A connected TCP socket whose closing waits ten minutes for a peer that never reads, and what keeps that peer"""
    a = socket.socket()
    a.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    a.bind(("127.0.0.1", 0))
    a.listen(1)
    b = socket.socket()
    b.connect(a.getsockname())
    peer = a.accept()[0]
    a.close()
    b.setblocking(False)
    for _ in range(3):
        try:
            while True:
                b.send(b"x" * 65536)
        except BlockingIOError:
            time.sleep(0.005)
    b.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 600))
    return b, peer


def nested(depth):
    """A socket in whose queue lies one, in whose queue ... lies a lingering one"""
    fd, peer = lingering()
    for _ in range(depth):
        a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd.fileno()]))])
        a.close()
        fd.close()
        fd = b
    return fd, peer


peers = []
fd, peer = nested(2)
pid = os.fork()
if pid == 0:
    time.sleep(0.3)  # until this process's copy is the last one
    fd.close()
    os._exit(0)
fd.close()
time.sleep(1.3)
ok(os.waitpid(pid, os.WNOHANG)[0] == 0, "control: closing such a socket waits")
os.kill(pid, 9)
os.waitpid(pid, 0)
peer.close()
for depth in (0, 1, 3):
    for how in ("a request", "surplus", "not read", "behind an empty message"):
        c = connect()
        c.s.settimeout(5)
        fd, peer = nested(depth)
        peers.append(peer)
        f = wire.frame(wire.REQUESTS["hello"].number, b"", 1)
        os.kill(vault, signal.SIGSTOP)  # its copy is to be the last one: ours would linger here
        if how == "not read":
            c.send_raw(f)
            c.send_raw(f, [memory])
        elif how == "behind an empty message":
            c.s.sendmsg([b""])
        c.send_raw(f, [memory] * (15 if how == "surplus" else 0) + [fd.fileno()])
        fd.close()
        if how in ("a request", "surplus"):
            os.kill(vault, signal.SIGCONT)
            c.recv()
        c.close()
        os.kill(vault, signal.SIGCONT)
took = works("suzuki")
ok(took < SOON, "12 lingering sockets, up to three deep, in messages, behind them and unread: a reveal takes %.0f ms" % (1000 * took), took)
ok(settled(before), "and none of them is left", "%d, before %d" % (fds(), before))
for p in peers:
    p.close()

# --- a file system that answers nobody but its friends
why = fuse.usable()
if why is None:
    try:
        fs = fuse.Fuse(kit.fresh("mnt"), [os.getpid()])
    except OSError as e:
        why = str(e)
if why is not None:
    kit.skip("FUSE: " + why)
else:
    ok(fuse.hangs(fs.path), "control: fstat on this file system does not return to a stranger")
    fd = os.open(fs.path, os.O_RDWR)
    c = connect()
    c.s.settimeout(5)
    c.login("suzuki", "pw-suzuki")
    r, took = timed(export, c, fd)
    ok(getattr(r, "name", r) == "INPUT" and took < SOON, "passed to an export: refused in %.0f ms" % (1000 * took), r)
    r, took = timed(c.call, "capture", [("ledger", LEDGER)], [fd])
    ok(getattr(r, "name", r) == "INPUT" and took < SOON, "passed to a capture: refused in %.0f ms" % (1000 * took), r)
    r, took = timed(c.call, "hello", (), [fd] * 16)
    ok(getattr(r, "error", r) == 0 and took < SOON, "sixteen with a greeting: answered in %.0f ms" % (1000 * took), r)
    for _ in range(3):
        d = connect()
        d.send_raw(wire.frame(wire.REQUESTS["hello"].number, b"", 1), [fd] * 253)
        d.close()
    took = works("suzuki")
    ok(took < SOON, "and hundreds with others that hang up: the same account's reveal takes %.0f ms" % (1000 * took), took)
    # its descriptors are refused now, and not another account's
    lost = 0
    for _ in range(40):
        d = connect()
        d.s.settimeout(5)
        try:
            d.call("hello", (), [fd] * 16)
        except wire.Lost:
            lost += 1
        except TimeoutError:
            lost = -1000
        d.close()
    ok(30 <= lost, "what it holds up is bounded: then its descriptors are refused (%d of 40)" % lost, lost)
    ok(fds() < before + 450, "%d descriptors are held up" % (fds() - before))
    took = works("tanaka", 60002)
    ok(took < SOON, "another account's reveal takes %.0f ms" % (1000 * took), took)
    d = connect(60002)
    d.login("tanaka", "pw-tanaka")
    other = target("other")
    os.fchown(other, 60002, -1)
    r, took = timed(export, d, other)
    ok(getattr(r, "items", None) == good.items and took < SOON, "and its export's file is taken", r)
    d.close()
    ok(daemon.roles()["vault"] == vault and fds() > before, "control: the same vault, which still holds what it could not close")
    c.close()
    fs.end()
    ok(settled(before), "the file system goes: nothing is left", "%d, before %d" % (fds(), before))
    fs = fuse.Fuse(kit.fresh("mnt2"), [os.getpid()])
    fd2 = os.open(fs.path, os.O_RDWR)
    c = connect()
    c.call("hello", (), [fd2])
    c.close()
    at = time.monotonic()
    ended, took = daemon.stop(), time.monotonic() - at
    ok(ended == 0 and took < 25, "the daemon is stopped while one is held up: it ends after %.1f s" % took, ended)
    fs.end()
    end = time.monotonic() + 10
    while os.path.exists("/proc/%d" % vault) and time.monotonic() < end:
        time.sleep(0.05)
    ok(not os.path.exists("/proc/%d" % vault), "and the vault when the file system has gone")
    daemon = wire.Daemon(office.dir, sock)
ok(daemon.stop() == 0 and kit.verify(office.dir).status == 0, "the daemon ends cleanly and the trail is whole", daemon.words())
kit.done()
