// SPDX-License-Identifier: GPL-2.0-only
#include "checks.h"
#include "facts.h"

/*
 * In the order in which their fixes help: what builds before what loads, what
 * pins before what saves.
 */
static const struct check {
	const char *name;
	bool of_host;		/* about its boot, not about a network namespace */
	void (*run)(const struct facts *facts, struct result *result);
} checks[] = {
	{ "module-built", true, check_module_built },
	{ "module-signed", true, check_module_signed },
	{ "config", true, check_config },
	{ "module-loaded", false, check_module_loaded },
	{ "module-version", false, check_module_version },
	{ "confirm", false, check_confirm },
	{ "gateways", false, check_gateways },
	{ "ipv6", false, check_ipv6 },
	{ "pins", false, check_pins },
	{ "pins-bound", false, check_pins_bound },
	{ "hook", false, check_hook },
	{ "cache", false, check_cache },
	{ "config-in-force", true, check_config_in_force },
	{ "last-good", true, check_last_good },
	{ "unit-restore", true, check_unit_restore },
	{ "unit-standin", true, check_unit_standin },
	{ "unit-monitor", true, check_unit_monitor },
	{ "boot-loader", true, check_boot_next },
	{ "command-line", true, check_boot_now },
};

void checks_run(const struct facts *facts, struct findings *findings)
{
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		struct result result = { .name = checks[i].name, .findings = findings };

		if (checks[i].of_host && facts->elsewhere)
			say_skipped(&result, "%s", facts->elsewhere);
		else
			checks[i].run(facts, &result);
		findings_end(&result);
	}
}

bool checks_protected(const struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++)
		if (findings->items[i].state == CHECK_FAILED)
			return false;
	return true;
}

bool checks_skipped(const struct facts *facts, struct result *result)
{
	if (!facts->known)
		say_skipped(result, facts->loaded ? "what is in force is not known" :
					     "the module is not loaded");
	return !facts->known;
}
