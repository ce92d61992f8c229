# SPDX-License-Identifier: GPL-3.0-or-later
"""What the process that runs PAM lets pass. /etc/pam.d is $TAP_TMP/pam.d here (tests/integration/pam.sh)."""
import os
import re
import time

import kit
from kit import ok, say
from pam_kit import MODULES, WRAPPER, converse, module, service

SYSTEM = os.path.join(kit.TMP, "pam.d")
CODES = ["success", "open_err", "symbol_err", "service_err", "system_err", "buf_err", "perm_denied", "auth_err", "cred_insufficient",
         "authinfo_unavail", "user_unknown", "maxtries", "new_authtok_reqd", "acct_expired", "session_err", "cred_unavail",
         "cred_expired", "cred_err", "no_module_data", "conv_err", "authtok_err", "authtok_recover_err", "authtok_lock_busy",
         "authtok_disable_aging", "try_again", "ignore", "abort", "authtok_expired", "module_unknown", "bad_item", "conv_again",
         "incomplete"]
assert len(CODES) == 32
PERMIT = "auth required pam_permit.so"

# --- the system's own libpam
v = converse("root")
ok(v.flaw == "service" and not v.passed, "no service file: refused as that", v)
service(SYSTEM, PERMIT, name="other")
v = converse("root")
ok(v.flaw == "service" and not v.passed, "with a permissive 'other' too: it says nothing about this vault", v)
service(SYSTEM, PERMIT)
v = converse("root")
ok(v.passed, "control: with a service file that permits, the same passes", v)
service(SYSTEM, "auth required pam_no_such_module.so")
v = converse("root")
ok(not v.passed and v.stage == "auth" and v.code != 0, "a missing module: refused", v)
service(SYSTEM, PERMIT, "account required pam_no_such_module.so")
v = converse("root")
ok(not v.passed and v.stage == "account" and v.code != 0, "a missing module of account: refused", v)
service(SYSTEM, "auth optional pam_no_such_module.so")
v = converse("root")
ok(not v.passed, "nothing but a missing optional module: refused", v)
service(SYSTEM, "this is no line of PAM")
v = converse("root")
ok(not v.passed, "a broken file: refused", v)
service(SYSTEM, "auth required pam_unix.so", "account required pam_unix.so")
v = converse("no-such-account", ["x"])
ok(not v.passed and v.stage == "auth", "an account that does not exist: refused", v)

# --- every return code, in auth and in account
passed = []
for i, a in enumerate(CODES):
    service(SYSTEM, "auth required pam_debug.so auth=%s" % a)
    v = converse("root")
    if v.passed:
        passed.append(("auth", a))
    elif v.stage != "auth" or v.status != 0 or v.code == 0:
        ok(False, "auth=%s is refused at auth" % a, v)
for i, a in enumerate(CODES):
    service(SYSTEM, "auth required pam_debug.so auth=success", "account required pam_debug.so acct=%s" % a)
    v = converse("root")
    if v.passed:
        passed.append(("account", a))
    elif v.stage != "account" or v.status != 0 or v.code == 0:
        ok(False, "acct=%s is refused at account" % a, v)
ok(passed == [("auth", "success"), ("account", "success")], "libpam: 64 runs (32 codes in auth, 32 in account), only success passes: %d" %
   len(passed), passed)
service(SYSTEM, PERMIT, "account required pam_debug.so acct=new_authtok_reqd")
v = converse("root")
ok((v.code, v.stage) == (12, "account"), "an expired password has its own code", v)

