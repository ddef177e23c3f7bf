// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <net/if_arp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "facts.h"

#define TOLD_MAX 8	/* failures of one check that are told one by one */

/* What one check says. */
struct result {
	const char *name;
	struct findings *findings;
	size_t failures;
};

/* --- saying it --- */

static void *must(void *memory)
{
	if (memory)
		return memory;
	fputs("arppinctl: out of memory\n", stderr);
	exit(EXIT_REFUSED);
}

static char *vtext(const char *format, va_list ap)
{
	char *text;

	return must(vasprintf(&text, format, ap) < 0 ? NULL : text);
}

static char __attribute__((format(printf, 1, 2))) *text(const char *format, ...)
{
	va_list ap;
	char *done;

	va_start(ap, format);
	done = vtext(format, ap);
	va_end(ap);
	return done;
}

/* `detail` and `fix` are given away. */
static void add(struct result *result, enum check_state state, char *detail, const char *why,
		char *fix)
{
	struct findings *all = result->findings;

	all->items = must(realloc(all->items, (all->n + 1) * sizeof(*all->items)));
	all->items[all->n++] = (struct finding){
		.name = result->name, .state = state, .detail = detail, .why = why, .fix = fix,
	};
}

static void __attribute__((format(printf, 2, 3)))
ok(struct result *result, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(result, CHECK_OK, vtext(format, ap), NULL, NULL);
	va_end(ap);
}

static void __attribute__((format(printf, 2, 3)))
skip(struct result *result, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(result, CHECK_SKIPPED, vtext(format, ap), NULL, NULL);
	va_end(ap);
}

/* `fix` is given away, and NULL if no command helps. */
static void __attribute__((format(printf, 4, 5)))
failed(struct result *result, const char *why, char *fix, const char *format, ...)
{
	va_list ap;

	if (result->failures++ >= TOLD_MAX) {
		free(fix);
		return;
	}
	va_start(ap, format);
	add(result, CHECK_FAILED, vtext(format, ap), why, fix);
	va_end(ap);
}

/* --- commands --- */

/* A word as a shell has to be given it. */
static char *shell_word(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./:,+@%-";
	char *quoted, *at;

	if (*word && !word[strspn(word, plain)])
		return must(strdup(word));
	quoted = must(malloc(4 * strlen(word) + 3));
	at = quoted;
	*at++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			at = stpcpy(at, "'\\''");
		else
			*at++ = *word;
	}
	strcpy(at, "'");
	return quoted;
}

/* The command line `format` with the tool before it, for the right namespace. */
static char __attribute__((format(printf, 2, 3)))
*tool(const struct facts *facts, const char *format, ...)
{
	char *rest, *command, *netns;
	va_list ap;

	va_start(ap, format);
	rest = vtext(format, ap);
	va_end(ap);
	netns = facts->netns ? shell_word(facts->netns) : NULL;
	command = text("arppinctl%s%s %s", netns ? " -n " : "", netns ? netns : "", rest);
	free(netns);
	free(rest);
	return command;
}

/* The same with iproute2's, which takes no path for a namespace. */
static char __attribute__((format(printf, 2, 3)))
*ip(const struct facts *facts, const char *format, ...)
{
	char *rest, *command, *netns;
	va_list ap;

	va_start(ap, format);
	rest = vtext(format, ap);
	va_end(ap);
	netns = facts->netns ? shell_word(facts->netns) : NULL;
	if (!netns)
		command = text("ip %s", rest);
	else if (*facts->netns == '/')
		command = text("nsenter --net=%s ip %s", netns, rest);
	else
		command = text("ip -n %s %s", netns, rest);
	free(netns);
	free(rest);
	return command;
}

/* Whole or not at all: a save that fails shall not leave an empty file. */
#define SAVE "arppinctl save > " CONFIG_FILE ".new && mv " CONFIG_FILE ".new " CONFIG_FILE

#define KEEP_BROKEN "mv " CONFIG_FILE " " CONFIG_FILE ".broken && "

static bool has_unit(const struct facts *facts)
{
	return facts->systemd && !facts->off_now &&
	       !strcmp(facts->units[UNIT_RESTORE].load, "loaded");
}

