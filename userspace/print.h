/* SPDX-License-Identifier: GPL-2.0-only */
/* How pins, guards, incidents, sightings and events look. */
#ifndef PRINT_H
#define PRINT_H

#include "model.h"

struct out;

/* Text: the words after "pin add" and "guard set" that make it. JSON: its members. */
void print_pin_words(struct out *out, const struct pin *pin);
void print_guard_words(struct out *out, const struct guard *guard);

/* A pin or guard with all that is known of it. */
void print_pin(struct out *out, const char *key, const struct pin *pin);
void print_guard(struct out *out, const char *key, const struct guard *guard);

void print_incident(struct out *out, const char *key, const struct incident *incident);
void print_sighting(struct out *out, const struct sighting *sighting);

/* Each of these is one line. */
void print_event(struct out *out, const struct event *event);
void print_lost(struct out *out, __u64 first, __u64 last);
void print_module(struct out *out, const char *kind);

#endif
