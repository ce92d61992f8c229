# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire of mynakura-wire(7) from a stranger's side: tables read from the headers, frames, a client, a daemon to talk to.

Nothing here checks what it sends: a test wants to send what the real client would not.
"""
import array
import ctypes
import os
import re
import select
import signal
import socket
import struct
import subprocess
import threading
import time

TOP = os.environ.get("TAP_TOP") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD") or os.path.join(TOP, "build")
BIN = os.path.join(BUILD, "bin")
MAGIC = 0x4D594E4B
HEADER = struct.Struct(">IBBHII")
FRAME_MAX = 65536


def _header(name):
    with open(os.path.join(TOP, "include", "mynakura", name), encoding="utf-8") as f:
        return f.read()


def _table(text, macro):
    """The argument lists of X(...) rows of one X-macro."""
    start = text.index("#define %s(X)" % macro)
    body = text[start:]
    end = re.search(r"[^\\]\n", body).end()
    return [[c.strip() for c in row.split(",")] for row in re.findall(r"\bX\(([^\n]*?)\)\s*\\?\n", body[len(macro):end] + "\n")]


MSG_H, REQUEST_H, ERR_H, ROLE_H = (_header(n) for n in ("wire/msg.h", "wire/request.h", "base/err.h", "model/role.h"))
TAGS = {r[1]: (int(r[0]), r[2]) for r in _table(MSG_H, "MK_TAG_TABLE")}
TAG_NAMES = {v[0]: k for k, v in TAGS.items()}
ROLES = {r[1]: int(r[0], 16) for r in _table(ROLE_H, "MK_ROLE_TABLE")}
_errors = [re.match(r"\s*(\w+)\s*,\s*(\d+)", s).groups() for s in re.findall(r"\bX\((\w+, \d+, \"[^\n]*)\)", ERR_H)]
ERRORS = {-(i + 1): (name, int(status)) for i, (name, status) in enumerate(_errors)}
ERRORS[0] = ("ok", 0)


class Request:
    def __init__(self, row):
        self.number, self.name = int(row[0]), row[1]
        bits = {"MK_ROLE_" + k: v for k, v in ROLES.items()}
        for m in re.findall(r"#define (MK_R_\w+) \(([^)]*)\)", REQUEST_H):
            bits[m[0]] = sum(bits[w.strip()] for w in m[1].split("|"))
        self.roles = 0
        for word in row[2].split("|"):
            self.roles |= bits[word.strip()]
        self.session, self.grant, self.audit, self.budget, self.approval = row[3:8]
        self.approvers = 0
        for word in row[8].split("|"):
            self.approvers |= bits.get(word.strip(), 0)
        self.own, self.passphrase = row[9], int(row[10])


REQUESTS = {r.name: r for r in map(Request, _table(REQUEST_H, "MK_REQUEST_TABLE"))}


def error_name(e):
    return ERRORS.get(e, ("?%d" % e, 70))[0]


def error_status(e):
    return ERRORS.get(e, ("?", 70))[1]


# --- items and frames

def _value(kind, v):
    if kind == "U64":
        return struct.pack(">Q", v)
    if kind == "I64":
        return struct.pack(">q", v)
    if kind == "BOOL":
        return bytes([1 if v else 0])
    if kind == "REC":
        return items(v)
    return v if isinstance(v, bytes) else v.encode("utf-8")


def item(tag, v):
    number, kind = TAGS[tag]
    raw = _value(kind, v)
    return struct.pack(">HH", number, len(raw)) + raw


def items(pairs):
    return b"".join(item(t, v) for t, v in pairs)


def fields(**kw):
    """subject fields as the items of a request"""
    return [("item", [("field", k), ("value", v)]) for k, v in kw.items()]


def frame(kind, body=b"", rid=1, flags=0, magic=MAGIC, version=1, length=None):
    return HEADER.pack(magic, version, flags, kind, rid, len(body) if length is None else length) + body


def parse_items(raw):
    out, at = [], 0
    while at < len(raw):
        tag, n = struct.unpack_from(">HH", raw, at)
        v = raw[at + 4:at + 4 + n]
        assert len(v) == n, "item over the end"
        at += 4 + n
        name = TAG_NAMES[tag]
        kind = TAGS[name][1]
        if kind == "U64":
            v = struct.unpack(">Q", v)[0]
        elif kind == "I64":
            v = struct.unpack(">q", v)[0]
        elif kind == "BOOL":
            v = v != b"\0"
        elif kind == "REC":
            v = parse_items(v)
        elif kind != "BYTES":
            v = v.decode("utf-8")
        out.append((name, v))
    return out


class Lost(Exception):
    pass


class Reply:
    def __init__(self, raw, fds=()):
        magic, version, self.flags, self.type, self.id, n = HEADER.unpack_from(raw)
        assert magic == MAGIC and version == 1 and n == len(raw) - HEADER.size, "bad answer frame"
        self.items = parse_items(raw[HEADER.size:])
        self.error = self.get("error")
        self.fds = list(fds)

    def get(self, tag, default=None):
        return next((v for k, v in self.items if k == tag), default)

    def all(self, tag):
        return [v for k, v in self.items if k == tag]

    @property
    def name(self):
        return error_name(self.error)

    @property
    def status(self):
        return error_status(self.error)

    def __repr__(self):
        return "%s %s" % (self.name, self.get("message", ""))


class Client:
    def __init__(self, sock):
        self.notices = 0
        self.s = sock
        self.s.settimeout(20)
        self.rid = 0

    @classmethod
    def connect(cls, path):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.connect(path)
        return cls(s)

    def send_raw(self, raw, fds=()):
        anc = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            self.s.sendmsg([raw], anc)
        except (BrokenPipeError, ConnectionResetError) as e:
            raise Lost() from e

    def recv(self):
        """The next message that is no notice (flag 4: the daemon ended the session by itself)."""
        while True:
            r = self.recv_any()
            if not r.flags & 4:
                return r
            self.notices += 1

    def recv_any(self):
        try:
            raw, anc, _, _ = self.s.recvmsg(FRAME_MAX, socket.CMSG_SPACE(16 * 4))
        except (ConnectionResetError, BrokenPipeError) as e:
            raise Lost() from e
        if not raw:
            raise Lost()
        fds = []
        for level, kind, data in anc:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds += array.array("i", data[:len(data) - len(data) % 4])
        return Reply(raw, fds)

    def call(self, name, pairs=(), fds=(), raw=b""):
        """One request; its answer. pairs: (tag, value)...; raw: bytes put behind them as they are."""
        self.rid += 1
        self.send_raw(frame(REQUESTS[name].number, items(pairs) + raw, self.rid), fds)
        r = self.recv()
        assert r.id == self.rid and r.type == REQUESTS[name].number and r.flags & 1, "answer to something else"
        return r

    def must(self, name, pairs=(), fds=()):
        r = self.call(name, pairs, fds)
        if r.error != 0:
            raise AssertionError("%s: %r" % (name, r))
        return r

    def login(self, member, passphrase):
        return self.must("login", [("member", member), ("passphrase", passphrase)])

    def closed(self, timeout=5):
        """Has the daemon closed this connection? (answers that wait are read away)"""
        self.s.settimeout(timeout)
        try:
            while True:
                if not self.s.recvmsg(FRAME_MAX)[0]:
                    return True
        except (ConnectionResetError, BrokenPipeError):
            return True
        except (TimeoutError, socket.timeout):
            return False

    def close(self):
        self.s.close()


class Tap(threading.Thread):
    """Stands between one real client and the daemon, passes everything on, and keeps what the client sent."""

    def __init__(self, path, daemon):
        super().__init__(daemon=True)
        self.frames, self.path, self.daemon = [], path, daemon
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        self.listener.listen(1)
        self.start()

    def run(self):
        near = self.listener.accept()[0]
        far = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        far.connect(self.daemon)
        while True:
            for s in select.select([near, far], [], [])[0]:
                raw, anc, _, _ = s.recvmsg(FRAME_MAX, socket.CMSG_SPACE(64))
                if not raw:
                    near.close()
                    far.close()
                    return
                if s is near:
                    self.frames.append(raw)
                (far if s is near else near).sendmsg([raw], [(a, b, c) for a, b, c in anc])
                for _, _, data in anc:
                    for fd in array.array("i", data):
                        os.close(fd)

    def sent(self, name):
        """The items of the client's first request of this name, as (tag, bytes)."""
        for raw in self.frames:
            if HEADER.unpack_from(raw)[2 + 1] == REQUESTS[name].number:
                out, at = [], HEADER.size
                while at < len(raw):
                    tag, n = struct.unpack_from(">HH", raw, at)
                    out.append((TAG_NAMES[tag], raw[at + 4:at + 4 + n]))
                    at += 4 + n
                return out
        return None


