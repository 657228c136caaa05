#include "render/xml_reader.h"

#include "content/fault.h"

#include <expat.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATOR ' ' // cannot be in a namespace's name

struct xml_reader {
    XML_Parser parser;
    const struct xml_handlers *handlers;
    void *data;
    unsigned depth;
    int outcome;
    const char *key; // of the reader's own refusals
};

static void stop(struct xml_reader *reader, int outcome, const char *key)
{
    if (!outcome || reader->outcome)
        return;
    reader->outcome = outcome;
    reader->key = key;
    XML_StopParser(reader->parser, XML_FALSE);
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct xml_reader *reader = data;
    if (++reader->depth > XML_READER_DEPTH) {
        stop(reader, SEN_TOO_COMPLEX, "xml.too_deep");
        return;
    }
    const char *separator = strrchr(name, SEPARATOR);
    char *ns = talloc_strndup(reader, name, separator ? (size_t)(separator - name) : 0);
    const struct xml_element element = {ns, separator ? separator + 1 : name,
                                        (const char *const *)attributes};
    stop(reader, reader->handlers->start(reader->data, &element), NULL);
    talloc_free(ns);
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
    struct xml_reader *reader = data;
    reader->depth--;
    if (!reader->outcome)
        stop(reader, reader->handlers->end(reader->data), NULL);
}

static void XMLCALL on_text(void *data, const XML_Char *text, int length)
{
    struct xml_reader *reader = data;
    if (!reader->outcome)
        stop(reader, reader->handlers->text(reader->data, text, (size_t)length), NULL);
}

static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int has_subset)
{
    if (has_subset)
        stop(data, SEN_INVALID, "xml.doctype");
}

// One that the document type might have declared.
static void XMLCALL on_skipped(void *data, const XML_Char *name, int is_parameter)
{
    stop(data, SEN_INVALID, "xml.entity");
}

static int reader_free(struct xml_reader *reader)
{
    XML_ParserFree(reader->parser);
    return 0;
}

struct xml_reader *xml_reader_new(TALLOC_CTX *ctx, const struct xml_handlers *handlers, void *data)
{
    struct xml_reader *reader = talloc_zero(ctx, struct xml_reader);
    reader->parser = XML_ParserCreateNS(NULL, SEPARATOR);
    if (!reader->parser)
        abort();
    reader->handlers = handlers;
    reader->data = data;
    talloc_set_destructor(reader, reader_free);
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, on_start, on_end);
    XML_SetCharacterDataHandler(reader->parser, on_text);
    XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
    XML_SetSkippedEntityHandler(reader->parser, on_skipped);
    return reader;
}

static int refuse(struct xml_reader *reader, struct fault *ret_fault)
{
    enum XML_Error error = XML_GetErrorCode(reader->parser);
    if (error == XML_ERROR_NO_MEMORY)
        abort();
    if (!reader->outcome) {
        reader->outcome = SEN_INVALID;
        reader->key = "xml.malformed";
    }
    unsigned line = (unsigned)XML_GetCurrentLineNumber(reader->parser);
    if (reader->key) {
        char *number = talloc_asprintf(reader, "%u", line);
        fault_set(ret_fault, reader->key, "body", number);
        talloc_free(number);
    }
    ret_fault->line = line;
    return reader->outcome;
}

int xml_reader_feed(struct xml_reader *reader, const char *bytes, size_t length, bool last,
                    struct fault *ret_fault)
{
    if (reader->outcome)
        return reader->outcome;
    while (length > INT_MAX / 2) {
        if (XML_Parse(reader->parser, bytes, INT_MAX / 2, XML_FALSE) != XML_STATUS_OK)
            return refuse(reader, ret_fault);
        bytes += INT_MAX / 2;
        length -= INT_MAX / 2;
    }
    if (XML_Parse(reader->parser, bytes, (int)length, last) != XML_STATUS_OK)
        return refuse(reader, ret_fault);
    return SEN_OK;
}

const char *xml_element_attribute(const struct xml_element *element, const char *name)
{
    for (const char *const *pair = element->attributes; *pair; pair += 2)
        if (strcmp(pair[0], name) == 0)
            return pair[1];
    return NULL;
}
