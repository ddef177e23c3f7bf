/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Captures: reads pcap and pcapng, writes pcap. What is read may come from
 * anybody: nothing of it is believed, nothing is printed, and so a fuzzer may
 * call all of this.
 */
#ifndef PCAP_H
#define PCAP_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>

#define PCAP_RECORD_MAX (256U << 10)	/* bytes of a frame; tcpdump captures no more */
#define PCAP_INTERFACES_MAX 1024	/* of one section of a pcapng file */

#define PCAP_LINKTYPE_ETHERNET 1

struct pcap_frame {
	__u64 number;		/* from 1, as other readers count */
	bool has_time;
	__u64 time_ns;		/* since 1970-01-01 UTC */
	__u32 linktype;
	__u32 captured;		/* bytes that there are of it */
	__u32 wire_len;		/* bytes that it had; not less than `captured` */
	const __u8 *bytes;	/* until the next frame is read */
};

struct pcap;

enum pcap_result { PCAP_FRAME, PCAP_END, PCAP_WRONG };

/* The file is read from here on, and need not be seekable. NULL: no memory. */
struct pcap *pcap_open(FILE *file);
void pcap_close(struct pcap *pcap);

enum pcap_result pcap_next(struct pcap *pcap, struct pcap_frame *frame);

/* After PCAP_WRONG: what is wrong, and where in the file. */
const char *pcap_error(const struct pcap *pcap);

/*
 * Makes a file of one Ethernet frame: all of it or none, also when another
 * file had that name. Returns 0 or an errno.
 */
int pcap_save(const char *path, __u64 time_ns, const __u8 *frame, __u32 captured,
	      __u32 wire_len);

#endif
