// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each check of `arppinctl check` against a host that is protected and against one
 * that has just that fault, and what is read of a machine's files.
 */
#include <net/if_arp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "checks.h"
#include "facts.h"

#define ADDRESS(last) { .family = AF_INET, .bytes = { 192, 0, 2, last } }
#define MAC(last) { 2, 0, 0, 0, 0, last }

#define SET(field, text) snprintf(field, sizeof(field), "%s", text)

#define PIN(last, mac, number) { \
	.addr = ADDRESS(last), .dev = "eth0", .ifindex = number, .lladdrs = { MAC(mac) }, \
	.n_lladdrs = 1, .mode = ARPPIN_MODE_ENFORCE, .resident = true, \
}

/* A host that is protected; a test breaks one thing of it. */
static struct host {
	struct facts facts;
	struct kernel kernels[2];
	struct pin pins[2];
	struct guard guards[1];
	struct link links[1];
	struct neigh neighs[2];
	struct gateway gateways[1];
	struct config_pin config_pins[2];
	struct config_pin good_pins[2];
} host;

static struct kernel a_kernel(const char *version, bool running)
{
	struct kernel kernel = {
		.running = running,
		.headers = true,
		.offered = true,
		.module = {
			.file = "/lib/modules/arppin.ko",
			.version = "1.0",
			.srcversion = "ABC",
			.signer = "DKMS module signing key",
		},
	};

	snprintf(kernel.version, sizeof(kernel.version), "%s", version);
	snprintf(kernel.module.vermagic, sizeof(kernel.module.vermagic), "%s SMP", version);
	return kernel;
}

static void point_to_parts(void)
{
	struct facts *facts = &host.facts;

	facts->kernels = (struct kernels){ host.kernels, 2 };
	facts->pins = (struct pins){ host.pins, 2, 2 };
	facts->links = (struct links){ host.links, 1, 1 };
	facts->neighs = (struct neighs){ host.neighs, 2, 2 };
	facts->gateways = (struct gateways){ .items = host.gateways, .n = 1 };
	facts->config.config = (struct config){ .pins = host.config_pins, .n_pins = 2 };
	facts->good.config = (struct config){ .pins = host.good_pins, .n_pins = 2 };
}

static int protect(void **state)
{
	static const struct unit unit = { "loaded", "enabled", "active" };

	(void)state;
	host = (struct host){
		.facts = {
			.tool = "1.0", .loaded = true, .version = "1.0", .srcversion = "ABC",
			.debian = true, .apt_lists = true, .packaged = true, .source = "1.0", .known = true,
			.config.state = FILE_GOOD, .good.state = FILE_GOOD, .systemd = true,
			.units = { unit, unit, unit },
			.loader = { .readable = 1, .generated = "/boot/grub/grub.cfg" },
		},
		.kernels = { a_kernel("6.12.1-amd64", false), a_kernel("6.1.0-5-amd64", true) },
		.pins = { PIN(1, 1, 2), PIN(9, 9, 2) },
		.links = { { .ifindex = 2, .name = "eth0", .flags = IFF_UP, .type = ARPHRD_ETHER } },
		.neighs = {
			{ .ifindex = 2, .addr = ADDRESS(1), .lladdr = MAC(1), .has_lladdr = true,
			  .state = NUD_REACHABLE },
			{ .ifindex = 2, .addr = ADDRESS(9), .lladdr = MAC(9), .has_lladdr = true,
			  .state = NUD_STALE },
		},
		.gateways = { { .ifindex = 2, .addr = ADDRESS(1) } },
		.config_pins = { { .pin = PIN(1, 1, 0) }, { .pin = PIN(9, 9, 0) } },
		.good_pins = { { .pin = PIN(1, 1, 0) }, { .pin = PIN(9, 9, 0) } },
	};
	host.facts.stats.there[ARPPIN_A_STATS_HOOK] = true;
	host.facts.stats.numbers[ARPPIN_A_STATS_HOOK] = 1;
	point_to_parts();
	return 0;
}

static const char *const states[] = { "ok", "failed", "skipped" };

/*
 * The findings of one check, or of "" those that failed, as lines
 * "NAME STATE: DETAIL | FIX". Of failures a reason is given, of others not.
 */
