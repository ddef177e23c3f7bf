/* SPDX-License-Identifier: GPL-2.0-only */
/* Other programs, by their words: no shell reads them. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stddef.h>

/*
 * Runs words[0], found in the folders of programs and of administration
 * whatever PATH says, and waits for its end, at most `seconds`: then it is
 * killed. What it prints, on both outputs, is in `output` (at most `size` bytes
 * with the 0 at the end, the rest is lost); its input is empty. Returns its exit
 * status, 128 and more if a signal ended it, or -1 if it could not be run or had
 * no more time: errno.
 */
int program_run(char *const words[], unsigned int seconds, char *output, size_t size);

#endif
