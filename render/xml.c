#include "render/xml.h"

#include <libxml/xmlwriter.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct xml {
    xmlTextWriterPtr writer;
    xmlBufferPtr buffer;
    bool invalid; // a text was not UTF-8
};

// The writer fails only without memory or when it is called out of order.
static void must(int r)
{
    if (r < 0)
        abort();
}

static int xml_free(struct xml *xml)
{
    if (xml->writer)
        xmlFreeTextWriter(xml->writer);
    xmlBufferFree(xml->buffer);
    return 0;
}

struct xml *xml_new(TALLOC_CTX *ctx)
{
    struct xml *xml = talloc_zero(ctx, struct xml);
    xml->buffer = xmlBufferCreate();
    if (!xml->buffer)
        abort();
    xmlBufferSetAllocationScheme(xml->buffer, XML_BUFFER_ALLOC_DOUBLEIT);
    xml->writer = xmlNewTextWriterMemory(xml->buffer, 0);
    if (!xml->writer)
        abort();
    talloc_set_destructor(xml, xml_free);
    must(xmlTextWriterStartDocument(xml->writer, NULL, "UTF-8", NULL));
    return xml;
}

// The length of the sequence at s, 0 if it is none (RFC 3629 section 4).
static size_t sequence(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    unsigned char low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : 0xbf;
    if (s[0] < 0xc2 || s[0] > 0xf4 || s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

static bool is_xml_character(const unsigned char *s, size_t length)
{
    if (length == 1)
        return s[0] >= ' ' || s[0] == '\t' || s[0] == '\n';
    return !(length == 3 && s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe);
}

char *xml_clean(TALLOC_CTX *ctx, const char *text)
{
    char *clean = talloc_array(ctx, char, strlen(text) + 1);
    char *out = clean;
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        size_t length = sequence(s);
        if (!length) {
            talloc_free(clean);
            return NULL;
        }
        if (*s == '\r' && s[1] != '\n')
            *out++ = '\n';
        if (is_xml_character(s, length)) {
            memcpy(out, s, length);
            out += length;
        }
        s += length;
    }
    *out = '\0';
    return clean;
}

void xml_start(struct xml *xml, const char *name)
{
    must(xmlTextWriterStartElement(xml->writer, BAD_CAST name));
}

void xml_attribute(struct xml *xml, const char *name, const char *value)
{
    if (!value)
        return;
    char *clean = xml_clean(xml, value);
    if (clean)
        must(xmlTextWriterWriteAttribute(xml->writer, BAD_CAST name, BAD_CAST clean));
    else
        xml->invalid = true;
    talloc_free(clean);
}

void xml_text(struct xml *xml, const char *text)
{
    char *clean = xml_clean(xml, text);
    if (clean)
        must(xmlTextWriterWriteString(xml->writer, BAD_CAST clean));
    else
        xml->invalid = true;
    talloc_free(clean);
}

void xml_cdata(struct xml *xml, const char *text)
{
    char *clean = xml_clean(xml, text);
    if (!clean) {
        xml->invalid = true;
        return;
    }
    char *at = clean;
    for (char *end; (end = strstr(at, "]]>")); at = end + 2) {
        must(xmlTextWriterStartCDATA(xml->writer));
        must(xmlTextWriterWriteRawLen(xml->writer, BAD_CAST at, (int)(end + 2 - at)));
        must(xmlTextWriterEndCDATA(xml->writer));
    }
    must(xmlTextWriterWriteCDATA(xml->writer, BAD_CAST at));
    talloc_free(clean);
}

void xml_end(struct xml *xml)
{
    must(xmlTextWriterEndElement(xml->writer));
}

void xml_element(struct xml *xml, const char *name, const char *text)
{
    if (!text)
        return;
    xml_start(xml, name);
    xml_text(xml, text);
    xml_end(xml);
}

char *xml_take(struct xml *xml, TALLOC_CTX *ctx, size_t *ret_length)
{
    must(xmlTextWriterFlush(xml->writer));
    *ret_length = (size_t)xmlBufferLength(xml->buffer);
    char *taken = talloc_strndup(ctx, (const char *)xmlBufferContent(xml->buffer), *ret_length);
    xmlBufferEmpty(xml->buffer);
    return taken;
}

int xml_finish(struct xml *xml, TALLOC_CTX *ctx, char **ret, size_t *ret_length)
{
    must(xmlTextWriterEndDocument(xml->writer));
    xmlFreeTextWriter(xml->writer); // flushes
    xml->writer = NULL;
    if (xml->invalid)
        return SEN_INVALID;
    *ret_length = (size_t)xmlBufferLength(xml->buffer);
    *ret = talloc_strndup(ctx, (const char *)xmlBufferContent(xml->buffer), *ret_length);
    return SEN_OK;
}