# every pair: nothing but (success, success)
if os.path.exists(WRAPPER) and not kit.SANITIZED:  # a preloaded library comes before the sanitizer's own
    wrapped = kit.fresh("wrapped")
    os.mkdir(wrapped)
    service(wrapped, PERMIT, name="other")
    service(SYSTEM, PERMIT)
    pairs, wrong = 0, []
    for a in CODES:
        for b in CODES:
            service(wrapped, "auth required pam_debug.so auth=%s" % a, "account required pam_debug.so acct=%s" % b)
            v = converse("root", services=wrapped)
            pairs += 1
            if v.passed != ((a, b) == ("success", "success")) or v.status != 0:
                wrong.append((a, b, v))
    ok(not wrong, "pam_wrapper and pam_debug: %d pairs of codes, only success and success passes" % pairs, wrong)
    db = kit.fresh("passdb")
    with open(db, "w", encoding="utf-8") as f:
        f.write("suzuki:the machine phrase:mynakura\ntanaka:another:elsewhere\n")
    m = "%s/pam_matrix.so passdb=%s" % (MODULES, db)
    service(wrapped, "auth required " + m, "account required " + m)
    v = converse("suzuki", ["the machine phrase"], services=wrapped)
    ok(v.passed and v.prompts and v.prompts[0][0] == "hidden", "pam_matrix: the right password passes, asked without echo", v)
    v = converse("suzuki", ["wrong"], services=wrapped)
    ok(not v.passed and v.stage == "auth", "pam_matrix: a wrong one does not", v)
    v = converse("tanaka", ["another"], services=wrapped)
    ok(not v.passed, "pam_matrix: a password for another service does not", v)
    v = converse("yamada", ["the machine phrase"], services=wrapped)
    ok(not v.passed, "pam_matrix: an unknown user does not", v)
    v = converse("suzuki", [None], services=wrapped)
    ok(not v.passed and v.ended == "hung up" and v.status == 0, "hanging up at the prompt ends the process by itself", v)
else:
    kit.skip("libpam-wrapper is missing, or a sanitizer is there")

# --- modules of our own
own = kit.fresh("modules")
os.mkdir(own)


def with_module(name, body, account="account required pam_permit.so", **kw):
    service(SYSTEM, "auth required " + module(own, name, body), account)
    return converse("root", **kw)


ASK = "char *r = NULL; int k = pam_prompt(h, PAM_PROMPT_ECHO_OFF, &r, \"%s\");"
v = with_module("good", "int on_auth(pam_handle_t *h) { " + ASK % "Password: " +
                " return k == PAM_SUCCESS && r && strcmp(r, \"yes\") == 0 ? PAM_SUCCESS : PAM_AUTH_ERR; }", answers=["yes"])
ok(v.passed and v.prompts == [("hidden", "Password")], "control: a module of our own asks and passes", v)
service(SYSTEM, "auth required %s/good.so" % own)
v = converse("root", ["no"])
ok((v.code, v.stage) == (7, "auth"), "control: and refuses", v)

v = with_module("several", """
int on_auth(pam_handle_t *h) {
	const struct pam_conv *c; struct pam_response *r = NULL;
	struct pam_message m[4] = {{PAM_PROMPT_ECHO_ON, "Code "}, {PAM_TEXT_INFO, "Touch it\\n"}, {PAM_PROMPT_ECHO_OFF, "PIN"}, {PAM_ERROR_MSG, "Last try"}};
	const struct pam_message *p[4] = {&m[0], &m[1], &m[2], &m[3]};
	if (pam_get_item(h, PAM_CONV, (const void **)&c) != PAM_SUCCESS || c->conv(4, p, &r, c->appdata_ptr) != PAM_SUCCESS || !r) return PAM_CONV_ERR;
	return r[0].resp && !strcmp(r[0].resp, "one") && r[2].resp && !strcmp(r[2].resp, "two") && !r[1].resp && !r[3].resp ? PAM_SUCCESS : PAM_AUTH_ERR;
}""", answers=["one", "two"])
ok(v.passed and v.prompts == [("info", "Touch it"), ("error", "Last try"), ("echo", "Code"), ("hidden", "PIN")],
   "several prompts in one call: those that tell come first, answers go where they belong", v)
v = converse("root", ["two", "one"])
ok(not v.passed and v.code == 7, "control: the answers the other way round do not", v)

