# expect: done
# idea: take codecs from the globals of json.detect_encoding and open a file in an encoding of our choice
import json


def tick(ctx):
    print("plain way:", hasattr(json, "codecs"), hasattr(json.decoder, "scanner"))
    codecs = json.detect_encoding.__globals__["codecs"]
    try:
        print("ESCAPED: read", codecs.open(ctx.config["secret_file"], encoding="latin-1").read())
    except Exception as error:
        print("refused:", error)
    try:
        codecs.lookup("no_such_codec_in_here")
    except Exception as error:
        print("a codec that must be imported:", error)