# --- daemons

def environment(home):
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": home}
    env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
    return env


LIBC = ctypes.CDLL(None)


def with_the_test():
    """A daemon is ended by the kernel when its test has died (PR_SET_PDEATHSIG)."""
    LIBC.prctl(1, signal.SIGTERM)


class Daemon:
    """mynakurad --foreground --dir DIR --socket PATH. Made in the main thread: it is ended with the thread that made it."""

    def __init__(self, directory, sock, log=None):
        self.dir, self.sock = directory, sock
        self.log = log or directory + ".log"
        with open(self.log, "ab") as err:
            self.p = subprocess.Popen([os.path.join(BIN, "mynakurad"), "--foreground", "--dir", directory, "--socket", sock],
                                      stdin=subprocess.DEVNULL, stdout=err, stderr=err, env=environment("/nonexistent"),
                                      preexec_fn=with_the_test)
        self.wait_ready()

    def wait_ready(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if self.p.poll() is not None:
                raise AssertionError("mynakurad ended with %d: %s" % (self.p.returncode, self.words()))
            try:
                c = self.client()
            except OSError:
                time.sleep(0.01)
                continue
            try:
                c.call("hello")
                return
            except Lost:
                pass
            finally:
                c.close()
        raise AssertionError("mynakurad does not answer: " + self.words())

    def words(self):
        with open(self.log, "rb") as f:
            return f.read().decode("utf-8", "replace")

    def client(self):
        return Client.connect(self.sock)

    def session(self, member, passphrase):
        c = self.client()
        c.login(member, passphrase)
        return c

    def stop(self):
        """SIGTERM; the exit status"""
        if self.p.poll() is None:
            self.p.send_signal(signal.SIGTERM)
        return self.p.wait(30)

    def roles(self):
        return roles_of(self.p.pid)


class Embedded(Client):
    """mynakurad --embedded on a socket pair, as the real client starts it"""

    def __init__(self, directory, log):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with open(log, "ab") as err, open(os.devnull, "rb") as null:
            self.pid = os.posix_spawn(os.path.join(BIN, "mynakurad"), ["mynakurad", "--embedded", "--dir", directory],
                                      environment("/nonexistent"),
                                      file_actions=[(os.POSIX_SPAWN_DUP2, null.fileno(), 0), (os.POSIX_SPAWN_DUP2, err.fileno(), 1),
                                                    (os.POSIX_SPAWN_DUP2, err.fileno(), 2), (os.POSIX_SPAWN_DUP2, theirs.fileno(), 3)],
                                      setsid=True)
        theirs.close()
        super().__init__(ours)

    def roles(self):
        return roles_of(self.pid)

    def end(self):
        """Closes and waits; the exit status (negative: a signal)"""
        self.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def cmdline(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as f:
            return f.read().split(b"\0")[:-1]
    except OSError:
        return []


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [int(x) for x in f.read().split()]
    except OSError:
        return []


def roles_of(monitor):
    """{'monitor': pid, 'vault': pid, 'trail': pid} as far as they run"""
    out = {"monitor": monitor} if cmdline(monitor) else {}
    for pid in children(monitor):
        for word in cmdline(pid):
            if word.startswith(b"--role="):
                out[word[7:].decode()] = pid
    return out