static const char *found(const char *name)
{
	static char lines[16384];
	struct findings findings = {0};

	*lines = '\0';
	checks_run(&host.facts, &findings);
	for (size_t i = 0; i < findings.n; i++) {
		const struct finding *finding = &findings.items[i];
		size_t len = strlen(lines);

		assert_true((finding->state == CHECK_FAILED) == !!finding->why);
		if (*name ? strcmp(finding->name, name) : finding->state != CHECK_FAILED)
			continue;
		snprintf(lines + len, sizeof(lines) - len, "%s%s %s: %s%s%s", len ? "\n" : "",
			 finding->name, states[finding->state], finding->detail,
			 finding->fix ? " | " : "", finding->fix ? finding->fix : "");
	}
	assert_true(checks_protected(&findings) || strstr(lines, "failed") || *name);
	findings_free(&findings);
	return lines;
}

/* Whatever failed is this. */
#define assert_failed(line) assert_string_equal(found(""), line)

static void assert_finds(const char *name, const char *line)
{
	char expected[1024];

	snprintf(expected, sizeof(expected), "%s %s", name, line);
	assert_string_equal(found(name), expected);
}

static void protected_host(void **state)
{
	(void)state;
	assert_failed("");
	assert_finds("module-built", "ok: for 2 installed kernels, the newest 6.12.1-amd64");
	assert_finds("module-signed",
		     "skipped: neither Secure Boot nor lockdown nor module.sig_enforce");
	assert_finds("module-version", "ok: 1.0: tool, loaded module, module on disk");
	assert_finds("gateways", "ok: each default gateway is pinned (1)");
	assert_finds("pins", "ok: 2 in mode enforce");
	assert_finds("ipv6", "ok: there is no default gateway of IPv6, which is not guarded yet");
	assert_finds("config-in-force", "ok: /etc/arppin.conf is what is in force");
	assert_finds("boot-loader", "ok: no \"noarppin\" in the boot loader's files");
}

static void kernels_without_module(void **state)
{
	struct kernel *kernel = &host.kernels[0];

	(void)state;
	memset(&kernel->module, 0, sizeof(kernel->module));
	assert_failed("module-built failed: kernel 6.12.1-amd64: no module, though its headers are "
		      "there | dkms install --force arppin/1.0 -k 6.12.1-amd64");
	*host.facts.source = '\0';
	assert_failed("module-built failed: kernel 6.12.1-amd64: no module, and DKMS has no source "
		      "of it | apt install -y arppin-dkms");
	host.facts.packaged = false;
	assert_failed("module-built failed: kernel 6.12.1-amd64: no module, and DKMS has no source "
		      "of it: install arppin as you did before");
	kernel->headers = false;
	assert_failed("module-built failed: kernel 6.12.1-amd64: no module; its headers are missing "
		      "| apt install -y linux-headers-6.12.1-amd64");
	host.facts.packaged = true;
	assert_failed("module-built failed: kernel 6.12.1-amd64: no module; its headers are missing "
		      "| apt install -y arppin-dkms linux-headers-6.12.1-amd64");
	SET(host.facts.source, "1.0");
	assert_failed("module-built failed: kernel 6.12.1-amd64: no module; its headers are missing "
		      "| apt install -y linux-headers-6.12.1-amd64");
	host.facts.apt_lists = false;
	assert_failed("module-built failed: kernel 6.12.1-amd64: no module; its headers are missing "
		      "| apt update && apt install -y linux-headers-6.12.1-amd64");
	host.facts.debian = false;
	assert_failed("module-built failed: kernel 6.12.1-amd64: no module; install the package of "
		      "its headers");
	host.facts.debian = true;
	kernel->offered = false;
	assert_failed("module-built failed: kernel 6.12.1-amd64: no module; apt has no headers of "
		      "it | apt purge linux-image-6.12.1-amd64");
	kernel->image_beside_modules = true;
	assert_failed("module-built failed: kernel 6.12.1-amd64: no module; apt has no headers of "
		      "it | apt purge linux-image-6.12.1-amd64 linux-binary-6.12.1-amd64");
	kernel->running = true;
	host.kernels[1].running = false;
	assert_failed("module-built failed: kernel 6.12.1-amd64: no module; apt has no headers of "
		      "it: boot a newer one | apt install -y linux-image-amd64 linux-headers-amd64 && reboot");
	SET(kernel->version, "5.4.0-1-amd64");
	assert_failed("module-built failed: kernel 5.4.0-1-amd64 is older than 5.10: arppin cannot "
		      "be built for it");
	SET(kernel->error, "modinfo did not end");
	assert_failed("module-built failed: kernel 5.4.0-1-amd64: modinfo did not end");
}

