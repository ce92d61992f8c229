# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that runs PAM, driven over its channel as the monitor and the vault do: the real `mynakurad --role=pam`."""
import os
import socket
import subprocess
import time

import wire

START, PROMPT, ANSWER, DONE = 240, 241, 242, 243
WRAPPER = "/usr/lib/x86_64-linux-gnu/libpam_wrapper.so"
MODULES = "/usr/lib/x86_64-linux-gnu/pam_wrapper"


class Verdict:
    """passed, or why not: the code, the stage, what no code says; the prompts that were seen; the time it took."""

    def __init__(self):
        self.code = self.stage = self.flaw = None
        self.prompts, self.seconds, self.status, self.ended = [], 0.0, None, None

    @property
    def passed(self):
        return (self.code, self.stage, self.flaw) == (0, "account", None)

    def __repr__(self):
        return "pam=%s stage=%s flaw=%s ended=%s status=%s prompts=%s %.1f s" % (
            self.code, self.stage, self.flaw, self.ended, self.status, self.prompts[:3], self.seconds)


def converse(account, answers=(), services=None, terminal="pts/7", source="local", lang="", limit=15.0, env=None):
    """One conversation. services: a folder for pam_wrapper, else the system's own. answers: for the prompts that ask, in order (None:
    hang up). Past `limit` seconds of the modules' own time the process is killed, as the vault has it done."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for s in (ours, theirs):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
    words = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **(env or {})}
    words.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
    if services:
        words.update(LD_PRELOAD=WRAPPER, PAM_WRAPPER="1", PAM_WRAPPER_SERVICE_DIR=services)
    v, answers, t0 = Verdict(), list(answers), time.monotonic()

    def at_three():
        os.dup2(theirs.fileno(), 3, inheritable=True)

    p = subprocess.Popen([os.path.join(wire.BIN, "mynakurad"), "--role=pam"], env=words, stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, pass_fds=(3,), preexec_fn=at_three, start_new_session=True)
    theirs.close()
    pairs = [("account", account), ("terminal", terminal), ("from", source)] + ([("lang", lang)] if lang else [])
    ours.send(wire.frame(START, wire.items(pairs)))
    end = t0 + limit
    try:
        while True:
            ours.settimeout(max(0.05, end - time.monotonic()))
            raw = ours.recv(wire.FRAME_MAX)
            if not raw:
                v.ended = "eof"
                break
            m = wire.Reply(raw)
            if m.type == DONE:
                v.code, v.stage, v.flaw = m.get("status"), m.get("state"), m.get("why")
                break
            assert m.type == PROMPT, "neither prompt nor verdict"
            shown = [dict(x) for x in m.all("prompt")]
            v.prompts += [(x["kind"], x["text"]) for x in shown]
            asks = sum(x["kind"] in ("echo", "hidden") for x in shown)
            if asks:
                if not answers or answers[0] is None:
                    v.ended = "hung up"
                    break
                ours.send(wire.frame(ANSWER, wire.items([("answer", answers.pop(0)) for _ in range(asks)])))
    except (TimeoutError, socket.timeout):
        v.ended = "killed"
    except OSError as e:
        v.ended = "lost: %s" % e
    v.seconds = time.monotonic() - t0
    if v.ended == "killed":
        os.killpg(p.pid, 9)
    ours.close()
    try:
        v.status = p.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, 9)
        v.status = p.wait()
    v.words = p.stderr.read().decode("utf-8", "replace")
    p.stderr.close()
    return v


def module(directory, name, body):
    """A PAM module of C: body defines on_auth(pamh), perhaps more."""
    source = os.path.join(directory, name + ".c")
    target = os.path.join(directory, name + ".so")
    with open(source, "w", encoding="utf-8") as f:
        f.write("""#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <security/pam_modules.h>
#include <security/pam_ext.h>
%s
int pam_sm_authenticate(pam_handle_t *h, int f, int n, const char **a) { (void)f; (void)n; (void)a; return on_auth(h); }
int pam_sm_setcred(pam_handle_t *h, int f, int n, const char **a) { (void)h; (void)f; (void)n; (void)a; return PAM_SUCCESS; }
int pam_sm_acct_mgmt(pam_handle_t *h, int f, int n, const char **a) { (void)h; (void)f; (void)n; (void)a; return PAM_SUCCESS; }
""" % body)
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-w", "-o", target, source, "-lpam"], check=True)
    return target


def service(directory, auth, account="account required pam_permit.so", name="mynakura"):
    with open(os.path.join(directory, name), "w", encoding="utf-8") as f:
        f.write(auth.rstrip("\n") + "\n" + account.rstrip("\n") + "\n")
