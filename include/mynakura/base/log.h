/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line to stderr for whoever runs the program. No personal data, number, name, path content or
 * key goes here: an error code, an id, a count. The text is escaped.
 */
#ifndef MK_BASE_LOG_H
#define MK_BASE_LOG_H

void mk_log_name(const char *name); /* static string, put before each line */
void mk_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
