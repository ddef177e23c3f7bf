// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adds up what an arppin has counted that clang has instrumented, each time that
 * it goes: after the last of its code, its exit. The sum is in debugfs. See
 * tests/coverage.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

static struct dentry *file;
static struct debugfs_blob_wrapper sum;

/* Of a module that runs no more, or not yet: nobody changes what is read here. */
static unsigned long value_of(const struct module *mod, const char *name)
{
	const struct mod_kallsyms *symbols = rcu_dereference_raw(mod->kallsyms);
	unsigned int i;

	for (i = 0; i < symbols->num_symtab; i++)
		if (!strcmp(symbols->strtab + symbols->symtab[i].st_name, name))
			return kallsyms_symbol_value(&symbols->symtab[i]);
	return 0;
}

static int gone(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *mod = data;
	const u64 *begin, *end;
	u64 *counters;
	size_t size, i;

	/* The other name is one of tests/vm/t/load.t's. */
	if (state != MODULE_STATE_GOING ||
	    (strcmp(mod->name, "arppin") && strcmp(mod->name, "second")))
		return NOTIFY_DONE;
	begin = (const u64 *)value_of(mod, "counters_begin"); /* sections.lds */
	end = (const u64 *)value_of(mod, "counters_end");
	size = (void *)end - (void *)begin;
	if (size && !sum.data) {
		sum.data = kvzalloc(size, GFP_KERNEL);
		sum.size = sum.data ? size : 0;
	}
	if (!size || sum.size != size) { /* a complaint for tests/vm/run */
		pr_err("BUG: lost what an arppin has counted\n");
		return NOTIFY_DONE;
	}
	counters = sum.data;
	for (i = 0; i < size / sizeof(*counters); i++)
		counters[i] += begin[i];
	return NOTIFY_DONE;
}

static struct notifier_block block = { .notifier_call = gone };

static int __init counters_init(void)
{
	file = debugfs_create_blob("arppin_counters", 0400, NULL, &sum);
	return register_module_notifier(&block);
}

static void __exit counters_exit(void)
{
	unregister_module_notifier(&block);
	debugfs_remove(file);
	kvfree(sum.data);
}

module_init(counters_init);
module_exit(counters_exit);

MODULE_DESCRIPTION("Keeps the coverage counters of arppin");
MODULE_LICENSE("GPL");