v = with_module("text", r"""
int on_auth(pam_handle_t *h) {
	pam_prompt(h, PAM_TEXT_INFO, NULL, "a\033[2Jb\x07" "c\xe2\x80\xae" "d\xff" "e\n\xe9\xa3\x9b" "f\xc2\x9b" "31mg");
	pam_prompt(h, PAM_TEXT_INFO, NULL, "%0700d", 1);
	return PAM_SUCCESS;
}""")
ok(v.passed and [p[1] for p in v.prompts][0] == "a?[2Jb?c?d?e 飛f?31mg", "escapes, bidi controls and bad bytes do not come through", v.prompts)
ok(len(v.prompts) == 2 and len(v.prompts[1][1]) == 512, "a long text is cut", v)

v = with_module("japanese", r"""int on_auth(pam_handle_t *h) { return PAM_SUCCESS; }""", source="192.0.2.1", terminal="pts/3", lang="ja")
ok(v.passed, "with a source address and a language", v)
v = with_module("items", """int on_auth(pam_handle_t *h) {
	const char *names[] = {"user", "ruser", "tty", "rhost", "service"}; int items[] = {PAM_USER, PAM_RUSER, PAM_TTY, PAM_RHOST, PAM_SERVICE};
	for (int i = 0; i < 5; i++) { const void *s = NULL; pam_get_item(h, items[i], &s); pam_prompt(h, PAM_TEXT_INFO, NULL, "%s=%s", names[i], s ? (const char *)s : "-"); }
	return PAM_SUCCESS; }""", source="unknown", terminal="pts/3")
ok([p[1] for p in v.prompts] == ["user=root", "ruser=root", "tty=pts/3", "rhost=unknown", "service=mynakura"], "an unknown source is named so", v.prompts)
v = converse("root", source="local")
ok("rhost=-" in [p[1] for p in v.prompts], "a local one is none", v.prompts)
v = converse("root", source="192.0.2.9")
ok("rhost=192.0.2.9" in [p[1] for p in v.prompts], "an address is given", v.prompts)
v = with_module("fds", """int on_auth(pam_handle_t *h) {
	int open = 0; for (int fd = 3; fd < 256; fd++) open += fcntl(fd, F_GETFD) >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0;
	pam_prompt(h, PAM_TEXT_INFO, NULL, "%d", open); return PAM_SUCCESS; }""")
ok(v.passed and v.prompts[0][1] == "0", "a program that a module starts gets no descriptor of ours", v)

REFUSED = {
    "other_user": ("int on_auth(pam_handle_t *h) { pam_set_item(h, PAM_USER, \"daemon\"); return PAM_SUCCESS; }", "a module that puts another user in place"),
    "many": ("int on_auth(pam_handle_t *h) { for (int i = 0; i < 100; i++) { " + ASK % "again" + " if (k) return k; } return PAM_SUCCESS; }",
             "100 prompts"),
    "many_ignored": ("int on_auth(pam_handle_t *h) { for (int i = 0; i < 100; i++) pam_prompt(h, PAM_TEXT_INFO, NULL, \"x\"); return PAM_SUCCESS; }",
                     "100 messages, by a module that takes no notice and says success"),
    "megabyte": ("int on_auth(pam_handle_t *h) { char *s = malloc(1 << 20); memset(s, 'x', (1 << 20) - 1); s[(1 << 20) - 1] = 0; "
                 "pam_prompt(h, PAM_PROMPT_ECHO_OFF, &(char *){0}, \"%s\", s); return PAM_SUCCESS; }", "a prompt of 1 MB"),
    "binary": ("int on_auth(pam_handle_t *h) { const struct pam_conv *c; struct pam_response *r; struct pam_message m = {7, \"x\"}; "
               "const struct pam_message *p = &m; pam_get_item(h, PAM_CONV, (const void **)&c); c->conv(1, &p, &r, c->appdata_ptr); return PAM_SUCCESS; }",
               "a binary prompt"),
    "crash": ("int on_auth(pam_handle_t *h) { *(volatile int *)8 = 1; return PAM_SUCCESS; }", "a crash"),
    "exits": ("int on_auth(pam_handle_t *h) { _exit(0); }", "an exit with status 0"),
    "alarm": ("static void on(int s) { (void)s; } int on_auth(pam_handle_t *h) { signal(SIGALRM, on); alarm(1); pause(); alarm(1); signal(SIGALRM, SIG_DFL); pause(); return PAM_SUCCESS; }",
              "alarm signals"),
}
for name, (body, words) in REFUSED.items():
    v = with_module(name, body, answers=["x"] * 200)
    ok(not v.passed and v.seconds < 15 and (v.flaw or v.ended or v.code), "%s: refused, %s" % (words, v.flaw or v.ended or v.code), v)
