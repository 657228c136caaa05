// Internal to locales/: the registry and the catalogs as they were built in.
#pragma once

#include "locales/embedded.h"

extern const struct embedded locales_files[]; // "registry.json", "messages/<tag>.json"
