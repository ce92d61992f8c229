/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything a key can do: one table from which the key bar, the help screen, the mouse targets of
 * the bar, mynakura(1) and its check are made. A view says by its places which rows are valid in
 * it; what a row does there is the view's act().
 */
#ifndef MK_TUI_ACTION_INTERNAL_H
#define MK_TUI_ACTION_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "mynakura/base/lang.h"
#include "input_internal.h"

/* Where an action is valid: a view has a set of these. */
#define MK_P_ANY 0x0001U /* every screen */
#define MK_P_SESSION 0x0002U /* every screen of a session */
#define MK_P_BACK 0x0004U /* screens that lie on another one */
#define MK_P_LIST 0x0008U
#define MK_P_PAGER 0x0010U
#define MK_P_FORM 0x0020U /* fields that take text: letters are no commands there */
#define MK_P_SEARCH 0x0040U /* lists with a search line */
#define MK_P_HOME 0x0080U
#define MK_P_SUBJECTS 0x0100U
#define MK_P_SUBJECT 0x0200U
#define MK_P_NUMBERS 0x0400U /* the session's roles may open numbers */
#define MK_P_QUEUE 0x0800U
#define MK_P_REVIEW 0x1000U
#define MK_P_CAPTURE 0x2000U
#define MK_P_TRAIL 0x4000U
#define MK_P_EXPORT 0x8000U
#define MK_P_REVEAL 0x10000U
#define MK_P_CONFIRM 0x20000U
#define MK_P_TASK 0x40000U
#define MK_P_LOGIN 0x80000U
#define MK_P_CHOOSE 0x100000U /* a list that another screen opened to choose from */
#define MK_P_SAVE 0x200000U /* a form that is kept */
#define MK_P_DISCARD 0x400000U /* a question that Enter answers with no */
#define MK_P_DECIDE 0x800000U /* a request that the session may decide */
#define MK_P_OWN 0x1000000U /* a request of one's own */
#define MK_P_USE 0x2000000U /* something that waits to be gone on with */
#define MK_P_MEMBERS 0x4000000U
#define MK_P_MEMBER 0x8000000U
#define MK_P_APPROVALS 0x10000000U
#define MK_P_CLOCK 0x20000000U
#define MK_P_NEWPASS 0x40000000U /* a passphrase that is made */
#define MK_P_GIVE 0x80000000U /* a member to whom the session may give ledgers */

/*
 * X(name, keys, places, word of the key bar (NULL: not there), sentence of the help screen). Keys
 * are tmux's names, the first one is shown. Rows are looked up in order, so a view's own meaning of
 * a key stands before the general one; the bar shows them in this order. A row is valid where the
 * view has ALL of its places.
 */