/* Puts the file in force, and makes its copy, as booting does. */
#define RESTORE_BY_UNIT "systemctl reload-or-restart arppin.service"
#define RESTORE_BY_HAND \
	"mkdir -p -m 700 /var/lib/arppin && arppinctl restore " CONFIG_FILE " else " GOOD_FILE

static char *restore_command(const struct facts *facts)
{
	return must(strdup(has_unit(facts) ? RESTORE_BY_UNIT : RESTORE_BY_HAND));
}

/* Loads the module, and puts the file in force if there is one. */
static char *load_command(const struct facts *facts)
{
	if (facts->elsewhere)
		return must(strdup("modprobe arppin"));
	if (facts->config.state == FILE_MISSING && facts->good.state == FILE_MISSING)
		return must(strdup("modprobe arppin"));
	if (has_unit(facts))
		return must(strdup("systemctl restart arppin.service"));
	return must(strdup("modprobe arppin && " RESTORE_BY_HAND));
}

/* --- words --- */

struct addr_text {
	char text[INET6_ADDRSTRLEN];
};

static struct addr_text addr_text(const struct address *addr)
{
	struct addr_text done = { "?" };

	inet_ntop(addr->family, addr->bytes, done.text, sizeof(done.text));
	return done;
}

struct mac_text {
	char text[18];
};

static struct mac_text mac_text(const __u8 mac[MAC_LEN])
{
	struct mac_text done;

	snprintf(done.text, sizeof(done.text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		 mac[2], mac[3], mac[4], mac[5]);
	return done;
}

static bool pin_has(const struct pin *pin, const __u8 lladdr[MAC_LEN])
{
	for (unsigned int i = 0; i < pin->n_lladdrs; i++)
		if (!memcmp(pin->lladdrs[i], lladdr, MAC_LEN))
			return true;
	return false;
}

/* --- the module --- */

#define WHY_BOOT "booted into this kernel, the host is not protected"

static const struct kernel *running(const struct facts *facts)
{
	for (size_t i = 0; i < facts->kernels.n; i++)
		if (facts->kernels.items[i].running)
			return &facts->kernels.items[i];
	return NULL;
}

static bool is_built(const struct kernel *kernel)
{
	const char *magic = kernel->module.vermagic;
	size_t n = strlen(kernel->version);

	return *kernel->module.file && !strncmp(magic, kernel->version, n) &&
	       (!magic[n] || magic[n] == ' ');
}

/* For a kernel for which there is no module, and none can be built. */
static void no_headers(const struct facts *facts, const struct kernel *kernel,
		       struct result *result)
{
	const char *flavour = kernel_flavour(kernel->version);

