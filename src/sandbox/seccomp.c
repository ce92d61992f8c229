/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * System call allow-lists. What is not listed kills a reading process and gives the daemon's roles
 * EPERM; the kernel logs both, so that a forgotten call and an attack are seen. Under sanitizers,
 * whose runtime needs calls of its own, only the dangerous calls are denied: that proves nothing,
 * the normal build does.
 */
#include "mynakura/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "mynakura/base/err.h"

#define SYS(name) SCMP_SYS(name)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#ifndef MK_SANITIZED
/* capture.md 4: what recognition was measured to need. */
static const int reader_calls[] = {SYS(read), SYS(write), SYS(brk), SYS(munmap), SYS(mremap),
    SYS(madvise), SYS(futex), SYS(clock_gettime), SYS(getrusage), SYS(exit_group), SYS(exit),
    SYS(rt_sigreturn), SYS(getrandom), SYS(sched_yield),
    /* the channel */
    SYS(recvmsg), SYS(sendmsg), SYS(poll), SYS(ppoll), SYS(close), SYS(fstat),
    SYS(restart_syscall)};

/*
 * libtiff and poppler ask for the page size, the time zone's file is denied by Landlock, glib makes
 * no thread here.
 */
static const int decode_calls[] = {SYS(pread64), SYS(lseek), SYS(memfd_create), SYS(ftruncate),
    SYS(gettimeofday), SYS(time), SYS(sysinfo), SYS(rt_sigprocmask), SYS(rt_sigaction), SYS(dup),
    SYS(getpid), SYS(gettid), SYS(clock_nanosleep), SYS(fstatfs)};

/* Looking for and reading fonts; Landlock says which. newfstatat is also how glibc spells fstat. */
static const int font_calls[] = {SYS(openat), SYS(open), SYS(access), SYS(faccessat),
    SYS(faccessat2), SYS(stat), SYS(lstat), SYS(statx), SYS(getdents64), SYS(readlink),
    SYS(readlinkat), SYS(getcwd), SYS(uname), SYS(getuid), SYS(geteuid), SYS(getgid), SYS(getegid),
    SYS(fstatfs), SYS(statfs), SYS(fadvise64), SYS(readv), SYS(sched_getaffinity),
    SYS(sigaltstack)};

static const int role_calls[] = {
    /* files */
    SYS(read), SYS(write), SYS(readv), SYS(writev), SYS(pread64), SYS(pwrite64), SYS(preadv),
    SYS(pwritev), SYS(lseek), SYS(close), SYS(openat), SYS(open), SYS(creat), SYS(fstat), SYS(stat),
    SYS(lstat), SYS(newfstatat), SYS(statx), SYS(fstatfs), SYS(statfs), SYS(access), SYS(faccessat),
    SYS(faccessat2), SYS(ftruncate), SYS(fallocate), SYS(fsync), SYS(fdatasync),
    SYS(sync_file_range), SYS(flock), SYS(mkdir), SYS(mkdirat), SYS(rmdir), SYS(unlink),
    SYS(unlinkat), SYS(rename), SYS(renameat), SYS(renameat2), SYS(linkat), SYS(fchmod),
    SYS(fchown), SYS(umask), SYS(getdents64), SYS(getcwd), SYS(readlink), SYS(readlinkat),
    SYS(fadvise64), SYS(utimensat), SYS(copy_file_range), SYS(memfd_create), SYS(dup), SYS(dup2),
    SYS(dup3), SYS(pipe2), SYS(eventfd2),
    /* sockets that are held: no socket, connect, bind, listen */
    SYS(accept), SYS(accept4), SYS(sendmsg), SYS(recvmsg), SYS(sendto), SYS(recvfrom),
    SYS(shutdown), SYS(getsockopt), SYS(setsockopt), SYS(getsockname), SYS(getpeername), SYS(poll),
    SYS(ppoll), SYS(select), SYS(pselect6), SYS(epoll_create1), SYS(epoll_ctl), SYS(epoll_wait),
    SYS(epoll_pwait), SYS(timerfd_create), SYS(timerfd_settime), SYS(signalfd4),
    /* memory */
    SYS(brk), SYS(munmap), SYS(mremap), SYS(madvise), SYS(mlock), SYS(mlock2), SYS(munlock),
    SYS(msync),
    /* threads, signals, time, identity */
    SYS(futex), SYS(set_robust_list), SYS(get_robust_list), SYS(set_tid_address), SYS(rseq),
    SYS(sched_yield), SYS(sched_getaffinity), SYS(exit), SYS(exit_group), SYS(rt_sigaction),
    SYS(rt_sigprocmask), SYS(rt_sigreturn), SYS(rt_sigtimedwait), SYS(sigaltstack),
    SYS(restart_syscall), SYS(clock_gettime), SYS(clock_getres), SYS(clock_nanosleep),
    SYS(nanosleep), SYS(gettimeofday), SYS(time), SYS(getrandom), SYS(getpid), SYS(gettid),
    SYS(getppid), SYS(getuid), SYS(geteuid), SYS(getgid), SYS(getegid), SYS(getgroups),
    SYS(getrusage), SYS(getrlimit), SYS(uname), SYS(sysinfo), SYS(times), SYS(membarrier)};

static int
allow_list(scmp_filter_ctx ctx, const int *calls, size_t count)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	return r;
}

/* Allows a call when an argument, masked, has a value. */
static int
allow_when(scmp_filter_ctx ctx, int call, unsigned arg, scmp_datum_t mask, scmp_datum_t value)
{
	const struct scmp_arg_cmp cmp = {
	    .arg = arg, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
	return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, call, 1, &cmp);
}

#define WHOLE (~(scmp_datum_t)0)

/*
 * Memory that is both written and executed is how an exploit goes on; nothing of ours maps code
 * after start.
 */
