/* SPDX-License-Identifier: GPL-2.0-only */
/* Facts -> findings: is this host protected, now and after the next reboot? */
#ifndef CHECKS_H
#define CHECKS_H

#include "finding.h"

struct facts;

void checks_run(const struct facts *facts, struct findings *findings);
bool checks_protected(const struct findings *findings);

/* True: what is in force is not known, and so nothing more can be said. It was said. */
bool checks_skipped(const struct facts *facts, struct result *result);

/* The checks. */
void check_module_built(const struct facts *facts, struct result *result);
void check_module_signed(const struct facts *facts, struct result *result);
void check_module_loaded(const struct facts *facts, struct result *result);
void check_module_version(const struct facts *facts, struct result *result);
void check_hook(const struct facts *facts, struct result *result);
void check_ipv6(const struct facts *facts, struct result *result);
void check_gateways(const struct facts *facts, struct result *result);
void check_pins(const struct facts *facts, struct result *result);
void check_pins_bound(const struct facts *facts, struct result *result);
void check_cache(const struct facts *facts, struct result *result);
void check_confirm(const struct facts *facts, struct result *result);
void check_config(const struct facts *facts, struct result *result);
void check_config_in_force(const struct facts *facts, struct result *result);
void check_last_good(const struct facts *facts, struct result *result);
void check_unit_restore(const struct facts *facts, struct result *result);
void check_unit_standin(const struct facts *facts, struct result *result);
void check_unit_monitor(const struct facts *facts, struct result *result);
void check_boot_now(const struct facts *facts, struct result *result);
void check_boot_next(const struct facts *facts, struct result *result);

#endif