static void modules_of_other_builds(void **state)
{
	(void)state;
	SET(host.kernels[0].module.vermagic, "6.12.1-amd640 SMP");
	assert_failed("module-built failed: kernel 6.12.1-amd64: its module is another kernel's "
		      "| dkms install --force arppin/1.0 -k 6.12.1-amd64");
	protect(state);
	SET(host.kernels[0].module.version, "0.9");
	assert_failed("module-version failed: kernel 6.12.1-amd64: the module on disk is version 0.9, "
		      "arppinctl 1.0 | dkms install --force arppin/1.0 -k 6.12.1-amd64");
	SET(host.facts.source, "0.9");
	assert_failed("module-version failed: kernel 6.12.1-amd64: the module on disk is version 0.9, "
		      "arppinctl 1.0 | apt install -y arppinctl arppin-dkms");
	host.facts.packaged = false;
	assert_failed("module-version failed: kernel 6.12.1-amd64: the module on disk is version 0.9, "
		      "arppinctl 1.0: install both of one version");
	protect(state);
	SET(host.facts.version, "0.9");
	assert_failed("module-version failed: loaded is version 0.9 (ABC), on disk is 1.0 (ABC) | "
		      "arppinctl module reload");
	protect(state);
	SET(host.facts.srcversion, "DEF");
	assert_failed("module-version failed: loaded is version 1.0 (DEF), on disk is 1.0 (ABC) | "
		      "arppinctl module reload");
}

static void signatures(void **state)
{
	static const char key[] =
		"1a2b I------     1 perm 1f010000 0 0 asymmetri DKMS module signing key: 00ff: X509.rsa 00ff []\n";

	(void)state;
	host.facts.signing.secure_boot = true;
	host.facts.mok = "/var/lib/dkms/mok.pub";
	SET(host.facts.keys, key);
	assert_failed("");
	assert_finds("module-signed", "ok: by \"DKMS module signing key\", a known key; "
		     "Secure Boot is on");
	*host.kernels[0].module.signer = '\0';
	assert_failed("module-signed failed: kernel 6.12.1-amd64: the module is not signed, and "
		      "Secure Boot is on | dkms build --force arppin/1.0 -k 6.12.1-amd64 && "
		      "dkms install --force arppin/1.0 -k 6.12.1-amd64");
	SET(host.kernels[0].module.signer, "module signing key");
	assert_failed("module-signed failed: kernel 6.12.1-amd64: enrol the key \"module signing "
		      "key\" that signed the module: Secure Boot is on | apt install -y mokutil && "
		      "mokutil --import /var/lib/dkms/mok.pub");
	host.facts.mok = NULL;
	assert_failed("module-signed failed: kernel 6.12.1-amd64: enrol the key \"module signing "
		      "key\" that signed the module: Secure Boot is on");
	/* A kernel without a module has none that is not signed. */
	*host.kernels[0].module.signer = '\0';
	*host.kernels[0].module.file = '\0';
	assert_finds("module-signed", "ok: by \"DKMS module signing key\", a known key; "
		     "Secure Boot is on");
	*host.kernels[1].module.file = '\0';
	assert_finds("module-signed", "skipped: there is no module");
}

static void locked(void **state)
{
	(void)state;
	assert_finds("module-loaded", "ok: version 1.0");
	host.facts.stats.there[ARPPIN_A_STATS_LOCKED] = true;
	host.facts.stats.numbers[ARPPIN_A_STATS_LOCKED] = 1;
	assert_finds("module-loaded", "ok: version 1.0, pins and guards locked");
	/* Told in the initial namespace alone. */
	host.facts.stats.there[ARPPIN_A_STATS_NAMESPACES] = true;
	assert_finds("module-loaded", "ok: version 1.0, locked until the next boot");
}

static void nothing_loaded(void **state)
{
	(void)state;
	host.facts.loaded = false;
	host.facts.known = false;
	assert_failed("module-loaded failed: the module is not loaded; permanent entries stand in "
		      "for its pins | systemctl restart arppin.service");
	assert_finds("gateways", "skipped: the module is not loaded");
	host.facts.off_now = true;
	assert_finds("module-loaded", "failed: the module is not loaded; permanent entries stand in "
		     "for its pins | modprobe arppin && mkdir -p -m 700 /var/lib/arppin && arppinctl "
		     "restore /etc/arppin.conf else /var/lib/arppin/last-good.conf");
	host.facts.config.state = FILE_MISSING;
	host.facts.good.state = FILE_MISSING;
	SET(host.facts.units[UNIT_STANDIN].active, "inactive");
	host.facts.off_now = false;
	assert_failed("module-loaded failed: the module is not loaded | modprobe arppin\n"
		      "config-in-force failed: there is no /etc/arppin.conf | arppinctl setup --yes");
}