#define MK_ACT_TABLE(X)                                                                            \
	X(accept, "F2 C-d", MK_P_REVIEW, N_("Accept"), N_("accept this item as it stands"))        \
	X(scan, "Enter", MK_P_CAPTURE, N_("Scan"), N_("scan what lies in the scanner"))            \
	X(files, "f", MK_P_CAPTURE, N_("Files"), N_("read image files instead of scanning"))       \
	X(device, "d", MK_P_CAPTURE, N_("Scanner"), N_("choose another scanner"))                  \
	X(cancel, "C-c", MK_P_CAPTURE, N_("Stop"), N_("stop after the sheet that is being read"))  \
	X(choose, "Enter", MK_P_CHOOSE, N_("Choose"), N_("choose this one"))                       \
	X(save, "F2 C-d", MK_P_SAVE, N_("Save"), N_("keep what stands here"))                      \
	X(use, "Enter", MK_P_USE, N_("Go on"), N_("go on with what was granted"))                  \
	X(grant, "g", MK_P_DECIDE, N_("Grant"), N_("grant it, as the second person"))              \
	X(deny, "d", MK_P_DECIDE, N_("Refuse"), N_("refuse it, with a reason"))                    \
	X(withdraw, "w", MK_P_OWN, N_("Withdraw"), N_("take your own request back"))               \
	X(decided, "a", MK_P_APPROVALS, N_("All"), N_("show or leave out those that are decided")) \
	X(new_member, "n", MK_P_MEMBERS, N_("New member"),                                         \
	    N_("enter a member: a one-time code is made"))                                         \
	X(give, "Enter Space", MK_P_GIVE, N_("Give or take"),                                      \
	    N_("give this ledger to the member, or take it away"))                                 \
	X(change, "e", MK_P_MEMBER, N_("Change"), N_("change name, roles or the last day"))        \
	X(shut_out, "d", MK_P_MEMBER, N_("Shut out"),                                              \
	    N_("shut the member out at once, or let in again"))                                    \
	X(new_code, "c", MK_P_MEMBER, N_("New code"),                                              \
	    N_("a new one-time code, for a forgotten passphrase"))                                 \
	X(confirm_clock, "c", MK_P_CLOCK, N_("Confirm"), N_("confirm that the clock is right"))    \
	X(propose, "F3", MK_P_NEWPASS, N_("Propose"),                                              \
	    N_("propose a passphrase that is hard to guess"))                                      \
	X(open, "Enter", MK_P_LIST, N_("Open"), N_("open the selected row"))                       \
	X(next_field, "Tab Down", MK_P_FORM, N_("Next field"), N_("go to the next field"))         \
	X(prev_field, "BTab Up", MK_P_FORM, NULL, N_("go to the field before"))                    \
	X(exit, "Escape C-c", MK_P_LOGIN, N_("Leave"), N_("leave the program"))                    \
	X(code, "F4", MK_P_LOGIN, N_("One-time code"),                                             \
	    N_("for the first time here, or with a new code"))                                     \
	X(enter, "Enter", MK_P_FORM, NULL, N_("go on: next field, or do what the screen is for"))  \
	X(person, "F4", MK_P_REVIEW, N_("Person"),                                                 \
	    N_("the item belongs to a person who is in the ledger already"))                       \
	X(other_strip, "F5 C-o", MK_P_REVIEW, N_("Whole scan"),                                    \
	    N_("show the whole scan instead of the part of this field, and back"))                 \
	X(reject, "F8 C-x", MK_P_REVIEW, N_("Throw away"),                                         \
	    N_("throw this item away, with a reason"))                                             \
	X(reveal, "r", MK_P_SUBJECT | MK_P_NUMBERS, N_("Show number"),                             \
	    N_("show the number of this person for 20 seconds; recorded before it is shown"))      \
	X(edit, "e", MK_P_SUBJECT | MK_P_NUMBERS, N_("Correct"),                                   \
	    N_("correct name, code, address"))                                                     \
	X(history, "h", MK_P_SUBJECT, N_("History"), N_("who did what with this person's data"))   \
	X(hide, "Enter Space Escape q", MK_P_REVEAL, N_("Hide now"),                               \
	    N_("hide the number at once"))                                                         \
	X(search, "/", MK_P_SEARCH, N_("Search"), N_("search while typing"))                       \
	X(verify, "v", MK_P_TRAIL, N_("Verify"), N_("verify the whole record, link by link"))      \
	X(filter, "f", MK_P_TRAIL, N_("Filter"), N_("show only some entries"))                     \
	X(same_session, "s", MK_P_TRAIL, N_("Session"), N_("show only the session of this entry")) \
	X(own_acts, "a", MK_P_TRAIL, N_("Looks"),                                                  \
	    N_("show or leave out the mere looking at lists"))                                     \
	X(add, "n", MK_P_SUBJECTS | MK_P_NUMBERS, N_("New person"),                                \
	    N_("enter a person by hand, for a paper without a picture"))                           \
	X(mark, "Space", MK_P_SUBJECTS | MK_P_NUMBERS, NULL,                                       \
	    N_("mark this person, or take the mark away"))                                         \
	X(transcribe, "t", MK_P_SUBJECTS | MK_P_NUMBERS, N_("Transcribe"),                         \
	    N_("ask for a task: copy the numbers of those marked into a document"))                \
	X(write, "F2 C-d", MK_P_EXPORT, N_("Write file"), N_("write the file"))                    \
	X(yes, "y Y", MK_P_DISCARD, N_("Yes"), N_("yes, throw it away"))                           \
	X(no, "Enter Escape n N C-c", MK_P_DISCARD, N_("No"), N_("no, go on here"))                \
	X(confirm, "Enter", MK_P_CONFIRM, N_("OK"), N_("do it"))                                   \
	X(task, "t", MK_P_SESSION | MK_P_HOME, N_("Task"),                                         \
	    N_("work for another ledger or purpose"))                                              \
	X(passphrase, "p", MK_P_SESSION | MK_P_HOME, N_("Passphrase"),                             \
	    N_("change your own passphrase"))                                                      \
	X(up, "Up k C-p", MK_P_LIST, NULL, N_("one row up"))                                       \
	X(down, "Down j C-n", MK_P_LIST, NULL, N_("one row down"))                                 \
	X(page_up, "PPage C-b", MK_P_LIST, NULL, N_("one page up"))                                \
	X(page_down, "NPage C-f Space", MK_P_LIST, NULL, N_("one page down"))                      \
	X(first, "Home g", MK_P_LIST, NULL, N_("to the first row"))                                \
	X(last, "End G", MK_P_LIST, NULL, N_("to the last row"))                                   \
	X(line_up, "Up k C-p", MK_P_PAGER, NULL, N_("one line up"))                                \
	X(line_down, "Down j C-n Enter", MK_P_PAGER, NULL, N_("one line down"))                    \
	X(screen_up, "PPage C-b", MK_P_PAGER, NULL, N_("one screen up"))                           \
	X(screen_down, "NPage C-f Space", MK_P_PAGER, NULL, N_("one screen down"))                 \
	X(top, "Home g", MK_P_PAGER, NULL, N_("to the top"))                                       \
	X(bottom, "End G", MK_P_PAGER, NULL, N_("to the end"))                                     \
	X(back, "Escape q", MK_P_BACK, N_("Back"), N_("back to the screen before"))                \
	X(quit, "q", MK_P_HOME, N_("Leave"), N_("lock and leave the program"))                     \
	X(leave, "Escape C-c", MK_P_CONFIRM, N_("No"), N_("leave it"))                             \
	X(lock, "F12", MK_P_SESSION, N_("Lock"), N_("lock at once (also C-l twice)"))              \
	X(help, "F1 ?", MK_P_ANY, N_("Help"), N_("what the keys do here"))                         \
	X(redraw, "C-l", MK_P_ANY, NULL, N_("draw the screen anew"))                               \
	X(suspend, "C-z", MK_P_ANY, NULL, N_("lock, and back to the shell for a while; fg returns"))

enum mk_act {
#define X(name, keys, places, word, help) MK_ACT_##name,
	MK_ACT_TABLE(X)
#undef X
	    MK_ACT_COUNT,
	MK_ACT_NONE = MK_ACT_COUNT
};

struct mk_act_row {
	const char *name, *keys;
	unsigned places;
	const char *word, *help; /* msgids; word may be NULL */
};

const struct mk_act_row *mk_act_row(enum mk_act a); /* NULL past the end */
/* Is a valid in a view with these places? */
bool mk_act_valid(enum mk_act a, unsigned places);
/* What a key does in a view with these places; MK_ACT_NONE. */
enum mk_act mk_act_find(const struct mk_key *key, unsigned places);
/*
 * The first key that really leads to a here, as people know it: a key may belong to a row before.
 * false: there is none, and nothing is to be shown.
 */
bool mk_act_shown_key(enum mk_act a, unsigned places, char out[16]);
/*
 * The i-th key (from 0) of a row into out, as tmux names it; false past the end. people: as it is
 * shown (PgUp, Ctrl-D, Esc).
 */
bool mk_act_key(const struct mk_act_row *row, size_t i, bool people, char out[16]);

#endif
