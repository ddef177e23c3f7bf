// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "question.h"

void question_hear(struct question *question, const __u8 lladdr[MAC_LEN],
		   const __u8 source[MAC_LEN])
{
	struct answer *answer = question->answers;

	for (unsigned int i = 0; i < question->n_answers; i++, answer++)
		if (!memcmp(answer->lladdr, lladdr, MAC_LEN) &&
		    !memcmp(answer->source, source, MAC_LEN)) {
			answer->count++;
			return;
		}
	if (question->n_answers == QUESTION_ANSWERS) {
		question->lost = true;
		return;
	}
	memcpy(answer->lladdr, lladdr, MAC_LEN);
	memcpy(answer->source, source, MAC_LEN);
	answer->count = 1;
	question->n_answers++;
}

static bool is_possible(const __u8 lladdr[MAC_LEN], const struct own *own)
{
	static const __u8 zero[MAC_LEN];

	return memcmp(lladdr, zero, MAC_LEN) && !(lladdr[0] & 1) && !own_has_lladdr(own, lladdr);
}

static bool is_pinned(const struct pin *pin, const __u8 lladdr[MAC_LEN])
{
	for (unsigned int i = 0; i < pin->n_lladdrs; i++)
		if (!memcmp(pin->lladdrs[i], lladdr, MAC_LEN))
			return true;
	return false;
}

static bool cache_has(const struct neigh *entry, const __u8 lladdr[MAC_LEN])
{
	return !entry->has_lladdr || !memcmp(entry->lladdr, lladdr, MAC_LEN);
}

static enum reason judge_error(int error)
{
	switch (error) {
	case ENETDOWN:
		return REASON_DEVICE_DOWN;
	case ENODEV:
	case ENXIO:
		return REASON_DEVICE_GONE;
	default:
		return REASON_FAILED;
	}
}

static enum reason judge_pinned(const struct question *question)
{
	const struct pin *pin = &question->pin;

	for (unsigned int i = 0; i < question->n_answers; i++)
		if (!is_pinned(pin, question->answers[i].lladdr))
			return REASON_PINNED_OTHERWISE;
	if ((question->before.has_lladdr && !is_pinned(pin, question->before.lladdr)) ||
	    (question->after.has_lladdr && !is_pinned(pin, question->after.lladdr)))
		return REASON_PINNED_OTHERWISE;
	return REASON_ALREADY_PINNED;
}

static enum reason judge_answers(const struct question *question, const struct own *own)
{
	const __u8 *lladdr = question_lladdr(question);

	if (!question->n_answers)
		return REASON_NO_ANSWER;
	for (unsigned int i = 1; i < question->n_answers; i++)
		if (memcmp(question->answers[i].lladdr, lladdr, MAC_LEN))
			return REASON_CONFLICT;
	if (!is_possible(lladdr, own))
		return REASON_IMPOSSIBLE;
	/* Also the one before: an answer may have put it right meanwhile. */
	if (!cache_has(&question->before, lladdr) || !cache_has(&question->after, lladdr))
		return REASON_CACHE_CONFLICT;
	return REASON_AGREED;
}

void question_judge(struct question *question, const struct own *own)
{
	if (question->reason)
		return;
	if (question->error)
		question->reason = judge_error(question->error);
	else if (question->pin.n_lladdrs)
		question->reason = judge_pinned(question);
	else
		question->reason = judge_answers(question, own);
	/* Who was not heard may have said something else. */
	if (question->lost && question_is_settled(question))
		question->reason = REASON_LOST;
}

const __u8 *question_lladdr(const struct question *question)
{
	return question->answers[0].lladdr;
}

bool question_is_settled(const struct question *question)
{
	return question->reason == REASON_AGREED || question->reason == REASON_ALREADY_PINNED;
}