static void no_hook(void **state)
{
	(void)state;
	host.facts.stats.numbers[ARPPIN_A_STATS_HOOK] = 0;
	assert_failed("hook failed: the ARP hook is not registered in this network namespace | "
		      "arppinctl module reload");
	host.facts.stats.there[ARPPIN_A_STATS_HOOK] = false;
	assert_failed("");
}

static void default_gateways(void **state)
{
	(void)state;
	host.pins[0].mode = ARPPIN_MODE_AUDIT;
	host.config_pins[0].pin.mode = ARPPIN_MODE_AUDIT;
	host.good_pins[0].pin.mode = ARPPIN_MODE_AUDIT;
	assert_failed("gateways failed: the default gateway 192.0.2.1 dev eth0 is pinned in mode "
		      "audit | arppinctl pin replace 192.0.2.1 dev eth0 lladdr 02:00:00:00:00:01 "
		      "mode enforce");
	assert_finds("pins", "ok: 1 in mode enforce; in mode audit, which only tells: 192.0.2.1 dev "
		     "eth0");
	protect(state);
	host.gateways[0].addr.bytes[3] = 7;
	assert_failed("gateways failed: the default gateway 192.0.2.7 dev eth0 is not pinned | "
		      "arppinctl pin learn 192.0.2.7 dev eth0");
	host.facts.netns = "red";
	assert_failed("gateways failed: the default gateway 192.0.2.7 dev eth0 is not pinned | "
		      "arppinctl -n red pin learn 192.0.2.7 dev eth0");
	SET(host.links[0].name, "a;b'c");
	assert_failed("gateways failed: the default gateway 192.0.2.7 dev a;b'c is not pinned | "
		      "arppinctl -n red pin learn 192.0.2.7 dev 'a;b'\\''c'");
	host.links[0].type = ARPHRD_PPP;
	assert_failed("");
	assert_finds("gateways", "skipped: no default gateway is reached by ARP");
	host.facts.gateways.n = 0;
	assert_finds("gateways", "skipped: there is no default gateway");
	host.facts.pins.n = 0;
	assert_finds("pins", "failed: nothing is pinned");
}

/* Of audit pins the first few are named. */
static void many_audited(void **state)
{
	static struct pin many[10];
	char line[512] = "ok: 1 in mode enforce; in mode audit, which only tells: ";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(many); i++) {
		many[i] = (struct pin){ .addr = ADDRESS(i), .dev = "eth0" };
		many[i].mode = i ? ARPPIN_MODE_AUDIT : ARPPIN_MODE_ENFORCE;
		if (i && i < 9)
			sprintf(line + strlen(line), "%s192.0.2.%zu dev eth0", i > 1 ? ", " : "", i);
	}
	host.facts.pins = (struct pins){ many, 9, 9 };
	assert_finds("pins", line);
	host.facts.pins.n = 10;
	strcat(line, " and 1 more");
	assert_finds("pins", line);
}

static void unbound(void **state)
{
	(void)state;
	host.pins[0].ifindex = 0;
	host.pins[1].ifindex = 0;
	assert_failed("pins-bound failed: no device eth0 | arppinctl pin flush dev eth0");
	protect(state);
	host.guards[0] = (struct guard){ .dev = "eth9", .unpinned = ARPPIN_UNPINNED_DROP };
	host.facts.guards = (struct guards){ host.guards, 1, 1 };
	assert_string_equal(found("pins-bound"), "pins-bound failed: no device eth9 | arppinctl guard "
			    "set dev eth9 unpinned accept defend off addresses off");
}

static void neighbour_cache(void **state)
{
	(void)state;
	host.neighs[1].lladdr[5] = 0x66;
	assert_failed("cache failed: 192.0.2.9 dev eth0 is at 02:00:00:00:00:66, which is not in its "
		      "pin | ip neigh replace 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0 nud stale");
	host.facts.netns = "/proc/7/ns/net";
	assert_failed("cache failed: 192.0.2.9 dev eth0 is at 02:00:00:00:00:66, which is not in its "
		      "pin | nsenter --net=/proc/7/ns/net ip neigh replace 192.0.2.9 lladdr "
		      "02:00:00:00:00:09 dev eth0 nud stale");
	host.facts.netns = "red";
	host.neighs[1].state = NUD_FAILED;
	assert_failed("");
	host.facts.neighs.n = 1;
	assert_failed("cache failed: 192.0.2.9 dev eth0 has no entry, though its pin is resident | "
		      "ip -n red neigh replace 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0 nud stale");
	host.links[0].flags = 0;
	assert_failed("");
	host.links[0].flags = IFF_UP;
	host.pins[1].resident = false;
	host.config_pins[1].pin.resident = false;
	host.good_pins[1].pin.resident = false;
	assert_failed("");
}

