#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# init and login at a terminal: the passphrase is asked twice and not echoed, the recovery sheet is typed back group by chance.
set -u
cd "$(dirname "$0")/../.." || exit 1
if ! command -v python3 >/dev/null; then
	echo "ok 1 # SKIP python3 is not installed"
	echo 1..1
	exit 0
fi
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mynakura-tty.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
LANG=C.UTF-8 python3 - "$(cd "${BUILD:-build}/bin" && pwd)/mynakura" "$tmp" <<'EOP'
import os, pty, re, select, signal, sys, time

program, tmp = sys.argv[1:]
phrase = "a phrase that is typed by hand"
bad = n = 0


def ok(good, text, more=""):
    global bad, n
    n += 1
    print(("ok" if good else "not ok"), n, "-", text, flush=True)
    if not good:
        bad = 1
        print("# " + repr(more)[:600])


class Session:
    def __init__(self, *args):
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(program, [program, "--dir", tmp + "/office"] + list(args))

    def shows(self, what, seconds=20):
        end = time.time() + seconds
        while not re.search(what, self.seen) and time.time() < end:
            if not select.select([self.fd], [], [], 0.2)[0]:
                continue
            try:
                self.seen += os.read(self.fd, 4096).decode("utf-8", "replace")
            except OSError:
                break
        return re.search(what, self.seen)

    def type(self, text):
        os.write(self.fd, (text + "\n").encode())

    def end(self):
        self.shows(r"\Z\b\B")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


init = ["init", "--office", "Test", "--chief", "sato", "--demo", "--kdf", "m=8,t=1"]
s = Session(*init)
ok(s.shows(r"New passphrase of the chief: $"), "the passphrase is asked for", s.seen)
s.type(phrase)
ok(s.shows(r"once more: $"), "and once more", s.seen)
s.type(phrase)
found = s.shows(r"Recovery sheet\s+([0-9A-Z-]+)\r[\s\S]*group number (\d+): $")
ok(found, "the sheet is shown, one group is to be typed back", s.seen)
sheet, group = found.group(1).split("-"), int(found.group(2))
ok(1 <= group <= len(sheet) and len(sheet) > 4, "the group is one of the sheet's")
s.type("WRONG")
ok(s.shows(r"not what stands there[\s\S]*group number \d+: $"), "a wrong group is not taken", s.seen)
s.type(sheet[group - 1].lower().replace("1", "l").replace("0", "o"))
ok(s.end() == 0, "the right one is, also as a person reads it", s.seen)
ok(phrase not in s.seen, "the passphrase was never echoed (control: the sheet was)" if sheet[0] in s.seen else "control failed")

s = Session("login")
s.shows(r"Passphrase: $")
s.type(phrase)
ok(s.end() == 0 and "sato" in s.seen and phrase not in s.seen, "login at the terminal", s.seen)

s = Session("login")
s.shows(r"Passphrase: $")
os.write(s.fd, b"half\x03")
ok(s.end() == 1, "^C at the prompt: status 1, never a signal", s.seen)

s = Session("status")
s.shows(r"Passphrase: $")
os.kill(s.pid, signal.SIGTERM)
ok(s.end() == 1, "SIGTERM at the prompt: status 1", s.seen)

s = Session(*init)
ok(s.shows("exists already") and s.end() == 12 and "New passphrase" not in s.seen, "init on a vault is refused before anything is asked", s.seen)
print("1..%d" % n)
sys.exit(bad)
EOP