v = with_module("sleeps", "int on_auth(pam_handle_t *h) { sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, NULL); sleep(60); return PAM_SUCCESS; }",
                limit=3)
ok(not v.passed and v.ended == "killed" and v.status == -9, "a module that sleeps 60 s with every signal blocked can be ended from outside", v)
service(SYSTEM, "auth required %s/good.so" % own, "account required %s/good.so" % own)
v = converse("root", ["yes"])
ok(v.passed, "control: after all that a good login passes", v)

# --- the files that are shipped
TOP = os.path.join(os.environ["TAP_TOP"], "contrib/pam.d")
for name in ("mynakura", "mynakura-faillock", "mynakura-oath", "mynakura-u2f"):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        lines = [x.split("#")[0].split() for x in f]
    lines = [x for x in lines if x]
    have = {x[0] for x in lines}
    ok({"auth", "account"} <= have and not any("include" in x[1] for x in lines), "%s: auth and account stand in it, nothing is included" % name, lines)
    missing = [m for x in lines for m in re.findall(r"pam_\w+\.so", " ".join(x)) if not os.path.exists("/lib/x86_64-linux-gnu/security/" + m)]
    say("%s: modules that are not on this machine: %s" % (name, sorted(set(missing)) or "none"))


def shipped(name, etc):
    """A shipped file with /etc/mynakura elsewhere."""
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        text = f.read().replace("/etc/mynakura/", etc + "/")
    with open(os.path.join(SYSTEM, "mynakura"), "w", encoding="utf-8") as f:
        f.write(text)


etc = kit.fresh("etc")
os.mkdir(etc)
for name in ("access.conf", "time.conf", "faillock.conf", "users"):
    with open(os.path.join(TOP, name), encoding="utf-8") as f, open(os.path.join(etc, name), "w", encoding="utf-8") as g:
        g.write(f.read())
    os.chmod(os.path.join(etc, name), 0o600)


def put(name, text):
    with open(os.path.join(etc, name), "a", encoding="utf-8") as f:
        f.write(text)


shipped("mynakura", etc)
v = converse("root")
ok(not v.passed and v.stage == "account", "the default as shipped: nobody is listed, nobody passes", v)
put("users", "root\n")
v = converse("root")
ok(v.passed and not v.prompts, "control: a listed account passes and is asked nothing", v)
v = converse("daemon")
ok(not v.passed, "one that is not listed does not", v)
put("time.conf", "mynakura;*;root;!Al0000-2400\n")
v = converse("root")
ok(not v.passed and v.stage == "account", "outside the hours: refused", v)
with open(os.path.join(etc, "time.conf"), "w", encoding="utf-8"):
    pass
put("access.conf", "+:root:LOCAL 192.0.2.\n-:ALL:ALL\n")
for source, good in (("local", True), ("192.0.2.8", True), ("198.51.100.1", False), ("unknown", False)):
    v = converse("root", source=source)
    ok(v.passed == good, "access.conf that names LOCAL and 192.0.2.: from %s %s" % (source, "passes" if good else "is refused"), v)
os.unlink(os.path.join(etc, "users"))
v = converse("root")
ok(not v.passed, "without the list of accounts nobody passes", v)
put("users", "root\n")
v = converse("root")
ok(v.passed, "control: with it again, yes", v)
kit.done()
