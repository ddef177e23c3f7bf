/* SPDX-License-Identifier: GPL-2.0-only */
/* The protocol of sd_notify(3), for a daemon that systemd starts; else nothing happens. */
#ifndef NOTIFY_H
#define NOTIFY_H

/* Lines as "READY=1\nSTATUS=..." */
void notify(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