static int
allow_memory(scmp_filter_ctx ctx)
{
	int r = allow_when(ctx, SYS(mmap), 2, PROT_EXEC, 0);
	if (r == 0)
		r = allow_when(ctx, SYS(mprotect), 2, PROT_EXEC, 0);
	return r;
}

static int
allow_fcntl(scmp_filter_ctx ctx, const int *commands, size_t count)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = allow_when(ctx, SYS(fcntl), 1, WHOLE, (scmp_datum_t)commands[i]);
	return r;
}

/* abort() and assertion failures raise in the own process only; limits are read, not set. */
static int
allow_self(scmp_filter_ctx ctx)
{
	int r = allow_when(ctx, SYS(tgkill), 0, WHOLE, (scmp_datum_t)getpid());
	if (r == 0)
		r = allow_when(ctx, SYS(prlimit64), 2, WHOLE, 0);
	return r;
}

static int
fill_reader(scmp_filter_ctx ctx, enum mk_sandbox_profile profile)
{
	static const int commands[] = {F_GET_SEALS, F_ADD_SEALS, F_GETFD, F_GETFL, F_SETFD};
	int r = allow_list(ctx, reader_calls, COUNT(reader_calls));
	if (r == 0)
		r = allow_memory(ctx);
	if (r == 0)
		r = allow_fcntl(ctx, commands, profile == MK_SANDBOX_READ ? 1 : COUNT(commands));
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SYS(newfstatat), 0);
	if (r == 0 && profile != MK_SANDBOX_READ)
		r = allow_list(ctx, decode_calls, COUNT(decode_calls));
	if (r == 0 && profile == MK_SANDBOX_DECODE_FONTS)
		r = allow_list(ctx, font_calls, COUNT(font_calls));
	if (r == 0 && profile != MK_SANDBOX_READ)
		r = allow_self(ctx);
	return r;
}

static int
fill_role(scmp_filter_ctx ctx)
{
	static const int commands[] = {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK,
	    F_SETLKW, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_DUPFD, F_DUPFD_CLOEXEC, F_GET_SEALS,
	    F_ADD_SEALS};
	const scmp_datum_t thread = CLONE_THREAD | CLONE_VM | CLONE_SIGHAND;
	int r = allow_list(ctx, role_calls, COUNT(role_calls));
	if (r == 0)
		r = allow_memory(ctx);
	if (r == 0)
		r = allow_fcntl(ctx, commands, COUNT(commands));
	if (r == 0)
		r = allow_self(ctx);
	if (r ==
	    /*
	     * threads, no processes; clone3's flags cannot be looked at, ENOSYS makes glibc use
	     * clone
	     */
	    0)
		r = allow_when(ctx, SYS(clone), 0, thread, thread);
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SYS(clone3), 0);
	if (r == 0) /* names its threads */
		r = allow_when(ctx, SYS(prctl), 0, WHOLE, PR_SET_NAME);
	if (r == 0) /* a pair that leads nowhere but to itself */
		r = allow_when(ctx, SYS(socketpair), 0, WHOLE, AF_UNIX);
	return r;
}

static int
fill(scmp_filter_ctx ctx, enum mk_sandbox_profile profile)
{
	bool role = profile == MK_SANDBOX_VAULT || profile == MK_SANDBOX_TRAIL;
	return role ? fill_role(ctx) : fill_reader(ctx, profile);
}
#else /* a sanitizer needs more, ptrace for its leak check among it */
static int
fill(scmp_filter_ctx ctx, enum mk_sandbox_profile profile)
{
	static const int denied[] = {SYS(socket), SYS(connect), SYS(bind), SYS(listen), SYS(execve),
	    SYS(execveat), SYS(fork), SYS(vfork), SYS(mount), SYS(setuid), SYS(chroot)};
	static const int no_files[] = {
	    SYS(openat), SYS(open), SYS(creat), SYS(unlink), SYS(rename), SYS(mkdir)};
	bool role = profile == MK_SANDBOX_VAULT || profile == MK_SANDBOX_TRAIL;
	uint32_t action = role ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS;
	int r = 0;
	for (size_t i = 0; r == 0 && i < COUNT(denied); i++)
		r = seccomp_rule_add(ctx, action, denied[i], 0);
	for (size_t i = 0; r == 0 && profile == MK_SANDBOX_READ && i < COUNT(no_files); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), no_files[i], 0);
	return r;
}
#endif

static uint32_t
default_action(enum mk_sandbox_profile profile)
{
#ifdef MK_SANITIZED
	(void)profile;
	return SCMP_ACT_ALLOW;
#else
	bool role = profile == MK_SANDBOX_VAULT || profile == MK_SANDBOX_TRAIL;
	return role ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS;
#endif
}

int
mk_sandbox_seccomp(enum mk_sandbox_profile profile)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return MK_E_FAILED;
	scmp_filter_ctx ctx = seccomp_init(default_action(profile));
	if (ctx == NULL)
		return MK_E_NOMEM;
	int r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, 1);
	if (r == -EOPNOTSUPP ||
	    r == -EACCES) /* a kernel without the flag: not logged, still refused */
		r = 0;
	if (r == 0)
		r = fill(ctx, profile);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r == 0 ? 0 : r == -ENOMEM ? MK_E_NOMEM : MK_E_FAILED;
}

static int
enter_role(enum mk_sandbox_profile profile)
{
	int r = mk_sandbox_limits(0, 0);
	return r < 0 ? r : mk_sandbox_seccomp(profile);
}

int
mk_sandbox_vault(void)
{
	return enter_role(MK_SANDBOX_VAULT);
}

int
mk_sandbox_trail(void)
{
	return enter_role(MK_SANDBOX_TRAIL);
}