static void configuration(void **state)
{
	static const char save[] = "arppinctl save > /etc/arppin.conf.new && "
				   "mv /etc/arppin.conf.new /etc/arppin.conf";
	char line[512];

	(void)state;
	host.facts.config.state = FILE_BROKEN;
	SET(host.facts.config.error, "/etc/arppin.conf:1:2: x");
	snprintf(line, sizeof(line), "config failed: /etc/arppin.conf:1:2: x (mend it; the fix puts "
		 "the file aside) | mv /etc/arppin.conf /etc/arppin.conf.broken && %s", save);
	assert_failed(line);
	host.facts.known = false;
	assert_string_equal(found("config"), "config failed: /etc/arppin.conf:1:2: x (mend it; the "
			    "fix puts the file aside) | mv /etc/arppin.conf "
			    "/etc/arppin.conf.broken && cp -p /var/lib/arppin/last-good.conf "
			    "/etc/arppin.conf");
	protect(state);
	host.facts.config.state = FILE_MISSING;
	snprintf(line, sizeof(line), "config-in-force failed: there is no /etc/arppin.conf | %s",
		 save);
	assert_failed(line);
	host.facts.known = false;
	assert_finds("config-in-force", "failed: there is no /etc/arppin.conf | cp -p "
		     "/var/lib/arppin/last-good.conf /etc/arppin.conf");

	/* The file has more: it wins. */
	protect(state);
	host.facts.pins.n = 1;
	assert_failed("config-in-force failed: /etc/arppin.conf: 1 only in "
		      "the file, 0 only in force, 0 different | systemctl reload-or-restart "
		      "arppin.service");
	/* Else what is in force. */
	protect(state);
	host.facts.config.config.n_pins = 1;
	host.facts.good.config.n_pins = 1;
	snprintf(line, sizeof(line), "config-in-force failed: /etc/arppin.conf: "
		 "0 only in the file, 1 only in force, 0 different | %s", save);
	assert_failed(line);
	protect(state);
	host.pins[1].lladdrs[0][5] = 8;
	host.neighs[1].lladdr[5] = 8;
	snprintf(line, sizeof(line), "config-in-force failed: /etc/arppin.conf: "
		 "0 only in the file, 0 only in force, 1 different | %s", save);
	assert_failed(line);
}

static void copy_of_the_configuration(void **state)
{
	static struct config_guard guard = {
		.guard = { .dev = "eth0", .unpinned = ARPPIN_UNPINNED_ACCEPT },
	};

	(void)state;
	host.facts.good.state = FILE_MISSING;
	assert_failed("last-good failed: there is no /var/lib/arppin/last-good.conf | systemctl "
		      "reload-or-restart arppin.service");
	host.facts.good.state = FILE_GOOD;
	host.good_pins[0].pin.resident = false;
	assert_failed("last-good failed: /var/lib/arppin/last-good.conf is not the same as "
		      "/etc/arppin.conf | systemctl reload-or-restart arppin.service");
	SET(host.facts.units[UNIT_RESTORE].load, "not-found");
	assert_finds("last-good", "failed: /var/lib/arppin/last-good.conf is not the same as "
		     "/etc/arppin.conf | mkdir -p -m 700 /var/lib/arppin && arppinctl restore "
		     "/etc/arppin.conf else /var/lib/arppin/last-good.conf");

	/* A guard that does nothing is as good as none. */
	protect(state);
	host.facts.good.config.guards = &guard;
	host.facts.good.config.n_guards = 1;
	assert_failed("");
	host.facts.config.config.guards = &guard;
	host.facts.config.config.n_guards = 1;
	assert_failed("");
	guard.guard.defend = true;
	assert_finds("last-good", "ok: /var/lib/arppin/last-good.conf is the same");
	assert_finds("config-in-force", "failed: /etc/arppin.conf: 1 only in "
		     "the file, 0 only in force, 0 different | systemctl reload-or-restart "
		     "arppin.service");
}

