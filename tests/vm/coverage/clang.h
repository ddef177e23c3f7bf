/* SPDX-License-Identifier: GPL-2.0-only */
/* Before version 19 clang forgets the segment of what inline assembler reads of a CPU's own. */
#undef CONFIG_CC_HAS_NAMED_AS
