// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `arppinctl check` reads of the machine: modinfo's and systemctl's output,
 * /proc/keys, kernel command lines, names of kernels.
 *
 * Input: which of these, 1 byte; the text.
 *
 * Properties: each value is what stands behind its key on a line of the text, as
 * far as there is room for it; a parameter is there if it is a word of its own;
 * a key is there only if a line of /proc/keys has it by name.
 */
#define _GNU_SOURCE 1
#include <ctype.h>

#include "fuzz.h"
#include "kernels.h"
#include "machine.h"

/* `value`, which has room for `size`, is "" or stands behind `key` on a line. */
static void check_value(const char *text, const char *key, const char *value, size_t size)
{
	size_t len = strnlen(value, size), n = strlen(key);

	property(len < size);
	if (!len)
		return;
	for (const char *line = text; ; line++) {
		if (!strncmp(line, key, n)) {
			const char *at = line + n;

			if (key[n - 1] == ':')
				at += strspn(at, " \t");
			if (!strncmp(at, value, len) &&
			    (!at[len] || at[len] == '\n' || len == size - 1))
				return;
		}
		line = strchr(line, '\n');
		property(line);
	}
}

static void fuzz_modinfo(const char *text)
{
	struct module_file module;

	property(kernel_parse_modinfo(text, &module) == !!*module.file);
	check_value(text, "filename:", module.file, sizeof(module.file));
	check_value(text, "version:", module.version, sizeof(module.version));
	check_value(text, "srcversion:", module.srcversion, sizeof(module.srcversion));
	check_value(text, "vermagic:", module.vermagic, sizeof(module.vermagic));
	check_value(text, "signer:", module.signer, sizeof(module.signer));
}

static void fuzz_units(const char *text)
{
	struct unit units[UNITS];

	units_parse(text, units);
	for (int i = 0; i < UNITS; i++) {
		bool told = *units[i].load || *units[i].file || *units[i].active;

		property(!told || strstr(text, unit_names[i]));
		check_value(text, "LoadState=", units[i].load, sizeof(units[i].load));
		check_value(text, "UnitFileState=", units[i].file, sizeof(units[i].file));
		check_value(text, "ActiveState=", units[i].active, sizeof(units[i].active));
	}
}

static void fuzz_keys(const char *text)
{
	static const char signer[] = "DKMS";
	const char *at = text;
	bool possible = false;

	while ((at = strstr(at, " DKMS: ")))
		possible |= at++ - text >= 10;
	property(!keys_have(text, signer) || (possible && strstr(text, " asymmetri")));
}

/* The words of a command line, and of a line that has one in quotes. */
static void fuzz_parameter(const char *text)
{
	static const char between[] = " \t\n\v\f\r\"'=";
	bool found = false;
	size_t len;

	for (const char *word = text; *word; word += len ? len : 1) {
		len = strcspn(word, between);
		found |= len == 8 && !memcmp(word, "noarppin", 8);
	}
	property(has_parameter(text, "noarppin") == found);
}

static void fuzz_version(const char *text)
{
	const char *flavour = kernel_flavour(text);

	property(!*flavour || (strlen(flavour) < strlen(text) && flavour[-1] == '-'));
	property(!strcmp(flavour, text + strlen(text) - strlen(flavour)));
	if (!strncmp(text, "6.", 2) && isdigit((unsigned char)text[2]))
		property(!kernel_too_old(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	text = calloc(1, size);
	memcpy(text, data + 1, size - 1);
	switch (data[0]) {
	case 'm':
		fuzz_modinfo(text);
		break;
	case 'u':
		fuzz_units(text);
		break;
	case 'k':
		fuzz_keys(text);
		break;
	case 'p':
		fuzz_parameter(text);
		break;
	default:
		fuzz_version(text);
	}
	free(text);
	return 0;
}
