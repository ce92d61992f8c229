#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""hostile_ps.py PLACE COMMAND...: the processes of one office of the screen tests, found by the --dir or --socket they were started with.

kill SIGNAL WHO...   WHO: client, monitor, vault, trail, reader; only what runs is hit, at least one process must
runs WHO...          status 0 when each of them runs
gone [SECONDS]       waits until no process of the office runs (10 s): no daemon outlives its client
rest MS              the client uses (nearly) no processor time in so many ms
stopped WHO...       waits until each is stopped
fg                   SIGCONT to the client's process group, as a shell does
fds N                the client has N descriptors at most
"""
import os
import signal
import sys
import time


def cmdline(pid):
    try:
        with open("/proc/%s/cmdline" % pid, "rb") as f:
            return f.read().decode("utf-8", "replace").split("\0")[:-1]
    except OSError:
        return []


def stat(pid):
    try:
        with open("/proc/%s/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()
    except OSError:
        return None


def children(pid):
    out = []
    for task in os.listdir("/proc/%s/task" % pid) if os.path.isdir("/proc/%s/task" % pid) else []:
        try:
            with open("/proc/%s/task/%s/children" % (pid, task)) as f:
                out += f.read().split()
        except OSError:
            pass
    return out


def kind(words, place):
    name = os.path.basename(words[0]) if words else ""
    here = any(words[i] in ("--dir", "--socket") and words[i + 1] == place for i in range(1, len(words) - 1))
    if name == "mynakura" and here:
        return "client"
    if name == "mynakurad" and here:
        return "monitor"
    return None


def processes(place):
    """{name: [pid...]} of what runs (no zombies)"""
    found = {}

    def note(name, pid):
        s = stat(pid)
        if s is not None and s[0] not in "ZX" and pid not in found.setdefault(name, []):
            found[name].append(pid)

    def below(pid):
        for c in children(pid):
            words = cmdline(c)
            role = next((w[7:] for w in words if w.startswith("--role=")), None)
            base = os.path.basename(words[0]) if words else ""
            note(role or ("reader" if base.startswith("mynakura-read") else base or "?"), c)
            below(c)

    for pid in (p for p in os.listdir("/proc") if p.isdigit()):
        words = cmdline(pid)
        k = kind(words, place)
        if k is not None:
            note(k, pid)
        if k == "monitor":
            below(pid)
    return found


def until(seconds, true):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def ticks(pid):
    s = stat(pid)
    return int(s[11]) + int(s[12]) if s else 0


def main(place, command, *args):
    if command == "kill":
        number = getattr(signal, "SIG" + args[0])
        now = processes(place)
        hit = 0
        for who in args[1:]:
            for pid in now.get(who, []):
                try:
                    os.kill(int(pid), number)
                    hit += 1
                except ProcessLookupError:
                    pass
        return hit > 0 or sorted(now)
    if command == "runs":
        return until(10, lambda: all(w in processes(place) for w in args)) or sorted(processes(place))
    if command == "gone":
        return until(float(args[0]) if args else 10, lambda: not processes(place)) or processes(place)
    if command == "stopped":
        return until(10, lambda: all(stat(p)[0] == "T" for w in args for p in processes(place).get(w, ["self"])))
    if command == "rest":
        pid = processes(place)["client"][0]
        before = ticks(pid)
        time.sleep(float(args[0]) / 1000)
        used = (ticks(pid) - before) * 1000 // os.sysconf("SC_CLK_TCK")
        return used * 5 <= int(args[0]) or "%d ms of processor time in %s ms" % (used, args[0])
    if command == "fg":
        os.killpg(os.getpgid(int(processes(place)["client"][0])), signal.SIGCONT)
        return True
    if command == "fds":
        n = len(os.listdir("/proc/%s/fd" % processes(place)["client"][0]))
        return n <= int(args[0]) or "%d descriptors" % n
    return "no such command"


if __name__ == "__main__":
    said = main(os.path.abspath(sys.argv[1]), *sys.argv[2:])
    if said is not True:
        print(said, file=sys.stderr)
        sys.exit(1)