static void a_waiting_restore(void **state)
{
	(void)state;
	host.facts.confirm_pending = true;
	assert_failed("confirm failed: a restore waits for its confirmation | arppinctl confirm");
}

static void units(void **state)
{
	struct unit *unit = host.facts.units;

	(void)state;
	SET(unit[UNIT_RESTORE].file, "disabled");
	assert_failed("unit-restore failed: arppin.service is disabled | systemctl enable "
		      "arppin.service");
	SET(unit[UNIT_RESTORE].file, "enabled");
	SET(unit[UNIT_RESTORE].active, "failed");
	assert_failed("unit-restore failed: arppin.service is failed | systemctl restart "
		      "arppin.service");
	SET(unit[UNIT_RESTORE].load, "masked");
	assert_failed("unit-restore failed: arppin.service is masked | systemctl unmask arppin.service "
		      "&& systemctl enable arppin.service");
	protect(state);
	SET(unit[UNIT_STANDIN].active, "inactive");
	assert_failed("");
	SET(unit[UNIT_STANDIN].load, "not-found");
	assert_failed("unit-standin failed: arppin-standin.service is not installed (not-found)");
	protect(state);
	SET(unit[UNIT_MONITOR].active, "activating");
	assert_failed("unit-monitor failed: arppin-monitor.service is activating | systemctl restart "
		      "arppin-monitor.service");
	SET(unit[UNIT_MONITOR].file, "disabled");
	assert_failed("unit-monitor failed: arppin-monitor.service is disabled | systemctl enable "
		      "--now arppin-monitor.service");
	SET(unit[UNIT_MONITOR].load, "masked");
	assert_failed("");
	SET(host.facts.systemd_error, "systemctl did not end in time");
	assert_finds("unit-standin", "failed: systemctl did not end in time");
	host.facts.systemd = false;
	assert_finds("unit-standin", "failed: there is no systemd: what does its work is not known");
}

static void switched_off(void **state)
{
	(void)state;
	host.facts.off_now = true;
	assert_failed("command-line failed: \"noarppin\" is on the kernel command line | reboot");
	protect(state);
	host.facts.loader.in_generated = true;
	assert_failed("boot-loader failed: \"noarppin\" is in /boot/grub/grub.cfg | update-grub");
	SET(host.facts.loader.sources, "/etc/default/grub");
	assert_failed("boot-loader failed: \"noarppin\" is in /etc/default/grub | sed -i "
		      "'s/noarppin//g' /etc/default/grub && update-grub");
	host.facts.debian = false;
	assert_failed("boot-loader failed: \"noarppin\" is in /etc/default/grub | sed -i "
		      "'s/noarppin//g' /etc/default/grub && grub-mkconfig -o /boot/grub/grub.cfg");
	protect(state);
	host.facts.loader.readable = 0;
	assert_failed("");
	assert_finds("boot-loader", "skipped: no boot loader's file could be read");
}

static void another_namespace(void **state)
{
	(void)state;
	host.facts.elsewhere = "elsewhere";
	host.facts.kernels.n = 0;
	host.facts.config.state = FILE_MISSING;
	host.facts.systemd = false;
	host.facts.loader.in_generated = true;
	host.facts.off_now = true;
	assert_failed("");
	assert_finds("module-built", "skipped: elsewhere");
	assert_finds("unit-monitor", "skipped: elsewhere");
	assert_finds("module-version", "ok: 1.0: tool, loaded module");
	SET(host.facts.version, "0.9");
	assert_failed("module-version failed: loaded is version 0.9, arppinctl is 1.0");
}

static void failures_are_bounded(void **state)
{
	static struct gateway many[1000];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct gateway){ .ifindex = 2,
					    .addr = { AF_INET, { 10, 0, i >> 8, i & 255 } } };
	host.facts.gateways = (struct gateways){ .items = many, .n = ARRAY_SIZE(many) };
	assert_non_null(strstr(found(""), "dev eth0\ngateways failed: 992 more like these"));
}

/* --- what files and programs say --- */

