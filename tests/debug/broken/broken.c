// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each detector of the debug kernel is there for, made on purpose: the name
 * of a bug written to the parameter `bug` makes it. See tests/debug/detectors.t.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

struct thing {
	struct timer_list timer;
};

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);
static struct thing __rcu *published;
static netdevice_tracker tracker;
static netns_tracker net_tracker;
static int numbers[4];

static int none(void)
{
	struct thing *thing = kzalloc(sizeof(*thing), GFP_KERNEL);

	if (!thing)
		return -ENOMEM;
	kfree(thing);
	return 0;
}

static int out_of_bounds(void)
{
	char *bytes = kmalloc(13, GFP_KERNEL);

	if (!bytes)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(bytes);
	bytes[13] = 1;
	kfree(bytes);
	return 0;
}

static int use_after_free(void)
{
	char *bytes = kmalloc(13, GFP_KERNEL);

	if (!bytes)
		return -ENOMEM;
	kfree(bytes);
	OPTIMIZER_HIDE_VAR(bytes);
	bytes[0] = 1;
	return 0;
}

static int undefined_shift(void)
{
	int by = 40;

	OPTIMIZER_HIDE_VAR(by);
	WRITE_ONCE(numbers[0], 1 << by);
	return 0;
}

static int undefined_index(void)
{
	int index = 5;

	OPTIMIZER_HIDE_VAR(index);
	return READ_ONCE(numbers[index]) & 0;
}

static int undefined_bool(void)
{
	u8 byte = 2;
	bool *truth = (bool *)&byte;

	OPTIMIZER_HIDE_VAR(truth);
	return READ_ONCE(*truth) & 0;
}

static void expired(struct timer_list *timer)
{
}

static int free_active(void)
{
	struct thing *thing = kzalloc(sizeof(*thing), GFP_KERNEL);

	if (!thing)
		return -ENOMEM;
	timer_setup(&thing->timer, expired, 0);
	mod_timer(&thing->timer, jiffies + 3600 * HZ);
	kfree(thing);
	return 0;
}

static void never(struct work_struct *work)
{
}

/* It is not said to be on the stack. */
static int work_on_stack(void)
{
	struct work_struct work;

	INIT_WORK(&work, never);
	destroy_work_on_stack(&work);
	return 0;
}

static int cpu_of_now(void)
{
	return smp_processor_id() & 0;
}

/* Ends who makes it. */
static int delete_twice(void)
{
	struct list_head entry;
	LIST_HEAD(list);

	list_add(&entry, &list);
	list_del(&entry);
	list_del(&entry);
	return 0;
}

static int leak(void)
{
	int i;

	for (i = 0; i < 8; i++) {
		struct thing *thing = kzalloc(sizeof(*thing), GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(thing);
	}
	return 0;
}

/* Right unless an allocation fails: then the first one leaks. */
static int leak_on_error(void)
{
	struct thing *one, *other;

	one = kzalloc(sizeof(*one), GFP_KERNEL);
	if (!one)
		return -ENOMEM;
	other = kzalloc(sizeof(*other), GFP_KERNEL);
	if (!other)
		return -ENOMEM;
	kfree(other);
	kfree(one);
	return 0;
}

static int lock_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
	return 0;
}

static int rcu_unlocked(void)
{
	return rcu_dereference(published) ? -EBUSY : 0;
}

static int sleep_in_atomic(void)
{
	struct thing *thing;

	spin_lock(&spin);
	thing = kzalloc(sizeof(*thing), GFP_KERNEL);
	spin_unlock(&spin);
	kfree(thing);
	return 0;
}

/* Nobody gives this reference back: the device cannot go. */
static int hold(void)
{
	struct net_device *dev = dev_get_by_name(&init_net, "broken0");

	if (!dev)
		return -ENODEV;
	netdev_hold(dev, &tracker, GFP_KERNEL);
	dev_put(dev);
	return 0;
}

/* The tracker is not told that the reference is given back. */
static int hold_net(void)
{
	put_net(get_net_track(current->nsproxy->net_ns, &net_tracker, GFP_KERNEL));
	return 0;
}

static const struct bug {
	const char *name;
	int (*make)(void);
} bugs[] = {
	{ "none", none },
	{ "out-of-bounds", out_of_bounds },
	{ "use-after-free", use_after_free },
	{ "undefined-shift", undefined_shift },
	{ "undefined-index", undefined_index },
	{ "undefined-bool", undefined_bool },
	{ "free-active", free_active },
	{ "work-on-stack", work_on_stack },
	{ "cpu-of-now", cpu_of_now },
	{ "delete-twice", delete_twice },
	{ "leak", leak },
	{ "leak-on-error", leak_on_error },
	{ "lock-order", lock_order },
	{ "rcu-unlocked", rcu_unlocked },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "hold", hold },
	{ "hold-net", hold_net },
};

static int set_bug(const char *value, const struct kernel_param *kp)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (!sysfs_streq(value, bugs[i].name))
			continue;
		pr_info("%s\n", bugs[i].name);
		return bugs[i].make();
	}
	return -EINVAL;
}

static const struct kernel_param_ops bug_ops = {
	.set = set_bug,
};

module_param_cb(bug, &bug_ops, NULL, 0200);
MODULE_PARM_DESC(bug, "the bug to make");

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Bugs, for tests of what finds them");
