// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linked with the instrumented module, of which nothing runs here, and with clang's
 * runtime. So that writes what a guest has counted (standard input) as a profile,
 * in whatever format it has, and llvm-cov finds in one program all that it needs.
 */
#include <stdio.h>

extern char __start___llvm_prf_cnts[], __stop___llvm_prf_cnts[];

int main(void)
{
	size_t size = __stop___llvm_prf_cnts - __start___llvm_prf_cnts;

	return fread(__start___llvm_prf_cnts, 1, size, stdin) != size || getchar() != EOF;
}