static void words_of_modinfo(void **state)
{
	struct module_file module;

	(void)state;
	assert_true(kernel_parse_modinfo("filename:       /lib/x/arppin.ko.xz\n"
					 "license:        GPL\n"
					 "version:        0.1.0\n"
					 "srcversion:     ABC\n"
					 "depends:\n"
					 "vermagic:       6.1.0-5-amd64 SMP mod_unload\n"
					 "sig_id:         PKCS#7\n"
					 "signer:         DKMS module signing key\n"
					 "filename:       /lib/y/arppin.ko\n", &module));
	assert_string_equal(module.file, "/lib/x/arppin.ko.xz");
	assert_string_equal(module.version, "0.1.0");
	assert_string_equal(module.srcversion, "ABC");
	assert_string_equal(module.vermagic, "6.1.0-5-amd64 SMP mod_unload");
	assert_string_equal(module.signer, "DKMS module signing key");
	assert_false(kernel_parse_modinfo("modinfo: ERROR: Module arppin not found.\n", &module));
	assert_false(kernel_parse_modinfo("", &module));
	assert_false(kernel_parse_modinfo("filename", &module));
}

static void flavours(void **state)
{
	(void)state;
	assert_string_equal(kernel_flavour("6.1.0-56-amd64"), "amd64");
	assert_string_equal(kernel_flavour("6.1.0-56-cloud-amd64"), "cloud-amd64");
	assert_string_equal(kernel_flavour("6.12.117+deb12-rt-amd64"), "rt-amd64");
	assert_string_equal(kernel_flavour("6.1.0-0.deb11.5-amd64"), "amd64");
	assert_string_equal(kernel_flavour("6.9.1"), "");
	assert_true(kernel_too_old("5.9.0-1-amd64"));
	assert_true(kernel_too_old("4.19.0"));
	assert_false(kernel_too_old("5.10.0-46-amd64"));
	assert_false(kernel_too_old("7.3.4+deb13-amd64"));
}

static void units_of_systemctl(void **state)
{
	struct unit unit[UNITS];

	(void)state;
	units_parse("Id=arppin.service\nLoadState=loaded\nActiveState=failed\n"
		    "UnitFileState=enabled\n\n"
		    "ActiveState=inactive\nUnitFileState=\nId=arppin-monitor.service\n"
		    "LoadState=not-found", unit);
	assert_string_equal(unit[UNIT_RESTORE].load, "loaded");
	assert_string_equal(unit[UNIT_RESTORE].file, "enabled");
	assert_string_equal(unit[UNIT_RESTORE].active, "failed");
	assert_string_equal(unit[UNIT_STANDIN].load, "");
	assert_string_equal(unit[UNIT_MONITOR].load, "not-found");
	assert_string_equal(unit[UNIT_MONITOR].file, "");
	units_parse("", unit);
	assert_string_equal(unit[UNIT_RESTORE].load, "");
}

static void parameters(void **state)
{
	(void)state;
	assert_true(has_parameter("quiet noarppin\n", "noarppin"));
	assert_true(has_parameter("noarppin", "noarppin"));
	assert_true(has_parameter("noarppin=1 x", "noarppin"));
	assert_true(has_parameter("GRUB_CMDLINE_LINUX=\"noarppin\"", "noarppin"));
	assert_true(has_parameter("xnoarppin noarppin", "noarppin"));
	assert_false(has_parameter("xnoarppin noarppins", "noarppin"));
	assert_false(has_parameter("", "noarppin"));
}

static void keys(void **state)
{
	static const char text[] =
		"0001 I--Q---  1 perm 1f0b0000 0 65534 keyring   DKMS module signing key: empty\n"
		"0002 I------  1 perm 1f010000 0     0 asymmetri Debian Secure Boot CA: 6c: X509.rsa []\n"
		"0003 I------  1 perm 1f010000 0     0 asymmetri Example: MOK: 6d: X509.rsa []\n";

	(void)state;
	assert_true(keys_have(text, "Debian Secure Boot CA"));
	assert_true(keys_have(text, "MOK"));
	assert_false(keys_have(text, "DKMS module signing key"));
	assert_false(keys_have(text, "Boot CA"));
	assert_false(keys_have(text, "6c: X509.rsa []\n"));
}

/* --- a machine's folders --- */

/* So many of the calls for more memory are answered; then one is not. */
static int left = -1;

typeof(realloc) __real_realloc;

void *__wrap_realloc(void *memory, size_t size)
{
	return left >= 0 && !left-- ? NULL : __real_realloc(memory, size);
}

static char root[64];

static void put(const char *path, const char *text, size_t len)
{
	char full[256];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *at = full + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(full, 0755);
		*at = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	fclose(file);
}

#define PUT(path, text) put(path, text, sizeof(text) - 1)

static int make_root(void **state)
{
	(void)state;
	SET(root, "/tmp/arppin-unit.XXXXXX");
	return !mkdtemp(root);
}

