// The steps of the GET routes that are rows of a table.
#pragma once

#include "api/request.h"

extern const struct step read_steps[];
