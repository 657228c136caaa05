// The page of a province or city, in parts. site_internal.h has what others use.
#pragma once

#include "render/site_internal.h"

// site_unit_facts.c

// A day of the catalogue ("2025-07-01") as readers write it.
const char *site_day_text(TALLOC_CTX *ctx, const struct site_wing *wing, const char *day);
// The fact that holds, or held at the end of what is no more; NULL: not known.
const struct site_fact *site_unit_known(const struct site *site, const struct site_unit *unit,
                                        const char *attribute);
const char *site_unit_value(TALLOC_CTX *ctx, const struct site_wing *wing,
                            const struct site_unit *unit, const struct site_fact *fact);
// How a figure was made, "" when that is not said. *ret_in (may be NULL): the language it is in.
const char *site_fact_label(TALLOC_CTX *ctx, const struct site_wing *wing,
                            const struct site_fact *fact, const struct locale **ret_in);
// An act of the state that is given as a source ("NQ 202/2025/QH15"); NULL: it is something else.
const char *site_act_text(TALLOC_CTX *ctx, const struct site_wing *wing, const char *source);
void site_unit_set_facts(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                         const struct site_unit *unit, json_t *view);

// site_unit_history.c: what it was made of, what it became.
void site_unit_set_history(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                           const struct site_unit *unit, json_t *view);

// site_unit_parts.c: what to read, to eat, to look at and to see, and where to go on.
void site_unit_set_parts(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                         const struct site_unit *unit, json_t *view);
