/* SPDX-License-Identifier: GPL-2.0-only */
/* What all fuzzers share: reading the input, and saying which property does not hold. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define property(condition) \
	((condition) ? (void)0 : property_fails(__FILE__, __LINE__, #condition))

static inline void __attribute__((noreturn))
property_fails(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, condition);
	abort();
}

/* What is left of an input. Whoever takes more than there is gets zeros. */
struct input {
	const uint8_t *at;
	size_t left;
};

static inline void take(struct input *input, void *to, size_t len)
{
	size_t some = len < input->left ? len : input->left;

	memset(to, 0, len);
	if (some)
		memcpy(to, input->at, some);
	input->at += some;
	input->left -= some;
}

static inline uint8_t take_byte(struct input *input)
{
	uint8_t byte;

	take(input, &byte, 1);
	return byte;
}

/* A copy that ends where its memory ends, so that ASan sees each byte read beyond. */
static inline void *exact_copy(const void *bytes, size_t len)
{
	void *copy = malloc(len);

	if (!copy)
		abort();
	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

/* Nothing that a terminal or a reader of lines could take for something else. */
static inline bool is_printable(const char *text, size_t len, bool lines)
{
	for (size_t i = 0; i < len; i++)
		if ((text[i] < ' ' || text[i] > '~') && !(lines && text[i] == '\n'))
			return false;
	return true;
}

/* A message: something, in one line. */
static inline bool is_sentence(const char *text)
{
	return *text && is_printable(text, strlen(text), false);
}

#endif