static int remove_root(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void installed_kernels(void **state)
{
	struct kernels kernels;

	(void)state;
	assert_true(kernels_read(root, "6.1.0-9-amd64", &kernels));
	assert_int_equal(kernels.n, 1);
	free(kernels.items);
	PUT("/lib/modules/6.1.0-9-amd64/modules.dep", "");
	PUT("/lib/modules/6.1.0-10-amd64/build/include/x", "");
	PUT("/boot/vmlinuz-6.1.0-10-amd64", "");
	PUT("/lib/modules/7.2-sid/vmlinuz", "");
	PUT("/lib/modules/6.0-gone/modules.dep", "");
	PUT("/boot/vmlinuz-6.5-nomodules", "");
	assert_true(kernels_read(root, "6.1.0-9-amd64", &kernels));
	assert_int_equal(kernels.n, 3);
	assert_string_equal(kernels.items[0].version, "7.2-sid");
	assert_string_equal(kernels.items[1].version, "6.1.0-10-amd64");
	assert_true(kernels.items[1].headers);
	assert_false(kernels.items[1].running);
	assert_string_equal(kernels.items[2].version, "6.1.0-9-amd64");
	assert_false(kernels.items[2].headers);
	assert_true(kernels.items[2].running);
	free(kernels.items);
	/* Without memory, those for which there was some. */
	for (size_t i = 0; i < 3; i++) {
		left = i;
		assert_false(kernels_read(root, "6.1.0-9-amd64", &kernels));
		assert_int_equal(kernels.n, i);
		free(kernels.items);
	}
}

static void wanted_signatures(void **state)
{
	static const char variable[] =
		"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	struct signing signing;

	(void)state;
	signing_read(root, &signing);
	assert_false(signing.secure_boot || signing.lockdown || signing.enforced);
	PUT(variable, "\6\0\0\0\0");
	PUT("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	PUT("/sys/module/module/parameters/sig_enforce", "N\n");
	signing_read(root, &signing);
	assert_false(signing.secure_boot || signing.lockdown || signing.enforced);
	PUT(variable, "\6\0\0\0\1");
	PUT("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	PUT("/sys/module/module/parameters/sig_enforce", "Y\n");
	signing_read(root, &signing);
	assert_true(signing.secure_boot && signing.lockdown && signing.enforced);
}

static void boot_loaders(void **state)
{
	struct loader loader;

	(void)state;
	loader_read(root, "noarppin", &loader);
	assert_int_equal(loader.readable, 0);
	PUT("/etc/default/grub", "# noarppin\nGRUB_CMDLINE_LINUX=\"\"\n");
	PUT("/boot/grub/grub.cfg", "\tlinux /vmlinuz quiet\n");
	loader_read(root, "noarppin", &loader);
	assert_int_equal(loader.readable, 2);
	assert_string_equal(loader.sources, "");
	assert_string_equal(loader.generated, "/boot/grub/grub.cfg");
	assert_false(loader.in_generated);
	PUT("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"noarppin\"\n");
	PUT("/etc/default/grub.d/x.cfg", "GRUB_CMDLINE_LINUX_DEFAULT=\"$X noarppin\"\n");
	PUT("/boot/grub/grub.cfg", "\tlinux /vmlinuz quiet noarppin\n");
	PUT("/boot/loader/entries/a.conf", "options noarppin\n");
	loader_read(root, "noarppin", &loader);
	assert_string_equal(loader.sources, "/etc/default/grub /etc/default/grub.d/x.cfg "
					    "/boot/loader/entries/a.conf");
	assert_true(loader.in_generated);
}

#define ON_HOST(test) cmocka_unit_test_setup(test, protect)
#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_HOST(protected_host), ON_HOST(kernels_without_module),
		ON_HOST(modules_of_other_builds), ON_HOST(signatures), ON_HOST(locked),
		ON_HOST(nothing_loaded), ON_HOST(no_hook), ON_HOST(default_gateways),
		ON_HOST(many_audited), ON_HOST(unbound), ON_HOST(neighbour_cache),
		ON_HOST(configuration), ON_HOST(copy_of_the_configuration),
		ON_HOST(a_waiting_restore), ON_HOST(units), ON_HOST(switched_off),
		ON_HOST(another_namespace), ON_HOST(failures_are_bounded),
		cmocka_unit_test(words_of_modinfo), cmocka_unit_test(flavours),
		cmocka_unit_test(units_of_systemctl), cmocka_unit_test(parameters),
		cmocka_unit_test(keys),
		IN_ROOT(installed_kernels), IN_ROOT(wanted_signatures), IN_ROOT(boot_loaders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
