#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""hostile_sizes.py DIR: sizes that the emulator of the screen driver does not survive, without an emulator: 0x0, 1x1, one row, one column, thousands of
cells. The program logs in, takes keys at each size, and ends by SIGTERM with status 1. TAP on stdout."""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

import wire

SIZES = [(1, 1), (0, 0), (1, 80), (24, 1), (2, 2), (1, 300), (100, 1), (14, 40), (13, 40), (14, 39), (500, 500), (1024, 40), (2000, 40), (24, 4000), (24, 65535), (65535, 1),
         (65535, 80), (1, 65535), (24, 80)]


def main(place):
    pid, fd = pty.fork()
    if pid == 0:
        env = {"PATH": os.environ["PATH"], "HOME": place, "LC_ALL": "C.UTF-8", "LANGUAGE": "en", "TERM": "xterm-256color"}
        env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
        os.execve(os.path.join(wire.BIN, "mynakura"), ["mynakura", "--dir", place + "/office", "--user", "suzuki"], env)
    seen = b""

    def quiet(ms=150, most=20.0):
        nonlocal seen
        end = time.monotonic() + most
        while time.monotonic() < end and select.select([fd], [], [], ms / 1000)[0]:
            try:
                seen += os.read(fd, 65536)
            except OSError:
                return

    def see(text):
        end = time.monotonic() + 20
        while text not in seen and time.monotonic() < end:
            quiet(20)
        return text in seen
    n = bad = 0

    def ok(good, words):
        nonlocal n, bad
        n += 1
        bad += not good
        print("%sok %d - %s" % ("" if good else "not ", n, words), flush=True)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.kill(pid, signal.SIGWINCH)
    ok(see(b"Passphrase"), "the login comes")
    os.write(fd, b"the suzuki phrase\r")
    ok(see(b"3 People"), "home")
    os.write(fd, b"3")
    quiet()
    for rows, cols in SIZES:
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        os.kill(pid, signal.SIGWINCH)
        for key in (b"j", b"k", b"\r", b"r", b"\x1b", b"q"):
            try:
                os.write(fd, key)
            except OSError:
                break
            quiet(40)
        quiet(300, 5)
        done, s = os.waitpid(pid, os.WNOHANG)
        ok(done == 0, "it lives at %d x %d%s" % (cols, rows, "" if done == 0 else " (%d)" % os.waitstatus_to_exitcode(s)))
        if done:
            print("1..%d" % n)
            return bad
        rss = next(int(line.split()[1]) for line in open("/proc/%d/status" % pid) if line.startswith("VmHWM"))
        if not any(os.environ.get(k) for k in ("SAN",)):
            ok(rss < 500000, "and has taken less than 500 MB: %d kB" % rss)
    seen = b""
    os.write(fd, b"\x0c")
    ok(see(b"Home") or b"People" in seen or b"mynakura" in seen, "it draws at the end")
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + 20
    status = None
    while status is None and time.monotonic() < end:
        quiet(20, 0.1)
        done, s = os.waitpid(pid, os.WNOHANG)
        status = os.waitstatus_to_exitcode(s) if done else None
    ok(status == 1, "and ends with status 1 (%s)" % status)
    print("1..%d" % n)
    return bad


if __name__ == "__main__":
    sys.exit(1 if main(os.path.abspath(sys.argv[1])) else 0)
