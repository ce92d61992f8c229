# SPDX-License-Identifier: GPL-3.0-or-later
"""contrib/rsyslog with real rsyslogd: see tests/integration/heads.sh."""
import glob
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import kit
import wire
from kit import ok

CONTRIB = os.path.join(wire.TOP, "contrib/rsyslog")
RSYSLOGD = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"


def free_port():
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
    s.close()
    return port


def shipped(name, changes):
    """The shipped configuration with other places; a place that is not in it is a fault of this test."""
    with open(os.path.join(CONTRIB, name), encoding="utf-8") as f:
        text = f.read()
    for old, new in changes:
        assert old in text, (name, old)
        text = text.replace(old, new)
    left = re.findall(r"/(?:var|etc|run|dev)/[^\s\"]*", "\n".join(x for x in text.splitlines() if not x.startswith("#")))
    assert not left, (name, left)
    return text


class Rsyslogd:
    def __init__(self, name, text):
        self.dir = kit.fresh(name)
        self.n = 0
        os.makedirs(self.dir + "/work", exist_ok=True)
        self.conf = self.dir + "/conf"
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write('global(workDirectory="%s/work" maxMessageSize="72k")\n' % self.dir + text.replace('maxMessageSize="72k" ', "")
                    .replace('global(maxMessageSize="72k")\n', ""))
        self.p = None

    def check(self):
        return kit.Run(subprocess.run([RSYSLOGD, "-N1", "-f", self.conf], capture_output=True, timeout=30, check=False))

    def start(self):
        self.n += 1
        with open(self.dir + "/log", "ab") as log:
            self.p = subprocess.Popen([RSYSLOGD, "-n", "-f", self.conf, "-i", "%s/pid%d" % (self.dir, self.n)],
                                      stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def stop(self, sig=signal.SIGTERM):
        if self.p is not None:
            self.p.send_signal(sig)
            try:
                self.p.wait(20)
            except subprocess.TimeoutExpired:
                self.p.kill()
                self.p.wait()
            self.p = None

    def words(self):
        with open(self.dir + "/log", encoding="utf-8", errors="replace") as f:
            return f.read()


def until(true, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return bool(true())


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


class Smtp(threading.Thread):
    """Takes mails and keeps their text."""

    def __init__(self):
        super().__init__(daemon=True)
        self.s = socket.socket()
        self.s.bind(("127.0.0.1", 0))
        self.s.listen(4)
        self.port, self.mails = self.s.getsockname()[1], []

    def run(self):
        while True:
            c, _ = self.s.accept()
            with c, c.makefile("rb") as lines:
                c.sendall(b"220 test\r\n")
                for line in lines:
                    word = line[:4].upper().strip()
                    if word == b"DATA":
                        c.sendall(b"354 go on\r\n")
                        text = b""
                        for part in lines:
                            if part == b".\r\n":
                                break
                            text += part
                        self.mails.append(text.decode("utf-8", "replace"))
                    c.sendall(b"221 bye\r\n" if word == b"QUIT" else b"250 well\r\n")
                    if word == b"QUIT":
                        break


# --- the office

D = kit.fresh("office")
office = kit.Office(D)
SECRETS = (kit.CHIEF_PW,)


def chief(*args):
    return kit.cli(D, *args, secrets=SECRETS, user=kit.CHIEF)


def anchor():
    r = chief("audit", "anchor", "--json")
    assert r.status == 0, r
    return r.lines()[0]


# --- the two hosts

PORT = free_port()
SOCK = kit.fresh("devlog")
smtp = Smtp()
smtp.start()
OUT = kit.fresh("received")
RECEIVED = OUT + "/127.0.0.1/trail"
receiver = Rsyslogd("receiver", shipped("receiver.conf", [("/var/log/mynakura", OUT), ("6514", str(PORT))]))
sender = Rsyslogd("sender", 'module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="%s")\n' % SOCK +
                  shipped("sender.conf", [("/var/lib/mynakura", D), ("loghost.example.jp", "127.0.0.1"), ("6514", str(PORT)),
                                          ('resumeInterval="10"', 'resumeInterval="1"')]) +
                  shipped("mail.conf", [("localhost", "127.0.0.1"), ('port="25"', 'port="%d"' % smtp.port)]))


def sent(line):
    """A line to the system log, as mynakurad's monitor writes it (LOG_AUTHPRIV, LOG_INFO)."""
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.connect(SOCK)
    s.send(("<86>%s mynakura: %s" % (time.strftime("%b %e %H:%M:%S"), line)).encode())
    s.close()


def local():
    return {os.path.basename(p): read(p) for p in kit.segments(D)}


def arrived():
    return {os.path.basename(p): read(p) for p in glob.glob(RECEIVED + "/*.jsonl")}


def heads():
    return re.findall(r"head (MYNAKURA1 [^\n]*)", read(OUT + "/127.0.0.1/heads").decode())


def collect(name):
    target = kit.fresh(name)
    shutil.rmtree(target, ignore_errors=True)
    p = subprocess.run([CONTRIB + "/collect", RECEIVED, target], capture_output=True, timeout=30, check=False)
    assert p.returncode == 0, p.stderr
    return target


def main():
    for r in (receiver, sender):
        c = r.check()
        ok(c.status == 0, "rsyslogd takes the configuration: %s" % os.path.basename(r.dir), c)
    receiver.start()
    sender.start()
    ok(until(lambda: os.path.exists(SOCK)), "the sender runs", sender.words())
    # Acts with text that a log would like to change: Japanese, backslashes, per cents, blanks, much of it.
    number = kit.numbers(1, 4)[0]
    c = office.chief()
    office.add(c, number, name="見本太郎", code="0001")
    office.end(c)
    for text in ("年末　調整 ", "a\\033b\\n #011 %s %msg% $! \"q\" 'q'", "長" * 60):
        r = chief("reveal", "0001", "--reason", text)
        ok(r.status == 0 and number in r.text.replace(" ", ""), "a look, for a reason that is hard on a log", r)
    a = anchor()
    sent("head " + a["text"])
    sent("something else")
    ok(b"%msg%" in b"".join(local().values()) and "長長".encode() in b"".join(local().values()), "control: these reasons are in the trail")
    ok(until(lambda: arrived() == local()), "the trail has arrived byte for byte", [len(v) for d in (arrived(), local()) for v in d.values()])
    ok(until(lambda: heads() == [a["text"]]), "its head has arrived, and nothing else that mynakura wrote", heads())
    ok(not glob.glob(OUT + "/127.0.0.1/*/*heads*") and os.stat(RECEIVED + "/" + next(iter(local()))).st_mode & 0o777 == 0o640,
       "files are the receiver's: 0640, named as segments")
    key = kit.fresh("key")
    with open(key, "w", encoding="ascii") as f:
        f.write(a["key"])
    v = kit.verify(RECEIVED, "--head", heads()[-1], "--key", key, "--json")
    ok(v.status == 0 and v.lines()[0]["head_seq"] == a["count"] and v.lines()[0]["origin"], "the received copy is whole and holds the received head", v)

    # A receiver that is away, a sender that is killed: nothing is lost, whatever comes twice.
    receiver.stop()
    for i in range(5):
        chief("office", "set", "name=見本商事%d" % i)
    b = anchor()
    sent("head " + b["text"])
    time.sleep(1)
    sender.stop(signal.SIGKILL)
    chief("office", "set", "name=見本商事")
    sender.start()
    receiver.start()
    wanted = {n: set(t.splitlines()) for n, t in local().items()}
    ok(until(lambda: {n: set(t.splitlines()) for n, t in arrived().items()} == wanted, 60),
       "after a receiver that was away and a sender that was killed every line is there", sender.words()[-800:])
    ok(until(lambda: b["text"] in heads()), "and the head of that time", heads())
    # What a purge and a lost state file do: everything is sent once more.
    sender.stop()
    for f in glob.glob(sender.dir + "/work/imfile-state*"):
        os.unlink(f)
    before = sum(map(len, arrived().values()))
    sender.start()
    ok(until(lambda: sum(map(len, arrived().values())) >= before + sum(map(len, local().values()))), "a sender without its state sends all again")
    ok(kit.verify(RECEIVED).status == 8, "control: with doubles in it the copy does not verify")
    whole = collect("collected")
    v = kit.verify(whole, "--head", b["text"])
    ok(v.status == 0, "collect takes the doubles out, and it does", v)
    ok({n: read(whole + "/" + n) for n in local()} == local(), "byte for byte what the office has")

    # The office's own trail is changed; the head that left the PC tells.
    safe = kit.copy_tree(D, kit.fresh("safe"))
    ok(kit.verify(D, "--head", b["text"]).status == 0, "control: the local trail holds the head")
    segment = kit.segments(D)[-1]
    lines = read(segment).splitlines(keepends=True)
    cut = next(i for i, line in enumerate(lines) if b'"seq":%d,' % b["count"] in line)
    while not re.search(rb'"body":\{"kind":"checkpoint"', lines[cut - 1]):
        cut -= 1
    with open(segment, "wb") as f:
        f.writelines(lines[:cut])
    v = kit.verify(D)
    ok(v.status == 0, "cut at a checkpoint the local trail is whole in itself", v)
    v = kit.verify(D, "--head", b["text"], "--json")
    ok(v.status == 8 and v.lines()[0]["why"] == "head", "the received head exposes it", v)
    shutil.rmtree(D)
    shutil.copytree(safe, D)
    text = read(segment)
    with open(segment, "wb") as f:
        f.write(text.replace(b'"result":"ok"', b'"result":"no"', 1))
    v = kit.verify(D, "--head", b["text"], "--json")
    ok(v.status == 8 and v.lines()[0]["why"] == "leaf", "a rewritten entry is named", v)
    # A changed line arrives as a second one of its number: the copy names the place too.
    with open(glob.glob(RECEIVED + "/*.jsonl")[-1], "ab") as f:
        f.write(re.sub(rb'"link":"....', b'"link":"beef', lines[-1]))
    ok(kit.verify(collect("bad"), "--json").status == 8, "collect hides no line that tells something else")

    ok(until(lambda: smtp.mails), "a mail with the head went out", sender.words()[-500:])
    mail = smtp.mails[0] if smtp.mails else ""
    ok(a["text"] in mail and "witness@example.jp" in mail and '"seq"' not in mail, "with the head and no line of the trail", mail)


try:
    main()
finally:
    sender.stop()
    receiver.stop()
kit.done()
