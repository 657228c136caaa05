#include "render/tmx.h"
#include "render/xml.h"

#include <string.h>
#include <time.h>

#define PIECE_BYTES 65536

struct tmx_writer {
    struct xml *xml;
    tmx_sink *sink;
    void *data;
    size_t bytes; // about as many are waiting
};

struct tmx_writer *tmx_writer_new(TALLOC_CTX *ctx, const struct locale *source, tmx_sink *sink,
                                  void *data)
{
    struct tmx_writer *writer = talloc_zero(ctx, struct tmx_writer);
    struct xml *xml = writer->xml = xml_new(writer);
    writer->sink = sink;
    writer->data = data;
    xml_start(xml, "tmx");
    xml_attribute(xml, "version", "1.4");
    xml_start(xml, "header");
    xml_attribute(xml, "creationtool", "sen");
    xml_attribute(xml, "creationtoolversion", SEN_VERSION);
    xml_attribute(xml, "segtype", "block");
    xml_attribute(xml, "o-tmf", "sen");
    xml_attribute(xml, "adminlang", "en");
    xml_attribute(xml, "srclang", source ? source->tag : "*all*");
    xml_attribute(xml, "datatype", "plaintext");
    xml_end(xml);
    xml_start(xml, "body");
    return writer;
}

static int send_piece(struct tmx_writer *writer)
{
    size_t length;
    char *bytes = xml_take(writer->xml, writer, &length);
    int r = length ? writer->sink(writer->data, bytes, length) : SEN_OK;
    talloc_free(bytes);
    writer->bytes = 0;
    return r;
}

static void write_side(struct xml *xml, const struct locale *locale, const char *text)
{
    xml_start(xml, "tuv");
    xml_attribute(xml, "xml:lang", locale->tag);
    xml_element(xml, "seg", text);
    xml_end(xml);
}

int tmx_writer_add(struct tmx_writer *writer, const struct tmx_pair *pair)
{
    struct xml *xml = writer->xml;
    char date[32];
    struct tm tm;
    time_t at = pair->at;
    xml_start(xml, "tu");
    if (at && gmtime_r(&at, &tm) && strftime(date, sizeof date, "%Y%m%dT%H%M%SZ", &tm))
        xml_attribute(xml, "creationdate", date);
    // Each pair names its source, so that a document of several languages is understood.
    xml_attribute(xml, "srclang", pair->source_locale->tag);
    if (pair->article) {
        xml_start(xml, "prop");
        xml_attribute(xml, "type", "x-article");
        xml_text(xml, pair->article);
        xml_end(xml);
    }
    write_side(xml, pair->source_locale, pair->source);
    write_side(xml, pair->locale, pair->target);
    xml_end(xml);
    writer->bytes += strlen(pair->source) + strlen(pair->target) + 256;
    return writer->bytes >= PIECE_BYTES ? send_piece(writer) : SEN_OK;
}

int tmx_writer_finish(struct tmx_writer *writer)
{
    char *bytes;
    size_t length;
    int r = xml_finish(writer->xml, writer, &bytes, &length);
    return r ? r : writer->sink(writer->data, bytes, length);
}
