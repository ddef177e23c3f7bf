// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pins as an XDP program has them: a hash map of addresses, for the benchmark.
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char usage[] =
	"usage: xdp DEV generic|native FIRST COUNT MAC\n"
	"\n"
	"Drops ARP frames that claim one of COUNT addresses, from FIRST on, for another\n"
	"MAC than that, until it is killed. Says `ready` when it does.\n";

/* As the program reads them: in two pieces at even places. */
struct pin {
	uint16_t mac_first;
	uint16_t padding;
	uint32_t mac_last;
	uint64_t dropped;
};

#define INSN(op, to, from, offset, value) \
	((struct bpf_insn){ .code = (op), .dst_reg = (to), .src_reg = (from), .off = (offset), \
			    .imm = (value) })
#define MOVE(to, from)			INSN(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0)
#define MOVE_NUMBER(to, value)		INSN(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value)
#define ADD_NUMBER(to, value)		INSN(BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, value)
#define LOAD(size, to, from, offset)	INSN(BPF_LDX | BPF_MEM | (size), to, from, offset, 0)
#define STORE(size, to, from, offset)	INSN(BPF_STX | BPF_MEM | (size), to, from, offset, 0)
#define ATOMIC_ADD(to, from, offset) \
	INSN(BPF_STX | BPF_ATOMIC | BPF_DW, to, from, offset, BPF_ADD)
#define JUMP(op, left, right, skip)	INSN(BPF_JMP | (op) | BPF_X, left, right, skip, 0)
#define JUMP_NUMBER(op, left, value, skip) INSN(BPF_JMP | (op) | BPF_K, left, 0, skip, value)
#define MAP(to, fd)		INSN(BPF_LD | BPF_DW | BPF_IMM, to, BPF_PSEUDO_MAP_FD, 0, fd)
#define MAP_END				INSN(0, 0, 0, 0, 0)
#define CALL(function)			INSN(BPF_JMP | BPF_CALL, 0, 0, 0, function)
#define RETURN				INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/* Offsets in the frame. */
enum { TYPE = 12, SHA = 22, SPA = 28, END = 42 };

/* Instructions of the program. */
enum { LENGTH = 27 };

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "xdp: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static int bpf(enum bpf_cmd command, union bpf_attr *attr, const char *what)
{
	int fd = syscall(SYS_bpf, command, attr, sizeof(*attr));

	if (fd < 0)
		die(what);
	return fd;
}

static int make_map(unsigned int entries)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_HASH,
		.key_size = sizeof(uint32_t),
		.value_size = sizeof(struct pin),
		.max_entries = entries,
	};

	return bpf(BPF_MAP_CREATE, &attr, "no map");
}

static void fill_map(int map, uint32_t first, unsigned int count, const uint8_t *mac)
{
	struct pin pin = { 0 };

	memcpy(&pin.mac_first, mac, sizeof(pin.mac_first));
	memcpy(&pin.mac_last, mac + sizeof(pin.mac_first), sizeof(pin.mac_last));
	for (unsigned int i = 0; i < count; i++) {
		uint32_t addr = htonl(first + i);
		union bpf_attr attr = {
			.map_fd = map,
			.key = (uintptr_t)&addr,
			.value = (uintptr_t)&pin,
		};

		bpf(BPF_MAP_UPDATE_ELEM, &attr, "no room in the map");
	}
}

static int load_program(int map)
{
	const struct bpf_insn program[LENGTH] = {
		LOAD(BPF_W, BPF_REG_7, BPF_REG_1, offsetof(struct xdp_md, data)),
		LOAD(BPF_W, BPF_REG_3, BPF_REG_1, offsetof(struct xdp_md, data_end)),
		MOVE(BPF_REG_4, BPF_REG_7),
		ADD_NUMBER(BPF_REG_4, END),
		JUMP(BPF_JGT, BPF_REG_4, BPF_REG_3, 20),
		LOAD(BPF_H, BPF_REG_4, BPF_REG_7, TYPE),
		JUMP_NUMBER(BPF_JNE, BPF_REG_4, htons(0x0806), 18),
		LOAD(BPF_W, BPF_REG_1, BPF_REG_7, SPA),
		STORE(BPF_W, BPF_REG_10, BPF_REG_1, -4),
		MOVE(BPF_REG_2, BPF_REG_10),
		ADD_NUMBER(BPF_REG_2, -4),
		MAP(BPF_REG_1, map),
		MAP_END,
		CALL(BPF_FUNC_map_lookup_elem),
		JUMP_NUMBER(BPF_JEQ, BPF_REG_0, 0, 10),
		LOAD(BPF_H, BPF_REG_1, BPF_REG_7, SHA),
		LOAD(BPF_H, BPF_REG_2, BPF_REG_0, offsetof(struct pin, mac_first)),
		JUMP(BPF_JNE, BPF_REG_1, BPF_REG_2, 3),
		LOAD(BPF_W, BPF_REG_1, BPF_REG_7, SHA + 2),
		LOAD(BPF_W, BPF_REG_2, BPF_REG_0, offsetof(struct pin, mac_last)),
		JUMP(BPF_JEQ, BPF_REG_1, BPF_REG_2, 4),
		MOVE_NUMBER(BPF_REG_1, 1),
		ATOMIC_ADD(BPF_REG_0, BPF_REG_1, offsetof(struct pin, dropped)),
		MOVE_NUMBER(BPF_REG_0, XDP_DROP),
		RETURN,
		MOVE_NUMBER(BPF_REG_0, XDP_PASS),
		RETURN,
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.expected_attach_type = BPF_XDP,
		.insns = (uintptr_t)program,
		.insn_cnt = LENGTH,
		.license = (uintptr_t)"GPL",
	};

	return bpf(BPF_PROG_LOAD, &attr, "the kernel refuses the program");
}

/* For as long as this process lives. */
static void attach(int program, const char *dev, uint32_t flags)
{
	union bpf_attr attr = {
		.link_create = {
			.prog_fd = program,
			.target_ifindex = if_nametoindex(dev),
			.attach_type = BPF_XDP,
			.flags = flags,
		},
	};

	if (!attr.link_create.target_ifindex)
		die(dev);
	bpf(BPF_LINK_CREATE, &attr, dev);
}

int main(int argc, char *argv[])
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	unsigned int count;
	struct in_addr first;
	uint8_t mac[6];
	int map;

	if (argc != 6 || inet_pton(AF_INET, argv[3], &first) != 1 ||
	    sscanf(argv[5], "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5]) != 6) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	count = strtoul(argv[4], NULL, 10);
	setrlimit(RLIMIT_MEMLOCK, &all); /* kernels before 5.11 count maps there */
	map = make_map(count);
	fill_map(map, ntohl(first.s_addr), count, mac);
	attach(load_program(map), argv[1],
	       strcmp(argv[2], "native") ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	puts("ready");
	fflush(stdout);
	pause();
	return EXIT_SUCCESS;
}