	if (!facts->debian)
		failed(result, WHY_BOOT, NULL,
		       "kernel %s: no module; its headers are missing: install their package",
		       kernel->version);
	else if (kernel->offered)
		failed(result, WHY_BOOT,
		       text("%sapt install -y %slinux-headers-%s",
			    facts->apt_lists ? "" : "apt update && ",
			    *facts->source ? "" : "arppin-dkms ", kernel->version),
		       "kernel %s: no module; its headers are missing", kernel->version);
	else if (kernel->running)
		failed(result, WHY_BOOT,
		       text("apt install -y linux-image-%s linux-headers-%s && reboot", flavour,
			    flavour),
		       "kernel %s: no module; its headers are missing, and apt offers them no more: "
		       "a newer kernel is needed", kernel->version);
	else
		failed(result, WHY_BOOT, text("apt purge -y linux-image-%s", kernel->version),
		       "kernel %s: no module; its headers are missing, and apt offers them no more",
		       kernel->version);
}

static void not_built(const struct facts *facts, const struct kernel *kernel,
		      struct result *result)
{
	if (*kernel->error)
		failed(result, WHY_BOOT, NULL, "kernel %s: %s", kernel->version, kernel->error);
	else if (kernel_too_old(kernel->version))
		failed(result, WHY_BOOT, NULL,
		       "kernel %s is older than 5.10: arppin cannot be built for it",
		       kernel->version);
	else if (!kernel->headers)
		no_headers(facts, kernel, result);
	else if (*facts->source)
		failed(result, WHY_BOOT,
		       text("dkms install --force arppin/%s -k %s", facts->source,
			    kernel->version),
		       *kernel->module.file ? "kernel %s: the module there was built for another kernel" :
					      "kernel %s: no module, though its headers are there",
		       kernel->version);
	else
		failed(result, WHY_BOOT,
		       facts->debian ? text("apt install -y arppin-dkms") : NULL,
		       "kernel %s: no module, and DKMS has no source of it", kernel->version);
}

static void module_built(const struct facts *facts, struct result *result)
{
	const struct kernels *kernels = &facts->kernels;

	for (size_t i = 0; i < kernels->n; i++)
		if (!is_built(&kernels->items[i]))
			not_built(facts, &kernels->items[i], result);
	if (!result->failures)
		ok(result, "for %zu installed kernel%s, the newest %s", kernels->n,
		   kernels->n == 1 ? "" : "s", kernels->n ? kernels->items[0].version : "");
}

#define WHY_SIGNED "this kernel refuses modules that it cannot verify: booted into it, the host " \
		   "is not protected"

static const char *signing_reason(const struct signing *signing)
{
	return signing->secure_boot ? "Secure Boot is on" :
	       signing->lockdown ? "the kernel is locked down" : "module.sig_enforce is on";
}

static void module_signed(const struct facts *facts, struct result *result)
{
	const struct signing *signing = &facts->signing;
	const char *signer = "", *import;

	if (!signing->secure_boot && !signing->lockdown && !signing->enforced) {
		skip(result, "no signature is wanted: no Secure Boot, lockdown or module.sig_enforce");
		return;
	}
	import = "mokutil --import /var/lib/dkms/mok.pub";
	for (size_t i = 0; i < facts->kernels.n; i++) {
		const struct kernel *kernel = &facts->kernels.items[i];

		if (!is_built(kernel))
			continue;
		signer = kernel->module.signer;
		if (!*signer)
			failed(result, WHY_SIGNED,
			       *facts->source ? text("dkms build --force arppin/%s -k %s && "
						     "dkms install --force arppin/%s -k %s",
						     facts->source, kernel->version, facts->source,
						     kernel->version) : NULL,
			       "kernel %s: the module is not signed, and %s", kernel->version,
			       signing_reason(signing));
		else if (!keys_have(facts->keys, signer))
			failed(result, WHY_SIGNED,
			       facts->has_mok ? text("%s%s", facts->debian ?
						     "apt install -y mokutil && " : "", import) :
						NULL,
			       "kernel %s: the module is signed by \"%s\", a key that this kernel "
			       "does not have; enrol it at the next boot, and %s",
			       kernel->version, signer, signing_reason(signing));
	}
	if (!result->failures && *signer)
		ok(result, "by \"%s\", a key that this kernel has; %s", signer,
		   signing_reason(signing));
	else if (!result->failures)
		skip(result, "there is no module");
}

static void module_loaded(const struct facts *facts, struct result *result)
{
	bool standin = !strcmp(facts->units[UNIT_STANDIN].active, "active");

	if (!facts->loaded)
		failed(result, "nothing is dropped, told or kept in the neighbour cache",
		       load_command(facts), "the module is not loaded%s%s",
		       standin ? "; arppin-standin.service holds the pins as permanent entries "
				 "meanwhile" : "",
		       facts->off_now ? " (\"noarppin\" is on the kernel command line)" : "");
	else if (!facts->known)
		failed(result, "what is not known cannot be said to be protected", NULL, "%s",
		       facts->error);
	else
		ok(result, "version %s", facts->version);
}

/* The version on disk is that of the tool, or the packages do not fit together. */
static void version_on_disk(const struct facts *facts, const struct kernel *kernel,
			    struct result *result)
{
	char *fix = NULL;

