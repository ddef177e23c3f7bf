// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <unistd.h>

#include "arppinctl.h"
#include "checks.h"
#include "facts.h"

static const char *const states[] = {
	[CHECK_OK] = "ok",
	[CHECK_FAILED] = "failed",
	[CHECK_SKIPPED] = "skipped",
};

/* In columns, which JSON has no use for. */
static void print_head(struct out *out, const struct finding *finding)
{
	char head[64];

	snprintf(head, sizeof(head), "%-8s%-16s ", states[finding->state], finding->name);
	out_text(out, head);
}

static void or_null(struct out *out, const char *key, const char *before, const char *value)
{
	if (value)
		out_sentence(out, key, before, value);
	else
		out_null(out, key);
}

static void print_finding(struct out *out, const struct finding *finding)
{
	out_open_object(out, NULL);
	print_head(out, finding);
	out_string(out, "name", NULL, finding->name);
	out_string(out, "state", NULL, states[finding->state]);
	out_sentence(out, "detail", "", finding->detail);
	or_null(out, "why", "\n        why: ", finding->why);
	or_null(out, "fix", "\n        fix: ", finding->fix);
	out_text(out, "\n");
	out_close(out);
}

static void print(struct out *out, const struct findings *findings, bool protected)
{
	out_open_object(out, NULL);
	out_bool(out, "protected", protected);
	out_open_array(out, "checks");
	for (size_t i = 0; i < findings->n; i++)
		print_finding(out, &findings->items[i]);
	out_close(out);
	out_text(out, protected ? "protected\n" : "not protected\n");
	out_close(out);
}

/* Changes nothing, and loads nothing. */
int check(struct ctl *ctl, int n, char *const words[])
{
	struct findings findings = {0};
	struct parse_error error;
	static struct facts facts;
	bool protected;
	int status;

	if (!parse_nothing(n, words, &error))
		return wrong("%s", error.text);
	if (geteuid()) {
		wrong("only root can see all that is to be checked");
		return EXIT_REFUSED;
	}
	status = enter_netns(ctl);
	if (status)
		return status;
	facts_read(ctl, &facts);
	checks_run(&facts, &findings);
	protected = checks_protected(&findings);
	print(&ctl->out, &findings, protected);
	findings_free(&findings);
	facts_free(&facts);
	return protected ? EXIT_DONE : EXIT_UNSAFE;
}
