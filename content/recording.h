// Video, audio and captions, known by their first bytes: what a file says it is it must be, or no
// browser would play it, or would take it for something else.
//
//   video/mp4   .mp4    ISO base media file with an ftyp box (ISO/IEC 14496-12 section 4.3)
//   video/webm  .webm   EBML with the document type "webm" (RFC 8794 section 11.2.7)
//   audio/mpeg  .mp3    an ID3v2 tag, or a frame of MPEG audio layer III
//   audio/ogg   .ogg    an Ogg page (RFC 3533 section 6) that begins Opus or Vorbis
//   audio/mp4   .m4a    as video/mp4, of an audio brand
//   text/vtt    .vtt    WebVTT (W3C, section 4.1), UTF-8 without control characters
//
// Files are kept as they came: nothing is decoded, so nothing is taken out of them either.
#pragma once

#include "content/base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

#define RECORDING_HEAD     4096 // bytes that recording_begins_as() looks at, at most
#define RECORDING_SECONDS  86400
#define RECORDING_CAPTIONS ((size_t)1024 * 1024) // bytes of a file of captions

// The media type of a file's name, without captions; NULL: it names no recording.
const char *recording_type(const char *file);
// The ending of a media type: ".mp4". NULL: no recording.
const char *recording_ending(const char *type);
bool recording_is_video(const char *type);
// Do the first bytes of a file begin what the type says?
bool recording_begins_as(const char *type, const char *data, size_t length);

// Captions in NFC, on ctx. SEN_INVALID: no WebVTT, too long, not UTF-8, or characters that nobody
// sees.
int recording_captions(TALLOC_CTX *ctx, const char *data, size_t length, char **ret,
                       size_t *ret_length) SEN_MUST_CHECK;