	if (!strcmp(facts->source, facts->tool))
		fix = text("dkms install --force arppin/%s -k %s", facts->source, kernel->version);
	else if (facts->debian)
		fix = text("apt install -y arppinctl arppin-dkms");
	failed(result, "tool and module are tested together, and only so", fix,
	       "kernel %s: the module on disk is version %s, arppinctl %s", kernel->version,
	       kernel->module.version, facts->tool);
}

static void module_version(const struct facts *facts, struct result *result)
{
	const struct kernel *kernel = running(facts);
	bool on_disk = !facts->elsewhere && kernel && is_built(kernel);

	if (!facts->elsewhere)
		for (size_t i = 0; i < facts->kernels.n; i++)
			if (is_built(&facts->kernels.items[i]) &&
			    strcmp(facts->kernels.items[i].module.version, facts->tool))
				version_on_disk(facts, &facts->kernels.items[i], result);
	if (facts->loaded && on_disk &&
	    (strcmp(facts->version, kernel->module.version) ||
	     strcmp(facts->srcversion, kernel->module.srcversion)))
		failed(result, "the next boot loads another module than the one that runs now",
		       must(strdup("arppinctl module reload")),
		       "loaded is version %s (%s), on disk is %s (%s)", facts->version,
		       facts->srcversion, kernel->module.version, kernel->module.srcversion);
	else if (facts->loaded && !on_disk && strcmp(facts->version, facts->tool))
		failed(result, "tool and module are tested together, and only so", NULL,
		       "loaded is version %s, arppinctl is %s", facts->version, facts->tool);
	if (result->failures)
		return;
	if (facts->loaded || on_disk)
		ok(result, "%s: tool%s%s", facts->tool, facts->loaded ? ", loaded module" : "",
		   on_disk ? ", module on disk" : "");
	else
		skip(result, "there is no module");
}

/* --- what is in force --- */

/* Nothing more can be said; true: it was said. */
static bool unknown(const struct facts *facts, struct result *result)
{
	if (!facts->known)
		skip(result, facts->loaded ? "what is in force is not known" :
					     "the module is not loaded");
	return !facts->known;
}

static void hook(const struct facts *facts, struct result *result)
{
	if (unknown(facts, result))
		return;
	if (!facts->pins.n && !facts->guards.n)
		skip(result, "without a pin or a guard there is none");
	else if (!facts->stats.there[ARPPIN_A_STATS_HOOK])
		skip(result, "the module is too old to tell");
	else if (!facts->stats.numbers[ARPPIN_A_STATS_HOOK])
		failed(result, "ARP frames do not pass through arppin",
		       must(strdup("arppinctl module reload")),
		       "the ARP hook is not registered in this network namespace");
	else
		ok(result, "ARP frames pass through arppin in this network namespace");
}

static const struct pin *find_pin(const struct facts *facts, const struct address *addr,
				  const char *dev)
{
	struct pin key = { .addr = *addr };

	snprintf(key.dev, sizeof(key.dev), "%s", dev);
	for (size_t low = 0, high = facts->pins.n; low < high; ) {
		size_t middle = low + (high - low) / 2;
		int order = compare_pins(&key, &facts->pins.pins[middle]);

		if (!order)
			return &facts->pins.pins[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* It has neighbours that answer ARP: others need no pin, and can have none. */
static bool has_arp(const struct link *link)
{
	return link->type == ARPHRD_ETHER && !(link->flags & (IFF_NOARP | IFF_LOOPBACK));
}

static void enforce_again(const struct facts *facts, const struct pin *pin, struct result *result)
{
	char macs[18 * ARPPIN_LLADDRS_MAX + 1] = "", *dev = shell_word(pin->dev);
	struct addr_text addr = addr_text(&pin->addr);

	for (unsigned int i = 0; i < pin->n_lladdrs; i++)
		sprintf(macs + strlen(macs), "%s%s", i ? "," : "", mac_text(pin->lladdrs[i]).text);
	failed(result, "mode audit tells of an attack and lets it succeed",
	       tool(facts, "pin replace %s dev %s lladdr %s mode enforce", addr.text, dev, macs),
	       "the default gateway %s dev %s is pinned in mode audit", addr.text, pin->dev);
	free(dev);
}

static void gateways(const struct facts *facts, struct result *result)
{
	size_t good = 0, without = 0;

	if (unknown(facts, result))
		return;
	for (size_t i = 0; i < facts->gateways.n; i++) {
		const struct gateway *gateway = &facts->gateways.items[i];
		const struct link *link = link_by_index(&facts->links, gateway->ifindex);
		struct addr_text addr = addr_text(&gateway->addr);
		const struct pin *pin;
		char *dev;

		if (!link || !has_arp(link)) {
			without++;
			continue;
		}
		pin = find_pin(facts, &gateway->addr, link->name);
		good += pin && pin->mode == ARPPIN_MODE_ENFORCE;
		if (pin && pin->mode != ARPPIN_MODE_ENFORCE)
			enforce_again(facts, pin, result);
		if (pin)
			continue;
		dev = shell_word(link->name);
		failed(result, "who claims it gets all that this host sends to the world",
		       tool(facts, "pin learn %s dev %s", addr.text, dev),
		       "the default gateway %s dev %s is not pinned", addr.text, link->name);
		free(dev);
	}
	if (result->failures)
		return;
	if (good)
		ok(result, "each default gateway is pinned (%zu)", good);
	else
		skip(result, without ? "no default gateway is reached by ARP" :
				       "there is no default gateway");
}

/* The first few of the audit pins, as " ADDR dev DEV, ...". */
static void list_audit(const struct facts *facts, size_t n_audit, char *list, size_t size)
{
	size_t told = 0, len = 0;

	for (size_t i = 0; i < facts->pins.n && told < TOLD_MAX && len < size; i++) {
		const struct pin *pin = &facts->pins.pins[i];

		if (pin->mode == ARPPIN_MODE_ENFORCE)
			continue;
		len += snprintf(list + len, size - len, "%s%s dev %s", told ? ", " : "",
				addr_text(&pin->addr).text, pin->dev);
		told++;
	}
	if (n_audit > told && len < size)
		snprintf(list + len, size - len, " and %zu more", n_audit - told);
}

static void pins(const struct facts *facts, struct result *result)
{
	char list[TOLD_MAX * (INET6_ADDRSTRLEN + IFNAMSIZ + 8) + 32] = "";
	size_t n_audit = 0;

	if (unknown(facts, result))
		return;
	for (size_t i = 0; i < facts->pins.n; i++)
		n_audit += facts->pins.pins[i].mode != ARPPIN_MODE_ENFORCE;
	if (n_audit == facts->pins.n) {
		failed(result, "arppin protects what is pinned in mode enforce, and nothing else",
		       facts->gateways.n ? tool(facts, "pin learn default") : NULL,
		       n_audit ? "no pin is in mode enforce" : "nothing is pinned");
		return;
	}
	list_audit(facts, n_audit, list, sizeof(list));
	ok(result, "%zu in mode enforce%s%s", facts->pins.n - n_audit,
	   n_audit ? "; in mode audit, which only tells: " : "", list);
}

static void pins_bound(const struct facts *facts, struct result *result)
{
	const char *last = "";

	if (unknown(facts, result))
		return;
	for (size_t i = 0; i < facts->pins.n; i++) { /* sorted by device */
		const struct pin *pin = &facts->pins.pins[i];
		char *dev;

		if (pin->ifindex || !strcmp(pin->dev, last))
			continue;
		last = pin->dev;
		dev = shell_word(pin->dev);
		failed(result, "its pins protect nothing until it appears; if it never will, remove them",
		       tool(facts, "pin flush dev %s", dev), "no device %s", pin->dev);
		free(dev);
	}
	for (size_t i = 0; i < facts->guards.n; i++) {
		char *dev;

		if (facts->guards.guards[i].ifindex)
			continue;
		dev = shell_word(facts->guards.guards[i].dev);
		failed(result, "its guard protects nothing until it appears; if it never will, remove it",
		       tool(facts, "guard set dev %s unpinned accept defend off addresses off", dev),
		       "no device %s", facts->guards.guards[i].dev);
		free(dev);
	}
	if (!result->failures && facts->pins.n + facts->guards.n)
		ok(result, "the device of each pin and guard is there");
	else if (!result->failures)
		skip(result, "nothing is pinned");
}

static void cache_entry(const struct facts *facts, const struct pin *pin, struct result *result)
{
	const struct neigh *neigh = neigh_find_sorted(&facts->neighs, pin->ifindex, &pin->addr);
	const struct link *link = link_by_index(&facts->links, pin->ifindex);
	bool wrong_lladdr = neigh && neigh->has_lladdr && neigh->state & NEIGH_VALID &&
			    !pin_has(pin, neigh->lladdr);
	struct addr_text addr = addr_text(&pin->addr);
	char *dev, *fix;

	/* A device that is down has no entries. */
	if (!link || !(link->flags & IFF_UP) || !has_arp(link))
		return;
	if (!wrong_lladdr && (neigh || !pin->resident))
		return;
	dev = shell_word(pin->dev);
	fix = ip(facts, "neigh replace %s lladdr %s dev %s nud stale", addr.text,
		 mac_text(pin->lladdrs[0]).text, dev);
	if (wrong_lladdr)
		failed(result, "what this host sends to that address goes to somebody else", fix,
		       "%s dev %s is at %s, which is not in its pin", addr.text, pin->dev,
		       mac_text(neigh->lladdr).text);
	else
		failed(result, "with a full neighbour table the address cannot be reached", fix,
		       "%s dev %s has no entry, though its pin is resident", addr.text, pin->dev);
	free(dev);
}

static void cache(const struct facts *facts, struct result *result)
{
	if (unknown(facts, result))
		return;
	for (size_t i = 0; i < facts->pins.n; i++)
		if (facts->pins.pins[i].ifindex)
			cache_entry(facts, &facts->pins.pins[i], result);
	if (!result->failures && facts->pins.n)
		ok(result, "no pinned address is at another MAC address");
	else if (!result->failures)
		skip(result, "nothing is pinned");
}

static void confirm(const struct facts *facts, struct result *result)
{
	if (facts->confirm_pending)
		failed(result, "it will be undone by itself", tool(facts, "confirm"),
		       "a restore waits for its confirmation");
	else
		ok(result, "no restore waits for its confirmation");
}

/* --- what will be in force --- */

/* Of two sets, what one has and the other lacks. */
struct difference {
	size_t file;		/* only in the file */
	size_t force;		/* only in force */
	size_t both;		/* in both, but not the same */
};

static void count(struct difference *difference, int order, bool same)
{
	difference->file += order < 0;
	difference->force += order > 0;
	difference->both += !order && !same;
}

static bool guard_does(const struct guard *guard)
{
	return guard->unpinned != ARPPIN_UNPINNED_ACCEPT || guard->defend || guard->addresses;
}

/* Both are sorted alike. */
static struct difference compare(const struct config *config, const struct pin *in_pins,
				 size_t n_pins, const struct guard *in_guards, size_t n_guards)
{
	struct difference difference = {0};

	for (size_t i = 0, j = 0; i < config->n_pins || j < n_pins; ) {
		const struct pin *pin = i < config->n_pins ? &config->pins[i].pin : NULL;
		int order = !pin ? 1 : j == n_pins ? -1 : compare_pins(pin, &in_pins[j]);

		count(&difference, order, order || same_pin(pin, &in_pins[j]));
		i += order <= 0;
		j += order >= 0;
	}
	for (size_t i = 0, j = 0; i < config->n_guards || j < n_guards; ) {
		const struct guard *guard = i < config->n_guards ? &config->guards[i].guard : NULL;
		int order = !guard ? 1 : j == n_guards ? -1 : compare_guards(guard, &in_guards[j]);

		/* A guard that does nothing is as good as none. */
		if (order >= 0 || guard_does(guard))
			count(&difference, order, order || same_guard(guard, &in_guards[j]));
		i += order <= 0;
		j += order >= 0;
	}
	return difference;
}

static bool is_same(const struct difference *difference)
{
	return !difference->file && !difference->force && !difference->both;
}

static void config(const struct facts *facts, struct result *result)
{
	static const char why[] = "the next boot restores the copy of the last good file, not this one";
	const struct config_file *file = &facts->config;
	char *fix = NULL;

	if (file->state == FILE_GOOD) {
		ok(result, CONFIG_FILE ": %zu pins, %zu guards", file->config.n_pins,
		   file->config.n_guards);
		return;
	}
	if (file->state == FILE_MISSING) {
		skip(result, "there is no " CONFIG_FILE);
		return;
	}
	if (facts->known && facts->pins.n)
		fix = text(KEEP_BROKEN SAVE);
	else if (facts->good.state == FILE_GOOD)
		fix = text(KEEP_BROKEN "cp -p " GOOD_FILE " " CONFIG_FILE);
	failed(result, facts->good.state == FILE_GOOD ? why : "the next boot pins nothing", fix,
	       file->state == FILE_BROKEN ? "%s (mend that line; the fix puts the file aside)" :
					    "%s (the fix puts it aside)", file->error);
}

static void no_config(const struct facts *facts, struct result *result)
{
	char *fix;

	if (facts->known && facts->pins.n)
		fix = text(SAVE);
	else if (facts->good.state == FILE_GOOD && facts->good.config.n_pins)
		fix = text("cp -p " GOOD_FILE " " CONFIG_FILE);
	else
		fix = text("arppinctl setup --yes");
	failed(result, "after the next boot nothing is pinned, or what was once", fix,
	       "there is no " CONFIG_FILE);
}

static void config_in_force(const struct facts *facts, struct result *result)
{
	struct difference difference;
	bool reload;

	if (facts->config.state == FILE_MISSING) {
		no_config(facts, result);
		return;
	}
	if (facts->config.state != FILE_GOOD) {
		skip(result, CONFIG_FILE " is not good");
		return;
	}
	if (unknown(facts, result))
		return;
	difference = compare(&facts->config.config, facts->pins.pins, facts->pins.n,
			     facts->guards.guards, facts->guards.n);
	if (is_same(&difference)) {
		ok(result, CONFIG_FILE " is what is in force");
		return;
	}
	/* The fix shall take no protection away: it takes the side that has more. */
	reload = !difference.force && !difference.both;
	failed(result, reload ? "pins of the file protect nothing now; to forget them instead, and "
				"keep what is in force: " SAVE :
				has_unit(facts) ?
				"the next boot restores the file; the fix keeps what is in force, and "
				"this goes back to the file now: " RESTORE_BY_UNIT :
				"the next boot restores the file; the fix keeps what is in force, and "
				"this goes back to the file now: " RESTORE_BY_HAND,
	       reload ? restore_command(facts) : text(SAVE),
	       CONFIG_FILE " is not what is in force: %zu only in the file, %zu only in force, "
	       "%zu different", difference.file, difference.force, difference.both);
}

/* Two files: the copy is compared as if it were in force. */
static bool same_config(const struct config *a, const struct config *b)
{
	struct guard *guards = must(calloc(b->n_guards + 1, sizeof(*guards)));
	struct pin *copies = must(calloc(b->n_pins + 1, sizeof(*copies)));
	struct difference difference;
	size_t n_guards = 0;

	for (size_t i = 0; i < b->n_pins; i++)
		copies[i] = b->pins[i].pin;
	for (size_t i = 0; i < b->n_guards; i++)
		if (guard_does(&b->guards[i].guard))
			guards[n_guards++] = b->guards[i].guard;
	difference = compare(a, copies, b->n_pins, guards, n_guards);
	free(copies);
	free(guards);
	return is_same(&difference);
}

static void last_good(const struct facts *facts, struct result *result)
{
	static const char why[] = "were " CONFIG_FILE " broken at a boot, the copy would be restored";
	const struct config_file *good = &facts->good;

	if (facts->config.state != FILE_GOOD)
		skip(result, "there is no good " CONFIG_FILE " to compare it with");
	else if (good->state != FILE_GOOD)
		failed(result, why, restore_command(facts), "%s",
		       good->state == FILE_MISSING ? "there is no " GOOD_FILE : good->error);
	else if (!same_config(&facts->config.config, &good->config))
		failed(result, why, restore_command(facts),
		       GOOD_FILE " is not the same as " CONFIG_FILE);
	else
		ok(result, GOOD_FILE " is the same");
}

static void unit(const struct facts *facts, struct result *result, unsigned int i)
{
	static const char *const why[UNITS] = {
		[UNIT_RESTORE] = "it loads the module and restores the pins before the network is up",
		[UNIT_STANDIN] = "it holds the pins of a kernel that has no module",
		[UNIT_MONITOR] = "it tells of an attack; who does not want it masks it",
	};
	const struct unit *unit = &facts->units[i];
	const char *name = unit_names[i];
	bool enabled = !strcmp(unit->file, "enabled");

	if (!facts->systemd)
		failed(result, why[i], NULL, "there is no systemd here: what does its work at boot "
		       "is not known");
	else if (*facts->systemd_error)
		failed(result, why[i], NULL, "%s", facts->systemd_error);
	else if (!strcmp(unit->load, "masked") && i == UNIT_MONITOR)
		skip(result, "%s is masked", name);
	else if (!strcmp(unit->load, "masked"))
		failed(result, why[i], text("systemctl unmask %s && systemctl enable %s", name, name),
		       "%s is masked", name);
	else if (strcmp(unit->load, "loaded"))
		failed(result, why[i], NULL, "%s is not installed (%s)", name,
		       *unit->load ? unit->load : "unknown");
	else if (!enabled)
		failed(result, why[i], text("systemctl enable %s%s",
					    i == UNIT_MONITOR ? "--now " : "", name),
		       "%s is %s", name, *unit->file ? unit->file : "not enabled");
	else if (!strcmp(unit->active, "failed") ||
		 (i == UNIT_MONITOR && strcmp(unit->active, "active")))
		failed(result, why[i], text("systemctl restart %s", name), "%s is %s", name,
		       unit->active);
	else
		ok(result, "%s is enabled and %s", name, unit->active);
}

static void unit_restore(const struct facts *facts, struct result *result)
{
	unit(facts, result, UNIT_RESTORE);
}

static void unit_standin(const struct facts *facts, struct result *result)
{
	unit(facts, result, UNIT_STANDIN);
}

static void unit_monitor(const struct facts *facts, struct result *result)
{
	unit(facts, result, UNIT_MONITOR);
}

static void boot_now(const struct facts *facts, struct result *result)
{
	if (facts->off_now)
		failed(result, "the units do nothing during this boot", text("reboot"),
		       "\"noarppin\" is on the kernel command line");
	else
		ok(result, "no \"noarppin\" on the kernel command line");
}

static void boot_next(const struct facts *facts, struct result *result)
{
	const struct loader *loader = &facts->loader;
	char *update = text("%s%s", facts->debian ? "update-grub" : "grub-mkconfig -o ",
			    facts->debian ? "" : loader->generated);
	static const char why[] = "the units will do nothing after the next boot";

	if (*loader->sources)
		failed(result, why, text("sed -i 's/noarppin//g' %s%s%s", loader->sources,
					 *loader->generated ? " && " : "",
					 *loader->generated ? update : ""),
		       "\"noarppin\" is in %s", loader->sources);
	else if (loader->in_generated)
		failed(result, why, text("%s", update), "\"noarppin\" is in %s", loader->generated);
	else if (!loader->readable)
		skip(result, "no boot loader's file could be read");
	else
		ok(result, "no \"noarppin\" in the boot loader's files");
	free(update);
}

/* --- all of them --- */

/*
 * In the order in which their fixes help: what builds before what loads, what
 * pins before what saves.
 */
static const struct check {
	const char *name;
	bool of_host;		/* about its boot, not about a network namespace */
	void (*run)(const struct facts *facts, struct result *result);
} checks[] = {
	{ "module-built", true, module_built },
	{ "module-signed", true, module_signed },
	{ "config", true, config },
	{ "module-loaded", false, module_loaded },
	{ "module-version", false, module_version },
	{ "confirm", false, confirm },
	{ "gateways", false, gateways },
	{ "pins", false, pins },
	{ "pins-bound", false, pins_bound },
	{ "hook", false, hook },
	{ "cache", false, cache },
	{ "config-in-force", true, config_in_force },
	{ "last-good", true, last_good },
	{ "unit-restore", true, unit_restore },
	{ "unit-standin", true, unit_standin },
	{ "unit-monitor", true, unit_monitor },
	{ "boot-loader", true, boot_next },
	{ "command-line", true, boot_now },
};

void checks_run(const struct facts *facts, struct findings *findings)
{
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		struct result result = { .name = checks[i].name, .findings = findings };

		if (checks[i].of_host && facts->elsewhere)
			skip(&result, "%s", facts->elsewhere);
		else
			checks[i].run(facts, &result);
		if (result.failures > TOLD_MAX)
			add(&result, CHECK_FAILED,
			    text("%zu more like these", result.failures - TOLD_MAX),
			    "they are told when these are mended", NULL);
	}
}

bool checks_protected(const struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++)
		if (findings->items[i].state == CHECK_FAILED)
			return false;
	return true;
}

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		free(findings->items[i].detail);
		free(findings->items[i].fix);
	}
	free(findings->items);
}
