// SPDX-License-Identifier: GPL-2.0-only
/* The module that is loaded, and those that could be. */
#include <string.h>

#include "advice.h"
#include "checks.h"

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
		say_failed(result, WHY_BOOT, NULL,
			   "kernel %s: no module; install the package of its headers",
			   kernel->version);
	else if (kernel->offered)
		say_failed(result, WHY_BOOT,
			   text_new("%sapt install -y %slinux-headers-%s",
				    facts->apt_lists ? "" : "apt update && ",
				    *facts->source || !facts->packaged ? "" : "arppin-dkms ",
				    kernel->version),
			   "kernel %s: no module; its headers are missing", kernel->version);
	else if (kernel->running)
		say_failed(result, WHY_BOOT,
			   text_new("apt install -y linux-image-%s linux-headers-%s && reboot",
				    flavour, flavour),
			   "kernel %s: no module; apt has no headers of it: boot a newer one",
			   kernel->version);
	else
		say_failed(result, WHY_BOOT,
			   text_new("apt purge linux-image-%s%s%s", kernel->version,
				    kernel->image_beside_modules ? " linux-binary-" : "",
				    kernel->image_beside_modules ? kernel->version : ""),
			   "kernel %s: no module; apt has no headers of it", kernel->version);
}

static void not_built(const struct facts *facts, const struct kernel *kernel, struct result *result)
{
	if (*kernel->error)
		say_failed(result, WHY_BOOT, NULL, "kernel %s: %s", kernel->version, kernel->error);
	else if (kernel_too_old(kernel->version))
		say_failed(result, WHY_BOOT, NULL,
			   "kernel %s is older than 5.10: arppin cannot be built for it",
			   kernel->version);
	else if (!kernel->headers)
		no_headers(facts, kernel, result);
	else if (*facts->source)
		say_failed(result, WHY_BOOT,
			   text_new("dkms install --force arppin/%s -k %s", facts->source,
				    kernel->version),
			   *kernel->module.file ?
				   "kernel %s: its module is another kernel's" :
				   "kernel %s: no module, though its headers are there",
			   kernel->version);
	else
		say_failed(result, WHY_BOOT,
			   facts->packaged ? text_new("apt install -y arppin-dkms") : NULL,
			   "kernel %s: no module, and DKMS has no source of it%s", kernel->version,
			   facts->packaged ? "" : ": install arppin as you did before");
}

void check_module_built(const struct facts *facts, struct result *result)
{
	const struct kernels *kernels = &facts->kernels;

	for (size_t i = 0; i < kernels->n; i++)
		if (!is_built(&kernels->items[i]))
			not_built(facts, &kernels->items[i], result);
	if (!result->failures)
		say_ok(result, "for %zu installed kernel%s, the newest %s", kernels->n,
		       kernels->n == 1 ? "" : "s", kernels->n ? kernels->items[0].version : "");
}

#define WHY_SIGNED "a kernel that cannot verify its module does not load it"

static const char *signing_reason(const struct signing *signing)
{
	return signing->secure_boot ? "Secure Boot is on" :
	       signing->lockdown    ? "the kernel is locked down" :
				      "module.sig_enforce is on";
}

/* DKMS signs what it builds, if it can sign. */
static char *sign(const struct facts *facts, const struct kernel *kernel)
{
	const char *source = facts->source, *version = kernel->version;

	if (!*source || !facts->mok)
		return NULL;
	return text_new("dkms build --force %s/%s -k %s && dkms install --force %s/%s -k %s",
			"arppin", source, version, "arppin", source, version);
}

static char *enrol(const struct facts *facts)
{
	if (!facts->mok)
		return NULL;
	return text_new("%smokutil --import %s",
			facts->debian ? "apt install -y mokutil && " : "", facts->mok);
}

void check_module_signed(const struct facts *facts, struct result *result)
{
	const struct signing *signing = &facts->signing;
	const char *signer = "";

	if (!signing->secure_boot && !signing->lockdown && !signing->enforced) {
		say_skipped(result, "neither Secure Boot nor lockdown nor module.sig_enforce");
		return;
	}
	for (size_t i = 0; i < facts->kernels.n; i++) {
		const struct kernel *kernel = &facts->kernels.items[i];

		if (!is_built(kernel))
			continue;
		signer = kernel->module.signer;
		if (!*signer)
			say_failed(result, WHY_SIGNED, sign(facts, kernel),
				   "kernel %s: the module is not signed, and %s", kernel->version,
				   signing_reason(signing));
		else if (!keys_have(facts->keys, signer))
			say_failed(result, WHY_SIGNED, enrol(facts),
				   "kernel %s: enrol the key \"%s\" that signed the module: %s",
				   kernel->version, signer, signing_reason(signing));
	}
	if (!result->failures && *signer)
		say_ok(result, "by \"%s\", a known key; %s", signer, signing_reason(signing));
	else if (!result->failures)
		say_skipped(result, "there is no module");
}

void check_module_loaded(const struct facts *facts, struct result *result)
{
	bool standin = !strcmp(facts->units[UNIT_STANDIN].active, "active");

	if (!facts->loaded)
		say_failed(result, "nothing is dropped, told or kept in the neighbour cache",
			   advice_load(facts), "the module is not loaded%s",
			   standin ? "; permanent entries stand in for its pins" : "");
	else if (!facts->known)
		say_failed(result, "what is not known cannot be said to be protected", NULL, "%s",
			   facts->error);
	else
		say_ok(result, "version %s%s", facts->version,
		       !facts->stats.numbers[ARPPIN_A_STATS_LOCKED] ? "" :
		       facts->stats.there[ARPPIN_A_STATS_NAMESPACES] ?
		       ", locked until the next boot" : ", pins and guards locked");
}

#define WHY_VERSION "tool and module are tested together, and only so"

/* The version on disk is that of the tool, or the packages do not fit together. */
static void version_on_disk(const struct facts *facts, const struct kernel *kernel,
			    struct result *result)
{
	char *fix = NULL;

	if (!strcmp(facts->source, facts->tool))
		fix = text_new("dkms install --force arppin/%s -k %s", facts->source,
			       kernel->version);
	else if (facts->packaged)
		fix = text_new("apt install -y arppinctl arppin-dkms");
	say_failed(result, WHY_VERSION, fix,
		   "kernel %s: the module on disk is version %s, arppinctl %s%s", kernel->version,
		   kernel->module.version, facts->tool,
		   fix ? "" : ": install both of one version");
}

void check_module_version(const struct facts *facts, struct result *result)
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
		say_failed(result, "the next boot loads another one than now",
			   text_new("arppinctl module reload"),
			   "loaded is version %s (%s), on disk is %s (%s)", facts->version,
			   facts->srcversion, kernel->module.version, kernel->module.srcversion);
	else if (facts->loaded && !on_disk && strcmp(facts->version, facts->tool))
		say_failed(result, WHY_VERSION, NULL, "loaded is version %s, arppinctl is %s",
			   facts->version, facts->tool);
	if (result->failures)
		return;
	if (facts->loaded || on_disk)
		say_ok(result, "%s: tool%s%s", facts->tool, facts->loaded ? ", loaded module" : "",
		       on_disk ? ", module on disk" : "");
	else
		say_skipped(result, "there is no module");
}
